package conformance_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// TestClientCertificate runs the case about USER with a certificate that the server knows,
// and with one that says nothing to it.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, subject, want string }{
		{"known", "user", "needed: 232"},
		{"unknown", "somebody", "USER gets 331"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(ftptest.TLSExplicit, nil)
			cfg.ClientAuth = tls.VerifyClientCertIfGiven
			cfg.Users[0].Certificate = tt.subject
			inBubble(t, cfg, func(t *testing.T, srv *ftptest.Server, target conformance.Target) {
				own, err := srv.ClientCertificate("user")
				if err != nil {
					t.Fatal(err)
				}
				target.TLSConfig.Certificates = []tls.Certificate{own}
				report, err := conformance.Run(t.Context(), target, conformance.Options{Only: []string{"rfc2228-4-user-232"}})
				if err != nil {
					t.Fatal(err)
				}
				r := report.Result("rfc2228-4-user-232")
				if r.Verdict != conformance.Note || !strings.Contains(r.Reason, tt.want) {
					t.Errorf("%s: %s, want INFO with %q", r.Verdict, r.Reason, tt.want)
				}
			})
		})
	}
}
