package conformance_test

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A server may notice ABOR only when the transfer is over: what it answers then is in
// order, and clients live with it. That is told once.
func TestAbortUnheard(t *testing.T) {
	t.Parallel()
	opts := conformance.Options{Only: []string{"rfc959-4.1.3-abor-", "rfc959-4.1-abor-"}}
	report := check(t, tlsx.ModeNone, opts, "abor-unheard")
	for _, id := range []string{"rfc959-4.1.3-abor-retr", "rfc959-4.1.3-abor-stor", "rfc959-4.1.3-abor-closes-data", "rfc959-4.1.3-abor-order", "rfc959-4.1-abor-iac-inband"} {
		r := report.Result(id)
		told := r.Verdict == conformance.Warn && strings.Contains(r.Reason, "ran to its end")
		if !told && (id == "rfc959-4.1.3-abor-retr" || verdictOf(r) != "SKIP because of rfc959-4.1.3-abor-retr") {
			t.Errorf("%s: %s; want WARN, or SKIP because of the first", id, verdictOf(r))
			logTranscript(t, r)
		}
	}
}

// Synch needs TCP's urgent data.
func TestSynch(t *testing.T) {
	const id = "rfc959-4.1-abor-synch"
	opts := conformance.Options{Only: []string{id}}
	if r := checkTCP(t, tlsx.ModeNone, opts).Result(id); r.Verdict != conformance.Pass && !strings.Contains(r.Reason, "on this system") {
		t.Errorf("over TCP: %s", verdictOf(r))
	}
	if r := checkTCP(t, tlsx.ModeNone, opts, "abor-unheard").Result(id); verdictOf(r) != "SKIP because of rfc959-4.1.3-abor-retr" && !strings.Contains(r.Reason, "on this system") {
		t.Errorf("over TCP, where nothing is noticed: %s", verdictOf(r))
	}
	if r := check(t, tlsx.ModeNone, opts).Result(id); r.Verdict != conformance.Skip {
		t.Errorf("in memory: %s", verdictOf(r))
	}
	if r := checkTCP(t, tlsx.ModeExplicit, opts).Result(id); r.Verdict != conformance.Skip || r.Reason != "TLS has no urgent data" {
		t.Errorf("under TLS: %s", verdictOf(r))
	}
}
