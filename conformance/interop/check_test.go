package interop

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

var (
	long        = flag.Bool("long", false, "TestCheckRealServers: more servers, and each of them twice")
	updateKnown = flag.Bool("update-known", false, "TestCheckRealServers: write testdata/known-*.txt anew")
)

// longest is what one run of the check may take.
const longest = 120 * time.Second

// A checkReport is what `ftpwire check --format json` prints.
type checkReport struct {
	server  string
	took    time.Duration
	Summary map[string]int
	Results []struct {
		ID, Verdict, Reason string
		Transcript          json.RawMessage
	}
}

func (r *checkReport) verdict(id string) string {
	for _, res := range r.Results {
		if res.ID == id {
			return fmt.Sprintf("%s %s\n%s", res.Verdict, res.Reason, res.Transcript)
		}
	}
	return "no row of the report"
}

// TestCheckRealServers runs `ftpwire check` on each server, over explicit TLS where it has
// it: the check must run to the end in time and without an ERROR, leave nothing after, and
// find no FAIL that is not known, see testdata/known-*.txt. With -long there are more
// servers, the verdicts are those of the file, and two runs of each agree in all of them.
func TestCheckRealServers(t *testing.T) {
	t.Parallel()
	names := append(append(peer.Names(), peer.ClearNames()...), "linux-ftpd")
	if *long {
		names = append(names, "twisted", "aioftp", "goftp")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is spent waiting for replies that never come
			mode := peer.Explicit
			if ok, _ := peer.Supports(name, mode); !ok {
				mode = peer.Plain
			}
			s := peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: true, ModeZ: name == "proftpd"})
			r := checkServer(t, s, mode)
			known := readKnown(t, name)
			if *updateKnown {
				known.update(t, fmt.Sprintf("%s %s", s.Name, s.Version), r)
			} else {
				known.compare(t, r)
			}
			if *long && !*updateKnown {
				r.sameAs(t, checkServer(t, s, mode), known)
			}
		})
	}
}

// checkServer runs the check once.
func checkServer(t *testing.T, s *peer.Server, mode tlsx.Mode) *checkReport {
	t.Helper()
	before := tree(t, s.Home)
	args := []string{"check", fmt.Sprintf("ftp://%s:%s@%s", s.User, s.Password, s.Addr)}
	if mode == peer.Explicit {
		args = []string{"check", fmt.Sprintf("ftpes://%s:%s@%s", s.User, s.Password, s.Addr), "--ca", s.CAFile}
	}
	start := time.Now()
	cmd := exec.Command(command(t), append(args, "--quiet", "--write-dir", s.HomePath, "--format", "json", "--timeout", "5s")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("check: %v\n%s\n%s", err, out, s.Log())
	}
	r := &checkReport{server: s.Name, took: time.Since(start)}
	if err := json.Unmarshal(out, r); err != nil {
		t.Fatalf("report: %v\n%s", err, out)
	}
	t.Logf("%s %s, %s: %v in %s", s.Name, s.Version, mode, r.Summary, r.took.Round(time.Second))
	if r.took > longest && *long { // otherwise other tests run beside it
		t.Errorf("the check took %s, %s at most", r.took.Round(time.Second), longest)
	}
	if len(r.Results) < 60 {
		t.Errorf("%d verdicts, want 60 at least", len(r.Results))
	}
	if after := tree(t, s.Home); !slices.Equal(before, after) {
		t.Errorf("the check left something: before %q, after %q", before, after)
	}
	return r
}

// sameAs wants the same verdicts from two runs, but for what is known to come and go.
func (r *checkReport) sameAs(t *testing.T, other *checkReport, known judgements) {
	t.Helper()
	for i, res := range r.Results {
		if o := other.Results[i]; o.ID != res.ID || o.Verdict != res.Verdict && !known[res.ID].at {
			t.Errorf("%s is %s (%s)\n%s\nand then %s %s (%s)\n%s", res.ID, res.Verdict, res.Reason, res.Transcript,
				o.ID, o.Verdict, o.Reason, o.Transcript)
		}
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
