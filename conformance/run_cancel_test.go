package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestCancel checks that the end of the context ends the run, at once, with a
// report and without a trace on the server.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, after := range []int{1, 3, 40, 100, 200, 270} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			t.Parallel()
			dir := home(t)
			before := hashes(t, dir)
			inBubble(t, &ftptest.Config{Root: dir}, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				n := 0
				var at time.Time
				opts := conformance.Options{Progress: func(conformance.Result) {
					if n++; n == after {
						at = time.Now()
						cancel()
					}
				}}
				report, err := conformance.Run(ctx, target, opts)
				if !errors.Is(err, context.Canceled) || report == nil {
					t.Fatalf("Run: a report %t, error %v; want one, and context.Canceled", report != nil, err)
				}
				if d := time.Since(at); d > 3*time.Second {
					t.Errorf("the run ended %s after it was cancelled", d)
				}
				wantIncomplete(t, report, "interrupted")
				if report.Leftover != "" || len(hashes(t, dir)) != len(before) {
					t.Errorf("left over %q", report.Leftover)
				}
			})
		})
	}
}

// wantIncomplete checks that a report is marked, in both forms.
func wantIncomplete(t *testing.T, report *conformance.Report, why string) {
	t.Helper()
	var text, js bytes.Buffer
	if err := errors.Join(report.WriteText(&text), report.WriteJSON(&js)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.Incomplete, why) || !strings.Contains(text.String(), "\nINCOMPLETE: ") || !strings.Contains(js.String(), `"incomplete": "`) {
		t.Errorf("incomplete: %q; want %q in both forms of the report", report.Incomplete, why)
	}
	want := 0
	for _, c := range conformance.Cases() {
		if new(conformance.Options).Selects(&c) {
			want++
		}
	}
	if got := len(report.Results) + report.NotRun; got != want {
		t.Errorf("%d results and %d not run; want %d together", len(report.Results), report.NotRun, want)
	}
	for _, r := range report.Results {
		if strings.Contains(r.Reason, "context") {
			t.Errorf("%s: %s %s; want no result", r.ID, r.Verdict, r.Reason)
		}
	}
}

// TestCancelWhileSilent checks that no wait for a server outlives the run, be it for
// a reply or for data.
func TestCancelWhileSilent(t *testing.T) {
	t.Parallel()
	for _, fault := range []ftptest.Fault{"greeting-never", "reply-never", "reply-none", "data-never-closed", "retr-lingers"} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			inBubble(t, &ftptest.Config{Faults: []ftptest.Fault{fault}}, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				begin := time.Now()
				report, err := conformance.Run(ctx, target, conformance.Options{Timeout: time.Minute})
				if report == nil || !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("Run: a report %t, error %v; want both", report != nil, err)
				}
				if d := time.Since(begin); d > 5*time.Second {
					t.Errorf("the run ended after %s", d)
				}
				wantIncomplete(t, report, "interrupted")
			})
		})
	}
}

