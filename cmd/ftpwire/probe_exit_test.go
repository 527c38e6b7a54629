package main

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A certificate that is not accepted is exit code 4, although the server was looked at
// without a login after it.
func TestProbeCertificateExit(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "probe", s.Addr(), "--user", testUser)
	if r.code != exitCertificate || !strings.Contains(r.out, "authority that is not known here") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
}
