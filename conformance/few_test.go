package conformance_test

import (
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestFewVerbs checks a server that knows ten verbs, or nine: what it lacks may cost it a
// FAIL only where an RFC wants every server to have it.
func TestFewVerbs(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"few-verbs", "few-verbs-502", "few-verbs-no-noop"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			report := check(t, tlsx.ModeNone, conformance.Options{Timeout: time.Second, AllowClear: true}, fault)
			for _, r := range report.Results {
				if r.Verdict >= conformance.Warn {
					t.Logf("%s %s %s: %s", r.ID, r.Level, r.Verdict, r.Reason)
				}
			}
		})
	}
}
