package conformance_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares text with a file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

// TestCatalogue keeps docs/conformance.md equal to the cases.
func TestCatalogue(t *testing.T) {
	var b bytes.Buffer
	if err := conformance.WriteCatalogue(&b, exampleCase(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "docs", "conformance.md"), b.String())
}

// exampleCase returns the case of ExampleRun, and how it is run, as the page shows them.
func exampleCase(t *testing.T) string {
	src, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	_, text, ok1 := strings.Cut(text, "defer srv.Close()\n\n")
	shown, _, ok2 := strings.Cut(text, "\tif err")
	if !ok1 || !ok2 {
		t.Fatal("ExampleRun has another form")
	}
	var b strings.Builder
	for line := range strings.Lines(shown) {
		b.WriteString(strings.TrimPrefix(line, "\t"))
	}
	return b.String()
}

// TestIDs guards the ids: users name them in files of known deviations, so that
// none may be renamed or used again for something else.
func TestIDs(t *testing.T) {
	var ids []string
	for _, c := range conformance.Cases() {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	golden(t, filepath.Join("testdata", "ids.txt"), strings.Join(ids, "\n")+"\n")
}

// TestCases checks the cases as data.
func TestCases(t *testing.T) {
	form := regexp.MustCompile(`^(rfc[0-9]+-[0-9A-Za-z.]+|rfc1635|draft|prac|sec)(-[0-9a-z.]+)+$`)
	known := map[string]bool{}
	for _, f := range ftptest.Faults() {
		known[string(f.Name)] = true
	}
	seen := map[string]bool{}
	for _, c := range conformance.Cases() {
		switch {
		case seen[c.ID]:
			t.Errorf("%s is there twice", c.ID)
		case !form.MatchString(c.ID):
			t.Errorf("%q is not of the form rfcNNNN-section-slug", c.ID)
		case c.RFC == "" || c.Text == "" || c.Level == 0:
			t.Errorf("%s lacks RFC, text or level", c.ID)
		case !strings.HasSuffix(c.Text, "."):
			t.Errorf("%s: the text is no sentence: %q", c.ID, c.Text)
		}
		seen[c.ID] = true
		for _, f := range c.Faults {
			if !known[f] {
				t.Errorf("%s names the fault %q, which there is not", c.ID, f)
			}
		}
	}
}
