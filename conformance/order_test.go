package conformance_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A case fails once because a connection is lost, and does not the next time: that is told,
// with both dialogues, and costs no more.
func TestFlaky(t *testing.T) {
	tried := 0
	stumbles := own("own-stumbles", func(t *conformance.T) {
		if tried++; tried == 1 {
			t.Send("QUIT")
			t.Reply()
			t.Reply() // none: the server has closed the connection
		}
		t.Must("PWD", 257)
	})
	falls := own("own-falls", func(t *conformance.T) {
		t.Send("QUIT")
		t.Reply()
		t.Reply()
	})
	r := check(t, tlsx.ModeNone, conformance.Options{Cases: []conformance.Case{stumbles, falls}})
	flaky := r.Result("own-stumbles")
	if flaky.Verdict != conformance.Warn || !strings.HasPrefix(flaky.Reason, "flaky: at first the server closed the connection") {
		t.Errorf("lost once: %s", verdictOf(flaky))
	}
	var said []string
	for _, l := range flaky.Transcript {
		if l.Dir != "<" {
			said = append(said, l.Dir+" "+l.Text)
		}
	}
	want := "> QUIT|* the server closed the connection|* tried again|"
	if got := strings.Join(said, "|"); !strings.Contains(got, want) || !strings.Contains(got, "> PWD") {
		t.Errorf("the dialogue is %s, want both", got)
	}
	if r := r.Result("own-falls"); r.Verdict != conformance.Fail || strings.Contains(r.Reason, "flaky") {
		t.Errorf("lost each time: %s", verdictOf(r))
	}
}

// What rests on a case that fails is SKIP because of it, though that case comes later.
func TestRests(t *testing.T) {
	rests := own("own-rests", func(t *conformance.T) { t.Failf("it was run") })
	rests.Rests = []string{"own-fails"}
	stands := own("own-stands", func(*conformance.T) {})
	stands.Rests = []string{"own-passes"}
	cases := []conformance.Case{
		rests, stands,
		own("own-fails", func(t *conformance.T) { t.Failf("so it is") }),
		own("own-passes", func(*conformance.T) {}),
	}
	var got []string
	for _, r := range check(t, tlsx.ModeNone, conformance.Options{Cases: cases}).Results {
		got = append(got, r.ID+" "+verdictOf(&r))
	}
	want := []string{"own-rests SKIP because of own-fails", "own-stands PASS", "own-fails FAIL so it is", "own-passes PASS"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// What is no MUST warns where it would fail; MAY and INFO do, too.
func TestLevelCaps(t *testing.T) {
	var cases []conformance.Case
	want := map[conformance.Level]conformance.Verdict{
		conformance.Must: conformance.Fail, conformance.MustNot: conformance.Fail, conformance.Should: conformance.Warn,
		conformance.ShouldNot: conformance.Warn, conformance.May: conformance.Warn, conformance.Info: conformance.Warn,
	}
	for level := range want {
		c := own("own-"+strings.ToLower(strings.ReplaceAll(level.String(), " ", "-")), func(t *conformance.T) { t.Failf("no") })
		c.Level = level
		cases = append(cases, c)
	}
	for _, r := range check(t, tlsx.ModeNone, conformance.Options{Cases: cases}).Results {
		if r.Verdict != want[r.Level] {
			t.Errorf("%s: %s, want %s", r.Level, r.Verdict, want[r.Level])
		}
	}
}

// Where a step of another case fails, that case is run though it was not asked for, and
// its row is in the report.
func TestOwnerIsNamed(t *testing.T) {
	only := conformance.Options{Only: []string{"rfc959-4.1.3-appe"}}
	r := check(t, tlsx.ModeNone, only, "epsv-not-listening")
	if appe := r.Result("rfc959-4.1.3-appe"); appe.Verdict != conformance.Skip || !strings.Contains(appe.Reason, "does not listen") {
		t.Errorf("APPE where no data connection can be opened: %s", verdictOf(appe))
	}
	if owner := r.Result("rfc2428-3-epsv-same-host"); !red(owner) {
		t.Errorf("the cause is not named: %s", verdictOf(owner))
	}
	if !r.Failed() {
		t.Error("a report that names no failure of what was asked for, but its cause, has not failed")
	}
}
