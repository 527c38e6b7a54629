package interop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// judged returns the FAIL verdicts that were looked at and are the server's own
// doing, each with the reason, so that a new one is noticed. Some come and go: a
// server that looks at its control connection only between writes notices an ABOR
// at times.
func judged(t *testing.T, server string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "known-"+server+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, ok := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); !ok || reason == "" {
			t.Fatalf("known-%s.txt: %s has no reason", server, id)
		}
		known[id] = reason
	}
	return known
}

// TestCheckRealServers runs `ftpwire check` on each server over explicit TLS: it
// must run to the end without an ERROR, find nothing that was not looked at, and
// leave nothing after.
func TestCheckRealServers(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is spent waiting for replies that never come
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit, RequireReuse: true, ModeZ: name == "proftpd"})
			before := tree(t, s.Home)
			url := fmt.Sprintf("ftpes://%s:%s@%s", s.User, s.Password, s.Addr)
			cmd := exec.Command(command(t), "check", url, "--quiet", "--ca", s.CAFile, "--write-dir", s.HomePath, "--format", "json", "--timeout", "5s")
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) {
				t.Fatalf("check: %v\n%s\n%s", err, out, s.Log())
			}
			var report struct {
				Summary map[string]int
				Results []struct {
					ID, Verdict, Reason string
					Transcript          json.RawMessage
				}
			}
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatalf("report: %v\n%s", err, out)
			}
			known := judged(t, name)
			if len(report.Results) < 60 {
				t.Errorf("%d verdicts, want 60 at least", len(report.Results))
			}
			for _, r := range report.Results {
				switch r.Verdict {
				case "ERROR":
					t.Errorf("ERROR %s: %s\n%s", r.ID, r.Reason, r.Transcript)
				case "FAIL":
					if known[r.ID] == "" {
						t.Errorf("new FAIL %s: %s\n%s", r.ID, r.Reason, r.Transcript)
					}
				}
			}
			t.Logf("%s %s: %v", s.Name, s.Version, report.Summary)
			if after := tree(t, s.Home); !slices.Equal(before, after) {
				t.Errorf("the check left something: before %q, after %q", before, after)
			}
		})
	}
}

// tree lists everything below a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
