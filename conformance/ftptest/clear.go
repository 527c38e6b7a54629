package ftptest

import (
	"crypto/tls"
	"fmt"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A ClearPolicy says what becomes of CCC (RFC 4217, Section 5).
type ClearPolicy int

// The policies.
const (
	ClearAllowed     ClearPolicy = iota // 200, and the server's close_notify comes at once
	ClearClientFirst                    // 200, and the server's close_notify answers the client's
	ClearRefused                        // 534
)

// String returns "allowed", "client-first" or "refused".
func (p ClearPolicy) String() string {
	switch p {
	case ClearAllowed:
		return "allowed"
	case ClearClientFirst:
		return "client-first"
	case ClearRefused:
		return "refused"
	}
	return fmt.Sprintf("ClearPolicy(%d)", int(p))
}

// mayClear reports whether CCC is carried out.
func (c *Config) mayClear() bool {
	return c.TLS == TLSExplicit && !c.RequireTLS && c.ClearCommands != ClearRefused
}

// ccc is CCC (RFC 4217, Section 5), for clients behind firewalls that want to
// read along.
func (s *session) ccc(string) {
	if !s.srv.cfg.mayClear() {
		s.reply(534, "The control connection stays protected")
		return
	}
	s.reply(200, "Clearing the control connection")
}

// awaitCloseNotify lets the client end TLS first, if that is the policy.
func (s *session) awaitCloseNotify() {
	conn, ok := s.conn.(*tls.Conn)
	if !ok || s.srv.cfg.ClearCommands != ClearClientFirst {
		return
	}
	conn.SetDeadline(time.Now().Add(handshakeTimeout))
	io.Copy(io.Discard, conn) // its error comes again when TLS is taken down
}

// private reports whether data connections have TLS: by PROT P, or by an AUTH that
// implied it.
func (s *session) private() bool {
	return s.implied || s.machine.Protection().Data == protocol.LevelPrivate
}
