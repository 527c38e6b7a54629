package conformance_test

import (
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// fewAllowed are the FAILs of a server of few verbs that are true, and why.
var fewAllowed = map[string]string{
	"rfc959-5.4-pwd":       "RFC 1123, Section 4.1.2.13, wants PWD of every server",
	"rfc959-5.4-help":      "the same of HELP",
	"rfc1123-4.1.2.6-pasv": "RFC 1123, Section 4.1.2.6: a server MUST implement PASV",
}

// TestFewVerbs checks a server that knows ten verbs, or nine: what it lacks may cost it a
// FAIL only where an RFC wants every server to have it.
func TestFewVerbs(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"few-verbs", "few-verbs-502", "few-verbs-no-noop"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			report := check(t, tlsx.ModeNone, conformance.Options{Timeout: time.Second, AllowClear: true}, fault)
			if len(report.Results) < 200 {
				t.Errorf("%d verdicts only", len(report.Results))
			}
			for i := range report.Results {
				r := &report.Results[i]
				if r.Verdict >= conformance.Fail && fewAllowed[r.ID] == "" {
					t.Errorf("%s: %s", r.ID, verdictOf(r))
					logTranscript(t, r)
				}
			}
		})
	}
}