// TestMaxTime checks that a run ends in its time, with a report.
func TestMaxTime(t *testing.T) {
	t.Parallel()
	inBubble(t, &ftptest.Config{Faults: []ftptest.Fault{"reply-none"}}, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
		begin := time.Now()
		report, err := conformance.Run(t.Context(), target, conformance.Options{Timeout: 10 * time.Second, MaxTime: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d > 4*time.Second {
			t.Errorf("the run ended after %s", d)
		}
		wantIncomplete(t, report, "the total time of 2s is over")
	})
}

// TestServerGoes checks that a run ends soon when the server goes away.
func TestServerGoes(t *testing.T) {
	t.Parallel()
	inBubble(t, &ftptest.Config{}, wantEndOfRun)
}

func wantEndOfRun(t *testing.T, _ *ftptest.Server, target conformance.Target) {
	var gone atomic.Bool
	var dials atomic.Int64
	dial := target.Dial
	target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if gone.Load() {
			dials.Add(1)
			return nil, errors.New("refused")
		}
		c, err := dial(ctx, network, addr)
		return &mortal{c, &gone}, err
	}
	n := 0
	report, err := conformance.Run(t.Context(), target, conformance.Options{Timeout: time.Second, Progress: func(conformance.Result) {
		if n++; n == 20 {
			gone.Store(true)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	wantIncomplete(t, report, "the server is gone")
	if report.NotRun < 200 || dials.Load() > 6 {
		t.Errorf("%d not run, %d attempts to connect", report.NotRun, dials.Load())
	}
	if report.Leftover == "" {
		t.Error("nothing is said about the directory that could not be removed")
	}
}

// TestNoMoreConnections checks that a server that takes no more connections, and
// goes on with those that it has, is not taken to be gone.
func TestNoMoreConnections(t *testing.T) {
	_, target := start(t, nil)
	var d net.Dialer
	dials := 0
	target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials++; addr == target.Addr && dials > 2 {
			return nil, errors.New("refused")
		}
		return d.DialContext(ctx, network, addr)
	}
	report, err := conformance.Run(t.Context(), target, conformance.Options{Timeout: time.Second, Only: []string{
		"rfc959-5.4-greeting", "rfc959-5.4-reply-per-command", "rfc1123-4.1.2.10-split-command", "rfc959-5.4-pwd", "rfc959-5.4-syst",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Incomplete != "" || report.NotRun != 0 || report.Leftover != "" {
		t.Errorf("incomplete %q, left over %q", report.Incomplete, report.Leftover)
	}
	for id, want := range map[string]conformance.Verdict{"rfc1123-4.1.2.10-split-command": conformance.Error, "rfc959-5.4-syst": conformance.Pass} {
		if r := report.Result(id); r == nil || r.Verdict != want {
			t.Errorf("%s: %+v; want %s", id, r, want)
		}
	}
}

// A mortal connection ends with its server.
type mortal struct {
	net.Conn
	gone *atomic.Bool
}

func (m *mortal) Write(b []byte) (int, error) {
	if m.gone.Load() {
		m.Close()
	}
	return m.Conn.Write(b)
}

// TestEndless checks that what never ends is a finding, soon, and takes no memory.
func TestEndless(t *testing.T) {
	for _, tt := range []struct {
		fault string
		only  string
		want  string
	}{
		{"list-endless", "rfc959-", "do not end"},
		{"retr-endless", "rfc959-", "do not end"},
		{"greeting-endless", "", "never ends"},
		{"greeting-half", "", "never ends"},
		{"reply-endless-lines", "rfc2389-", "never ends"},
		{"reply-endless-line", "rfc2389-", "never ends"},
		{"preliminary-flood", "rfc959-5.4-retr", "never ends"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			peak := watchHeap(t)
			opts := conformance.Options{Timeout: time.Second, MaxTime: time.Minute, Only: []string{tt.only, "rfc959-5.4-greeting"}}
			report := check(t, tlsx.ModeNone, opts, tt.fault)
			if report.Duration > 40*time.Second {
				t.Errorf("the run took %s", report.Duration)
			}
			if mib := peak() >> 20; mib > 160 { // the server's 32 MiB are in it, twice while they grow
				t.Errorf("the heap grew to %d MiB", mib)
			}
			found := false
			for _, r := range report.Results {
				found = found || red(&r) && strings.Contains(r.Reason, tt.want)
			}
			if !found {
				t.Errorf("no FAIL or WARN says %q: %v", tt.want, report.Summary())
			}
		})
	}
}

// watchHeap returns a function that tells how large the heap was since.
func watchHeap(t *testing.T) func() uint64 {
	percent := debug.SetGCPercent(20) // what is kept is looked for, and not what is not collected yet
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	runtime.GC()
	var peak atomic.Uint64
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(done); <-stopped; return peak.Load() }
}

// TestMonitorsNeedLines checks that monitors that saw nothing say nothing.
func TestMonitorsNeedLines(t *testing.T) {
	t.Parallel()
	report := check(t, tlsx.ModeNone, conformance.Options{}, "greeting-half")
	for _, c := range conformance.Cases() {
		if r := report.Result(c.ID); c.Monitor() && (r == nil || r.Verdict != conformance.Skip) {
			t.Errorf("%s: %+v; want SKIP", c.ID, r)
		}
	}
}
