package main

import (
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A certificate that is not accepted is exit code 4, although the server was looked at
// without a login after it.
func TestProbeCertificateExit(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "probe", s.Addr(), "--user", testUser)
	r.want(t, exitCertificate, "authority that is not known here")
}
