package ftptest

import (
	"cmp"
	"crypto/tls"
	"net"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// tlsFaults are those of TLS and of when it begins.
func tlsFaults() []deviation {
	return []deviation{
		{name: "reuse-required-refused", doc: "TLS data connections are ended after the handshake, resumed or not, with 522 and talk of session reuse",
			transfer: func(_ *session, t *transfer) {
				t.secured = func(c *tls.Conn) error {
					c.Close() // in order: servers do so, and it looks like an empty file
					return tlsx.ErrReuseRequired
				}
			}},
		{name: "late-150", doc: "150 is sent only when the data connection is open and its TLS handshake done",
			transfer: func(_ *session, t *transfer) { t.latePreliminary = true }},
		{name: "early-handshake-reset", doc: "a passive data connection is reset if bytes arrive before the transfer command",
			listening: func(s *session, ln net.Listener) net.Listener { return listenEarly(s, ln) },
			transfer: func(_ *session, t *transfer) {
				if l, ok := t.endpoint.ln.(*earlyListener); ok {
					l.commanded() // before the 150, which the client's first bytes follow
				}
			}},
		{name: "other-certificate-on-data", doc: "data connections show another certificate than the control connection, from another authority",
			transfer: func(s *session, t *transfer) {
				if t.private {
					t.control = s.srv.otherTLS().NewControl(tlsx.BindNone)
				}
			}},
	}
}

// faultTLS returns sessions that show the certificate of k whatever the client
// asks for, and whose tickets are not those of the host.
func (s *Server) faultTLS(k *keys) *tlsx.ServerSessions {
	t := tlsx.NewServerSessions(&tls.Config{
		Certificates: []tls.Certificate{k.leaf},
		MinVersion:   cmp.Or(s.cfg.MinTLS, tls.VersionTLS12), MaxVersion: s.cfg.MaxTLS,
		NextProtos: s.cfg.NextProtos,
	})
	t.NoTickets, t.LateTickets = s.cfg.NoTickets, s.cfg.LateTickets
	return t
}

// otherTLS returns sessions with a certificate of their own.
func (s *Server) otherTLS() *tlsx.ServerSessions {
	k, err := issueKeys(time.Now())
	if err != nil {
		panic("ftptest: BUG: " + err.Error()) // the same has worked at the start
	}
	return s.faultTLS(k)
}
