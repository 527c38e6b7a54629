package conformance_test

import (
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/tlsx"
)

// What a server may do is no FAIL, though few do so.
func TestAllowed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault, id string
		mode      tlsx.Mode
		want      conformance.Verdict
	}{
		{"stou-two-lines", "rfc1123-4.1.2.9-stou", tlsx.ModeNone, conformance.Pass},
		{"cwd-wont", "sec-no-reply-injection", tlsx.ModeNone, conformance.Pass},
		{"pass-without-user-ends", "rfc959-5.4-pass-without-user", tlsx.ModeNone, conformance.Warn},
		{"retr-missing-late", "rfc959-5.4-retr-missing", tlsx.ModeNone, conformance.Warn},
		{"retr-missing-late", "rfc959-5.4-retr-missing", tlsx.ModeExplicit, conformance.Warn},
		{"rare-commands", "draft-mfct", tlsx.ModeNone, conformance.Skip}, // there is no create fact
		{"rare-commands", "draft-dsiz-rmda", tlsx.ModeNone, conformance.Pass},
		{"rare-commands", "draft-csid", tlsx.ModeExplicit, conformance.Pass},
		{"rare-commands", "draft-thmb", tlsx.ModeNone, conformance.Pass},
		{"rare-commands", "draft-md5", tlsx.ModeNone, conformance.Note},
		{"rare-commands", "prac-pret", tlsx.ModeNone, conformance.Note},
		{"rare-commands", "prac-sscn-cpsv", tlsx.ModeExplicit, conformance.Note},
		{"rare-commands", "prac-mdtm-set", tlsx.ModeNone, conformance.Unimpl},
		{"mdtm-sets-time", "prac-mdtm-set", tlsx.ModeNone, conformance.Note},
		{"rare-commands", "prac-comb", tlsx.ModeNone, conformance.Note},
	} {
		t.Run(tt.fault+" "+tt.id+" "+tt.mode.String(), func(t *testing.T) {
			t.Parallel()
			r := check(t, tt.mode, conformance.Options{Only: []string{tt.id}}, tt.fault).Result(tt.id)
			if r.Verdict != tt.want {
				t.Errorf("%s: %s; want %s", tt.id, verdictOf(r), tt.want)
				logTranscript(t, r)
			}
		})
	}
}
