package control_test

import (
	"crypto/tls"
	"io"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// TestProtRaised: a server that refuses a data connection in clear gets a protected one, in
// whatever words it asks for it, and at whichever command.
func TestProtRaised(t *testing.T) {
	for _, refusal := range []string{
		"LIST 425 Session is not encrypted", "LIST 550 PROT P required", "LIST 534 PROT P is required", "LIST 521 no",
		"LIST 522 Data connections must be encrypted.", "EPSV 521 Data connection cannot be opened with this PROT setting",
	} {
		inBubble(t, refusal, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear})
			in := tc.secureLogin()
			tc.answer("PBSZ 0", "200 ok")
			tc.answer("PROT C", "200 ok")
			tc.answer("FEAT", "500 no")
			tc.wantOK("login", in)
			op := tc.async(func() error {
				for _, err := range tc.c.List(t.Context(), "", control.ListOptions{}) {
					return err
				}
				return nil
			})
			if refusal[:4] == "EPSV" {
				tc.answer("EPSV", refusal[5:])
				tc.answer("PASV", refusal[5:])
			} else {
				tc.passive()
				tc.answer("LIST", refusal[5:])
			}
			tc.answer("PROT P", "200 ok")
			data := tc.passive()
			tc.answer("LIST", "150 here")
			secure := tls.Server(data, tc.sessions.Config())
			io.WriteString(secure, "-rw-r--r-- 1 u g 3 Jan 01 2000 f\r\n")
			secure.Close()
			data.Close()
			tc.writeReply("226 done")
			if err := op.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
