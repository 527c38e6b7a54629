package interop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// judged holds the FAIL verdicts that were looked at and are the server's own
// doing, so that a new one is noticed. What is behind each stands in docs/servers.md.
var judged = map[string][]string{
	"vsftpd":    {},
	"proftpd":   {},
	"pure-ftpd": {},
	"pyftpdlib": {},
}

// TestCheckRealServers runs `ftpwire check` on each server over explicit TLS: it
// must run to the end without an ERROR, find nothing that was not looked at, and
// leave nothing behind.
func TestCheckRealServers(t *testing.T) {
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit, RequireReuse: true})
			before := tree(t, s.Home)
			url := fmt.Sprintf("ftpes://%s:%s@%s", s.User, s.Password, s.Addr)
			cmd := exec.Command(ftpwire(t), "check", url, "--quiet", "--ca", s.CAFile, "--write-dir", s.HomePath, "--format", "json")
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
			if len(report.Results) < 60 {
				t.Errorf("%d verdicts, want 60 at least", len(report.Results))
			}
			for _, r := range report.Results {
				switch r.Verdict {
				case "ERROR":
					t.Errorf("ERROR %s: %s\n%s", r.ID, r.Reason, r.Transcript)
				case "FAIL":
					if !slices.Contains(judged[name], r.ID) {
						t.Errorf("new FAIL %s: %s\n%s", r.ID, r.Reason, r.Transcript)
					}
				}
			}
			t.Logf("%s %s: %v", s.Name, s.Version, report.Summary)
			if after := tree(t, s.Home); !slices.Equal(before, after) {
				t.Errorf("the check left something behind: before %q, after %q", before, after)
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
