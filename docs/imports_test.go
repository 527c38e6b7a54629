package docs_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// policy is who may import whom. It is a statement of intent: change the code to
// fit it, not the policy to fit the code.
//
// Each line: a package of this module, a colon, and what it may import: packages
// of this module (by folder; "." is the root), other modules by path, and "std"
// for the standard library with exceptions behind a minus. A folder ending in
// "/..." stands for all below it. Test files may import anything that exists.
const policy = `
protocol/errtext:        std -net -crypto/tls -os -context -log -log/slog
protocol/patience:       std -net -crypto/tls -os -log -log/slog
parse/internal/...:      std -net -crypto/tls -os -context -log -log/slog parse/internal/scan
parse:                   std -net -crypto/tls -os -context -log -log/slog parse/internal/scan parse/internal/calendar
parse/listing:           std -net -crypto/tls -os -context -log -log/slog parse parse/internal/scan parse/internal/calendar golang.org/x/text/...
protocol:                std -net -crypto/tls -os -context -log -log/slog protocol/errtext parse
protocol/mode:           std -net -crypto/tls -os -context -log -log/slog
protocol/neterr:         std -net -crypto/tls -os -context -log -log/slog
tlsx/statefile:          std protocol/patience
tlsx:                    std protocol/neterr tlsx/statefile protocol/errtext protocol/patience golang.org/x/crypto/... golang.org/x/net/idna
datachan:                std protocol/errtext protocol/patience parse protocol tlsx golang.org/x/net/...
datachan/proxy:          std protocol/errtext protocol/patience golang.org/x/net/... github.com/Azure/go-ntlmssp
control/otp:             std
control:                 std protocol/errtext protocol/patience parse parse/listing protocol protocol/mode tlsx datachan control/otp golang.org/x/net/idna
.:                       std protocol/neterr protocol/errtext protocol/patience parse parse/listing protocol protocol/mode tlsx tlsx/statefile datachan datachan/proxy control golang.org/x/net/... golang.org/x/text/...
conformance:             std protocol/errtext parse parse/listing protocol protocol/mode tlsx control/otp
conformance/ftptest:     std protocol/errtext parse parse/listing protocol protocol/mode tlsx control/otp
conformance/memnet:      std
conformance/overlap:     std
conformance/transcript:  std
conformance/interop/...: any
fuzz:                    any
cmd/...:                 any
`

const module = "github.com/ftpwire/ftpwire"

// A rule is one line of the policy.
type rule struct {
	folder string
	allow  []string
}

func rules(t *testing.T) []rule {
	var rs []rule
	for line := range strings.Lines(policy) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		folder, allow, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("policy line %q has no colon", line)
		}
		rs = append(rs, rule{folder, strings.Fields(allow)})
	}
	return rs
}

func TestImportPolicy(t *testing.T) {
	rs := rules(t)
	seen := map[string]bool{}
	for _, file := range sources(t) {
		folder := path.Dir(file)
		r, ok := ruleFor(rs, folder)
		if !ok {
			t.Errorf("%s: the policy has no line for folder %s", file, folder)
			continue
		}
		seen[r.folder] = true
		_, f := parseFile(t, file)
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			if reason := r.forbids(p); reason != "" {
				t.Errorf("%s imports %q: %s", file, p, reason)
			}
		}
	}
	for _, r := range rs {
		if !seen[r.folder] && r.folder != "fuzz" {
			t.Errorf("the policy has a line for %s, where there is no Go file", r.folder)
		}
	}
}

func ruleFor(rs []rule, folder string) (rule, bool) {
	for _, r := range rs {
		if matches(r.folder, folder) {
			return r, true
		}
	}
	return rule{}, false
}

// matches reports whether pattern, which may end in "/...", stands for p.
func matches(pattern, p string) bool {
	base, tree := strings.CutSuffix(pattern, "/...")
	return p == base || tree && strings.HasPrefix(p, base+"/")
}

// forbids returns why a package under r may not import p, or "".
func (r rule) forbids(p string) string {
	if slices.Contains(r.allow, "any") {
		return ""
	}
	if p == module || strings.HasPrefix(p, module+"/") {
		folder := strings.TrimPrefix(strings.TrimPrefix(p, module), "/")
		if folder == "" {
			folder = "."
		}
		if slices.Contains(r.allow, folder) {
			return ""
		}
		return fmt.Sprintf("%s may not import %s", r.folder, folder)
	}
	if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
		switch {
		case !slices.Contains(r.allow, "std"):
			return r.folder + " may not import the standard library"
		case slices.Contains(r.allow, "-"+p):
			return r.folder + " must stay free of it"
		}
		return ""
	}
	for _, a := range r.allow {
		if matches(a, p) {
			return ""
		}
	}
	return r.folder + " may not import other modules than the policy names"
}

// TestNoClock holds parse and protocol to what no import shows: they never ask
// for the time.
func TestNoClock(t *testing.T) {
	for _, file := range sources(t) {
		switch path.Dir(file) {
		case "parse", "parse/listing", "parse/internal/scan", "parse/internal/calendar", "protocol", "protocol/mode":
			if line := findCall(t, file, "time", "Now", "Since", "Until", "After", "Sleep", "NewTimer", "Tick"); line != "" {
				t.Errorf("%s asks the clock", line)
			}
		}
	}
}

// TestTopLevel: the folders at the top are the layers, and no others.
func TestTopLevel(t *testing.T) {
	want := []string{"cmd", "conformance", "control", "datachan", "docs", "fuzz", "parse", "protocol", "tlsx"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			got = append(got, e.Name())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folders at the top (-want +got):\n%s", diff)
	}
}
