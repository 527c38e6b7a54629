package tlsx

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"sync"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// Binding says which session a data connection must resume on a server.
type Binding int

const (
	// BindNone resumes sessions where possible and demands nothing.
	BindNone Binding = iota
	// BindAny demands that a data connection resume a session of this server,
	// whichever control connection it belongs to.
	BindAny
	// BindControl demands that a data connection resume a session of its own control
	// connection. Only this prevents one logged-in client from taking the data port of
	// another.
	BindControl
)

// String returns "none", "any" or "control".
func (b Binding) String() string {
	switch b {
	case BindNone:
		return "none"
	case BindAny:
		return "any"
	case BindControl:
		return "control"
	}
	return fmt.Sprintf("Binding(%d)", int(b))
}

// ServerSessions hands out the TLS configurations of a server's control
// connections and of their data connections. The fields may be set before the
// first NewControl.
type ServerSessions struct {
	// LateTickets sends session tickets of TLS 1.3 after the client's Finished, as
	// OpenSSL does. If false, they come in the server's first flight, as crypto/tls sends
	// them, and a client reads them with the handshake. Only late tickets show whether a
	// client reads what comes in while it uploads. On the control connection this makes
	// the server ask for a client certificate, but not require one.
	LateTickets bool
	// NoTickets issues no tickets, so that nothing resumes.
	NoTickets bool
	// SingleUse accepts a ticket once.
	SingleUse bool
	// NoDataTickets issues tickets of TLS 1.3 on the control connection only:
	// data connections that resume get no new one.
	NoDataTickets bool

	base *tls.Config

	mu   sync.Mutex
	seen map[[32]byte]bool // tickets accepted under SingleUse
}

// NewServerSessions returns sessions whose tickets are all sealed with the keys
// of one configuration. Clones of a tls.Config that are made before its first
// handshake do not share the keys it makes for itself, so that no data
// connection would ever resume.
//
// The base is cloned. It needs Certificates or GetCertificate. Ticket keys set
// in it are used; otherwise keys are made and rotated as crypto/tls does. Its
// GetConfigForClient, WrapSession and UnwrapSession are not used.
func NewServerSessions(base *tls.Config) *ServerSessions {
	s := &ServerSessions{base: base.Clone(), seen: map[[32]byte]bool{}}
	s.base.GetConfigForClient = nil
	return s
}

// ServerControl is the TLS state of one control connection of a server.
type ServerControl struct {
	sessions *ServerSessions
	binding  Binding
	extra    []byte // marks this connection's tickets in SessionState.Extra
}

// extraPrefix distinguishes this package's entry in SessionState.Extra from others.
const extraPrefix = "ftpwire-ctl\x01"

// NewControl returns the state of a new control connection, which has its own identity in
// the tickets that it issues.
func (s *ServerSessions) NewControl(b Binding) *ServerControl {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return &ServerControl{sessions: s, binding: b, extra: append([]byte(extraPrefix), id...)}
}

// Config returns the configuration for the handshake of the control
// connection. It never resumes, and issues tickets for the data connections.
func (c *ServerControl) Config() *tls.Config {
	t := c.config()
	if c.sessions.LateTickets && t.ClientAuth == tls.NoClientCert {
		t.ClientAuth = tls.RequestClientCert
	}
	t.UnwrapSession = func([]byte, tls.ConnectionState) (*tls.SessionState, error) { return nil, nil }
	return t
}

// Data performs the handshake of a data connection as TLS server. The FTP server has this
// role in active mode too (RFC 4217, Section 7).
//
// If the binding demands a session and the client resumed none that is accepted, it ends
// the connection in order, as servers do, and returns ErrReuseRequired. Other errors are
// a *[HandshakeError]. On an error conn is closed. The handshake takes at most 30
// seconds, or until the context ends.
func (c *ServerControl) Data(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	t := &tap{Conn: conn}
	late := &lateWriter{Conn: t}
	cfg := c.config()
	if c.sessions.LateTickets {
		wrap := cfg.WrapSession
		cfg.WrapSession = func(cs tls.ConnectionState, ss *tls.SessionState) ([]byte, error) {
			if cs.Version == tls.VersionTLS13 {
				late.holdNext()
			}
			return wrap(cs, ss)
		}
	}
	cfg.UnwrapSession = c.unwrap
	if c.sessions.NoDataTickets {
		cfg.UnwrapSession = func(identity []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
			ss, err := c.unwrap(identity, cs)
			if ss != nil {
				cfg.SessionTicketsDisabled = true // only this connection uses cfg, and no ticket was issued yet
			}
			return ss, err
		}
	}

	tc := tls.Server(late, cfg)
	if err := c.handshake(ctx, tc, conn); err != nil {
		config := &Config{TLS: c.sessions.base}
		return nil, config.handshakeError(PhaseData, err, t)
	}
	if c.binding != BindNone && !tc.ConnectionState().DidResume {
		tc.Close()
		return nil, ErrReuseRequired
	}
	return tc, nil
}

func (c *ServerControl) handshake(ctx context.Context, tc *tls.Conn, conn net.Conn) error {
	hctx, cancel := context.WithTimeout(ctx, patience.Handshake.Default)
	defer cancel()
	err := tc.HandshakeContext(hctx)
	if err == nil {
		return nil
	}
	conn.Close()
	if err == context.DeadlineExceeded && ctx.Err() == nil {
		return &timeoutError{patience.Handshake.Default}
	}
	return err
}

// config returns the settings that the control connection and its data connections share:
// tickets that carry the identity of the control connection.
func (c *ServerControl) config() *tls.Config {
	t := c.sessions.base.Clone()
	t.SessionTicketsDisabled = t.SessionTicketsDisabled || c.sessions.NoTickets
	t.WrapSession = func(cs tls.ConnectionState, ss *tls.SessionState) ([]byte, error) {
		ss.Extra = append(ss.Extra, c.extra)
		return c.sessions.base.EncryptTicket(cs, ss)
	}
	return t
}

// unwrap accepts a ticket for a data connection, or returns nil, which makes
// crypto/tls perform a full handshake.
func (c *ServerControl) unwrap(identity []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
	ss, err := c.sessions.base.DecryptTicket(identity, cs)
	if err != nil || ss == nil {
		return nil, err
	}
	own := slices.ContainsFunc(ss.Extra, func(e []byte) bool { return string(e) == string(c.extra) })
	if c.binding == BindControl && !own {
		return nil, nil
	}
	if c.sessions.SingleUse && !c.sessions.first(identity) {
		return nil, nil
	}
	return ss, nil
}

// first reports whether a ticket has not been accepted before.
func (s *ServerSessions) first(identity []byte) bool {
	sum := sha256.Sum256(identity)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[sum] {
		return false
	}
	s.seen[sum] = true
	return true
}
