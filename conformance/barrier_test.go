package conformance_test

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// wantOnly fails for each verdict of WARN or graver that a case has which is none of ids.
func wantOnly(t *testing.T, report *conformance.Report, ids ...string) {
	t.Helper()
	expected := map[string]bool{sourcePort: true}
	for _, id := range ids {
		expected[id] = true
		if r := report.Result(id); !red(r) {
			t.Errorf("%s: %s; want it red", id, verdictOf(r))
		}
	}
	for i := range report.Results {
		if r := &report.Results[i]; red(r) && !expected[r.ID] {
			t.Errorf("%s is %s", r.ID, verdictOf(r))
			logTranscript(t, r)
		}
	}
}

// A server without NOOP is wrong in that alone: the replies are seen to be in step by
// another verb.
func TestWithoutNOOP(t *testing.T) {
	t.Parallel()
	for _, mode := range []tlsx.Mode{tlsx.ModeNone, tlsx.ModeExplicit} {
		report := check(t, mode, conformance.Options{}, "noop-502")
		wantOnly(t, report, "rfc959-5.4-noop")
		if facts := strings.Join(report.Features, "\n"); !strings.Contains(facts, "NOOP: 502 Not implemented; PWD is sent") {
			t.Errorf("the report does not say what the barrier is:\n%s", facts)
		}
	}
}

// What is out of step is found with another barrier, too.
func TestOutOfStepWithoutNOOP(t *testing.T) {
	t.Parallel()
	report := check(t, tlsx.ModeNone, conformance.Options{Only: []string{"rfc959-5.4-abor-idle"}}, "noop-502", "abor-idle-twice")
	if r := report.Result("rfc959-5.4-abor-idle"); r.Verdict != conformance.Fail || !strings.Contains(r.Reason, "got an unexpected 226") {
		t.Error(verdictOf(r))
	}
}
