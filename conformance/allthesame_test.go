package conformance_test

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// What is refused in setting up and done all the same is a finding, and the cases run.
func TestDoneAllTheSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault  string
		id     string
		reason string
	}{
		{"dele-550-done", "rfc959-5.4-dele", "got 550"},
		{"mkd-550-done", "rfc959-5.4-mkd", "got 550"},
		{"stor-550-done", "rfc959-5.4-stor", "all of the file is there"},
		{"auth-431-once", "rfc4217-4.2-auth-tls", "got 431"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			mode := tlsx.ModeNone
			if strings.HasPrefix(tt.fault, "auth") {
				mode = tlsx.ModeExplicit
			}
			report := check(t, mode, conformance.Options{}, tt.fault)
			r := report.Result(tt.id)
			if !red(r) || !strings.Contains(r.Reason, tt.reason) {
				t.Errorf("%s: %s; want FAIL or WARN that says %q", tt.id, verdictOf(r), tt.reason)
			}
			if n := report.Summary()[conformance.Pass]; n < 100 {
				t.Errorf("only %d cases pass", n)
			}
			for i := range report.Results {
				if r := &report.Results[i]; red(r) && r.ID != tt.id && r.ID != "rfc959-4.2-class-honest" {
					t.Errorf("%s is red too: %s", r.ID, verdictOf(r))
				}
			}
			if report.Leftover != "" {
				t.Errorf("left over: %s", report.Leftover)
			}
		})
	}
}
