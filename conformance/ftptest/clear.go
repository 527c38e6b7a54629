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
	ClearAllowed     ClearPolicy = iota // 200; the client has half a second to send its close_notify first
	ClearServerFirst                    // 200, and the server's close_notify comes at once
	ClearClientFirst                    // 200, and the server's close_notify answers the client's
	ClearRefused                        // 534
)

// String returns "allowed", "server-first", "client-first" or "refused".
func (p ClearPolicy) String() string {
	switch p {
	case ClearAllowed:
		return "allowed"
	case ClearServerFirst:
		return "server-first"
	case ClearClientFirst:
		return "client-first"
	case ClearRefused:
		return "refused"
	}
	return fmt.Sprintf("ClearPolicy(%d)", int(p))
}

// mayClear reports whether CCC is carried out.
func (c *Config) mayClear() bool {
	if c.ClearCommands == ClearRefused {
		return false
	}
	if c.Mechanism != nil {
		return c.Mechanism.Require == protocol.LevelClear
	}
	return c.TLS == TLSExplicit && !c.RequireTLS
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

// clientFirst is how long the client may take to end TLS, where both may be first.
// Some clients, lftp 4.9 among them, take a server that is first for one that is gone.
const clientFirst = 500 * time.Millisecond

// awaitCloseNotify lets the client end TLS first, as the policy says.
func (s *session) awaitCloseNotify() {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		return
	}
	wait := clientFirst
	switch s.srv.cfg.ClearCommands {
	case ClearServerFirst:
		return
	case ClearClientFirst:
		wait = handshakeTimeout
	}
	conn.SetDeadline(time.Now().Add(wait))
	io.Copy(io.Discard, conn) // its error comes again when TLS is taken down
}

// private reports whether data connections have TLS: by PROT P, or by an AUTH that
// implied it.
func (s *session) private() bool {
	return s.srv.cfg.Mechanism == nil && (s.implied || s.machine.Protection().Data == protocol.LevelPrivate)
}
