package conformance_test

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

func own(id string, run func(*conformance.T)) conformance.Case {
	return conformance.Case{ID: id, RFC: "practice", Level: conformance.Must, Text: "ours", Needs: []string{conformance.NeedLogin, conformance.NeedWrite}, Run: run}
}

// Cases of one's own have the runner, the sandbox, the guard and the reports of ours.
func TestOwnCases(t *testing.T) {
	var name string
	cases := []conformance.Case{
		own("own-pass", func(t *conformance.T) {
			name = t.File("own")
			t.Same(name, t.Down(name), []byte("content of "+name+"\n"))
			t.Must("DELE "+name, 250)
		}),
		own("own-fail", func(t *conformance.T) { t.Must("PWD", 999) }),
		own("own-guarded", func(t *conformance.T) { t.Must("DELE /somebody-elses", 250) }),
		own("own-step", func(t *conformance.T) { t.Send("PWD") }),
		own("own-step-late", func(t *conformance.T) { t.Send("NOOP") }),
		own("own-panic", func(t *conformance.T) { panic("oops") }),
		own("own-after", func(t *conformance.T) { t.Must("SIZE "+t.File("own"), 213) }),
	}
	opts := conformance.Options{Cases: cases, Skip: []string{"own-none"}}
	report := check(t, tlsx.ModeExplicit, opts)
	want := map[string]conformance.Verdict{
		"own-pass": conformance.Pass, "own-fail": conformance.Fail, "own-guarded": conformance.Skip, "own-step": conformance.Fail, "own-step-late": conformance.Fail,
		"own-panic": conformance.Error, "own-after": conformance.Pass,
	}
	if len(report.Results) != len(want) || report.Leftover != "" || report.Incomplete != "" {
		t.Errorf("%d results, want %d; left over %q, incomplete %q", len(report.Results), len(want), report.Leftover, report.Incomplete)
	}
	for id, verdict := range want {
		if r := report.Result(id); r == nil || r.Verdict != verdict {
			t.Errorf("%s: %+v, want %s", id, r, verdict)
		}
	}
}

// Own cases come after ours, monitors included, and Only selects among all.
func TestOwnBesideOurs(t *testing.T) {
	cases := append(conformance.Cases(), own("own", func(t *conformance.T) { t.Infof("seen") }))
	opts := conformance.Options{Cases: cases, Only: []string{"own", "rfc959-4.2-reply-syntax", "rfc959-5.4-greeting"}}
	var got []string
	for _, r := range check(t, tlsx.ModeNone, opts).Results {
		got = append(got, r.ID+" "+r.Verdict.String())
	}
	const want = "rfc959-4.2-reply-syntax PASS, rfc959-5.4-greeting PASS, rfc959-5.4-greeting-once PASS, own INFO"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("results %s, want %s", s, want)
	}
}

func TestOwnCasesChecked(t *testing.T) {
	run := func(*conformance.T) {}
	for _, tt := range []struct {
		name   string
		change func(c *conformance.Case)
		twice  bool
		want   string
	}{
		{"no id", func(c *conformance.Case) { c.ID = "" }, false, "no id"},
		{"no level", func(c *conformance.Case) { c.Level = 0 }, false, "no level"},
		{"unknown need", func(c *conformance.Case) { c.Needs = []string{"luck"} }, false, `need "luck"`},
		{"no Run", func(c *conformance.Case) { c.Run = nil }, false, "no Run"},
		{"twice", func(*conformance.Case) {}, true, "two cases"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := own("own", run)
			tt.change(&c)
			opts := conformance.Options{Cases: []conformance.Case{c}}
			if tt.twice {
				opts.Cases = append(opts.Cases, c)
			}
			_, err := conformance.Run(t.Context(), conformance.Target{Addr: "127.0.0.1:1"}, opts)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	if report := check(t, tlsx.ModeNone, conformance.Options{Cases: []conformance.Case{}}); len(report.Results) != 0 {
		t.Errorf("no cases: %d results", len(report.Results))
	}
}
