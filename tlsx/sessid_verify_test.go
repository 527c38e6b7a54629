package tlsx

import (
	"bytes"
	"crypto/tls"
	"io"
	"strings"
	"testing"
	"time"
)

// A session ID is offered under a certificate that was accepted although it is
// self-signed and has expired, of which crypto/tls has verified nothing. The
// server of crypto/tls knows no IDs, so that being refused is proof.
func TestSessionIDUnderVerification(t *testing.T) {
	cert := issue(t, certSpec{from: -90 * day, to: -day})
	e := newEnv(t, envConfig{version: tls.VersionTLS12, noTicket: true,
		base: func(c *tls.Config) { c.Certificates = []tls.Certificate{cert.server()} },
		client: func(c *Config) {
			c.SessionIDs = true
			c.TLS, c.Verify = nil, &Verification{SkipChain: true, SkipDates: true}
		}})
	l := &secretLog{}
	io.WriteString(l, "CLIENT_RANDOM 00 "+strings.Repeat("ab", masterSecretLen))
	st := e.control.ConnectionState()
	made, err := newIDTicket(&st, serverHello{sessionID: bytes.Repeat([]byte("i"), 32), extendedMasterSecret: true}, l, nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	e.client.control.tickets.id, e.client.control.tickets.idOnly = made, true
	p := e.data()
	if got := p.client.Reuse(); got != OfferedRefused {
		t.Errorf("Reuse() = %v, want %v", got, OfferedRefused)
	}
	p.close()
}
