package conformance_test

import (
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

const (
	otherHost = "other.example" // where "user" is not known
	downHost  = "down.example"
	account   = "acct-7f3k" // which is not asked for
	idleLimit = time.Minute
)

// check runs cases against an embedded server with faults, in a bubble.
func check(t *testing.T, mode tlsx.Mode, opts conformance.Options, faults ...string) (report *conformance.Report) {
	t.Helper()
	inBubble(t, config(mode, faults), func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
		target.OtherHost, target.DownHost, target.Account, target.IdleLimit = otherHost, downHost, account, idleLimit
		var err error
		if report, err = conformance.Run(t.Context(), target, opts); err != nil {
			t.Fatalf("Run: %v", err)
		}
	})
	if report == nil {
		t.FailNow()
	}
	return report
}

// checkTCP is check over loopback, in real time.
func checkTCP(t *testing.T, mode tlsx.Mode, opts conformance.Options, faults ...string) *conformance.Report {
	t.Helper()
	srv, err := ftptest.Start(config(mode, faults))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	target := conformance.Target{Addr: srv.Addr(), TLS: mode, User: "user", Password: "password", OtherHost: otherHost, DownHost: downHost, Account: account, IdleLimit: idleLimit}
	if mode != tlsx.ModeNone {
		target.TLSConfig = srv.TLSConfig()
	}
	report, err := conformance.Run(t.Context(), target, opts)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return report
}

func config(mode tlsx.Mode, faults []string) *ftptest.Config {
	cfg := &ftptest.Config{
		TLS:         mode,
		MarkEvery:   50_000,
		StrictClose: true,                                                                 // else an upload that is cut off is taken for whole
		Users:       []ftptest.User{{Name: "user", Password: "password", Quota: 1 << 40}}, // so that there is AVBL
		Hosts: []ftptest.VirtualHost{
			{Names: []string{otherHost}, Users: []ftptest.User{{Name: "somebody", Password: "else"}}},
			{Names: []string{downHost}, Down: true},
		},
		IdleTimeout: idleLimit,
	}
	for _, f := range faults {
		cfg.Faults = append(cfg.Faults, ftptest.Fault(f))
	}
	return cfg
}

// TestCorrectServer runs every case against a server without faults.
func TestCorrectServer(t *testing.T) {
	t.Parallel()
	for _, mode := range []tlsx.Mode{tlsx.ModeNone, tlsx.ModeExplicit, tlsx.ModeImplicit} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			wantCorrect(t, check(t, mode, conformance.Options{}))
		})
	}
}

// TestCorrectServerOverTCP does so in real time, with nothing beside it.
func TestCorrectServerOverTCP(t *testing.T) {
	wantCorrect(t, checkTCP(t, tlsx.ModeExplicit, conformance.Options{}))
}

func wantCorrect(t *testing.T, report *conformance.Report) {
	t.Helper()
	for i := range report.Results {
		r := &report.Results[i]
		if r.Verdict >= conformance.Warn && r.ID != sourcePort {
			t.Errorf("%s: %s: %s", r.Verdict, r.ID, r.Reason)
			logTranscript(t, r)
		}
	}
	if report.Leftover != "" {
		t.Errorf("left over: %s", report.Leftover)
	}
	t.Log(report.Summary(), report.Duration)
}

// TestRareServers runs cases that say little about most servers against one to which
// they apply.
func TestRareServers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, fault string
		ids         []string
	}{
		{"data connections are kept", "mode-b-kept", []string{"rfc959-5.2-block-keep-or-close", "rfc959-3.2-close-on-port-change", "rfc959-3.4.2-block-retr"}},
		{"restart markers are sent", "", []string{"rfc1123-4.1.3.4-marker-async", "rfc959-3.4.2-marker-printable"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var faults []string
			if tt.fault != "" {
				faults = []string{tt.fault}
			}
			report := check(t, tlsx.ModeNone, conformance.Options{Only: tt.ids}, faults...)
			for _, id := range tt.ids {
				r := report.Result(id)
				if r == nil || r.Verdict != conformance.Pass {
					t.Errorf("%s: %s; want PASS", id, verdictOf(r))
					if r != nil {
						logTranscript(t, r)
					}
				}
			}
		})
	}
}

// TestSourcePort runs the one case that TestCorrectServer may see red until a
// server has got a port whose predecessor is free.
func TestSourcePort(t *testing.T) {
	for range 20 {
		if checkTCP(t, tlsx.ModeNone, conformance.Options{Only: []string{sourcePort}}).Result(sourcePort).Verdict == conformance.Pass {
			return
		}
	}
	t.Error("twenty servers did not connect from the port below their control port")
}
