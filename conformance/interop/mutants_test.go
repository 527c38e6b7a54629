package interop

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

var (
	mutants       = flag.String("mutants", "", "a regular `expression`: the mutants that TestMutants runs (default: a few; . is all)")
	mutantReports = flag.String("mutant-reports", "", "a `folder` for the reports of TestMutants")
	mutantCommand = flag.String("mutant-command", "", "the ftpwire `program` that TestMutants runs (default: one built here)")
	mutantsAtOnce = flag.Int("mutants-at-once", 2, "how many mutants TestMutants runs at a time")
)

// sampled are the mutants that run always: one of each kind.
var sampled = regexp.MustCompile(`^(size_off|stor_overlays|fact_size|cwd_200|dele_undone|quit_stays|mdtm_sets|rest_letters|syst_odd|no_close_notify)$`)

// A mutantRun is how one mutant was judged.
type mutantRun struct {
	mutant     peer.Mutant
	named      bool     // an owner is red
	collateral []string // other rows that are red
	skips      int      // rows that are skipped and would not be without the fault
	seconds    float64
}

// TestMutants runs `ftpwire check` on pyftpdlib with one fault at a time. The case that the
// fault is about must be red, and few others: those that are red without the fault
// don't count.
func TestMutants(t *testing.T) {
	t.Parallel()
	chosen := sampled
	if *mutants != "" {
		chosen = regexp.MustCompile(*mutants)
	}
	var mu sync.Mutex
	var runs []mutantRun
	t.Run("each", func(t *testing.T) {
		slots := make(chan bool, *mutantsAtOnce)
		for _, m := range peer.Mutants() {
			if !chosen.MatchString(m.Name) {
				continue
			}
			t.Run(m.Name, func(t *testing.T) {
				t.Parallel()
				slots <- true
				defer func() { <-slots }()
				run := judgeMutant(t, m)
				mu.Lock()
				defer mu.Unlock()
				runs = append(runs, run)
			})
		}
	})
	if len(runs) > 0 {
		summarize(t, runs)
	}
}

func judgeMutant(t *testing.T, m peer.Mutant) mutantRun {
	start := time.Now()
	rows := checkMutant(t, m, m.Name)
	base := faultless(t, m)
	run := mutantRun{mutant: m, seconds: time.Since(start).Seconds()}
	for id, verdict := range rows {
		before := base[id]
		switch {
		case verdict == "SKIP" && before != "SKIP":
			run.skips++
		case verdict != "FAIL" && verdict != "WARN" && verdict != "ERROR":
		case slices.Contains(m.Owners, id):
			run.named = run.named || verdict != before
		case before != "FAIL" && before != "WARN":
			run.collateral = append(run.collateral, id)
		}
	}
	slices.Sort(run.collateral)
	return run
}

// bases holds the verdicts of pyftpdlib without a fault, by the kind of run.
var bases sync.Map

func faultless(t *testing.T, m peer.Mutant) map[string]string {
	key := fmt.Sprint(m.TLS, m.Full)
	once, _ := bases.LoadOrStore(key, sync.OnceValue(func() map[string]string {
		return checkMutant(t, m, peer.NoFault)
	}))
	return once.(func() map[string]string)()
}

// checkMutant returns the verdicts on pyftpdlib with a fault.
func checkMutant(t *testing.T, m peer.Mutant, fault string) map[string]string {
	t.Helper()
	o := peer.Options{Fault: fault}
	scheme := "ftp"
	if m.TLS {
		o.TLS, scheme = peer.Explicit, "ftpes"
	}
	s := peer.Start(t, "pyftpdlib", o)
	args := []string{"check", fmt.Sprintf("%s://%s:%s@%s", scheme, s.User, s.Password, s.Addr), "--quiet", "--write-dir", s.HomePath, "--format", "json", "--timeout", "2s"}
	if m.TLS {
		args = append(args, "--ca", s.CAFile)
	}
	if m.Full {
		args = append(args, "--slow", "--intrusive", "--profile", "full")
	}
	program := *mutantCommand
	if program == "" {
		program = command(t)
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if *mutantReports != "" {
		name := fault
		if fault == peer.NoFault {
			name = fmt.Sprintf("%s-%t-%t", fault, m.TLS, m.Full)
		}
		os.WriteFile(filepath.Join(*mutantReports, name+".json"), out, 0o644)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1 && exit.ExitCode() != 10) {
		t.Logf("check: %v\n%s", err, s.Log())
	}
	var report struct {
		Results []struct{ ID, Verdict string }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Logf("report: %v\n%s", err, out)
	}
	rows := map[string]string{}
	for _, r := range report.Results {
		rows[r.ID] = r.Verdict
	}
	return rows
}

// summarize prints the table and wants what the project promises.
func summarize(t *testing.T, runs []mutantRun) {
	slices.SortFunc(runs, func(a, b mutantRun) int { return strings.Compare(a.mutant.Name, b.mutant.Name) })
	named, missed := 0, []string{}
	var collateral []int
	for _, r := range runs {
		verdict := "named"
		switch {
		case r.named:
			named++
		case len(r.collateral) > 0:
			verdict = "MISNAMED"
		default:
			verdict = "MISSED"
			missed = append(missed, r.mutant.Name)
		}
		collateral = append(collateral, len(r.collateral))
		t.Logf("%-24s %-8s %2d collateral, %3d skipped, %4.1f s %v", r.mutant.Name, verdict, len(r.collateral), r.skips, r.seconds, r.collateral)
	}
	slices.Sort(collateral)
	median, worst := collateral[len(collateral)/2], collateral[len(collateral)-1]
	t.Logf("%d mutants: %d named (%.1f %%), %d missed, collateral: median %d, worst %d", len(runs), named, 100*float64(named)/float64(len(runs)), len(missed), median, worst)
	if float64(named) < 0.95*float64(len(runs)) || len(missed) > 0 || median > 0 || worst > 5 {
		t.Errorf("want 95 %% named, none missed %q, median 0 and worst 5", missed)
	}
}
