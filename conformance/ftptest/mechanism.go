package ftptest

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// A Mechanism is a security mechanism of RFC 2228 that the server has in place of TLS.
type Mechanism struct {
	// New returns the server's side of a new security exchange. Its name is what AUTH
	// takes. It is a protocol.BlockProtector if PROT is to take more than C.
	New func() protocol.Mechanism

	// Buffer is the largest protected block that the server takes and sends, in octets. If
	// zero, it is 1 MiB.
	Buffer uint32

	// Require is the level that the server wants of commands and data connections. Commands
	// below it are refused with 533, transfers with 534. If zero, everything may be in clear.
	Require protocol.Level
}

// checkMechanism refuses a mechanism beside TLS.
func (c *Config) checkMechanism() error {
	switch {
	case c.Mechanism == nil:
		return nil
	case c.TLS != TLSNone:
		return errors.New("ftptest: a Mechanism stands in place of TLS, there can't be both")
	case c.Mechanism.New == nil:
		return errors.New("ftptest: a Mechanism without New")
	}
	return nil
}

// machine returns the configuration of a session's machine.
func (c *Config) machine() protocol.Config {
	cfg := protocol.Config{Role: protocol.RoleServer, ImplicitTLS: c.TLS == TLSImplicit}
	if m := c.Mechanism; m != nil {
		cfg.Buffer = m.Buffer
		cfg.Mechanism = func(name string) protocol.Mechanism {
			if mech := m.New(); strings.EqualFold(mech.Name(), name) {
				return mech
			}
			return nil
		}
	}
	return cfg
}

// security is AUTH, ADAT, PBSZ and PROT with a mechanism (RFC 2228, Section 3).
func (s *session) security() {
	r := s.machine.SecurityReply(s.current)
	s.replyTo(s.current.Verb, r)
	if r.Code == 235 || r.Code == 234 {
		s.resetLogin()
	}
}

func (s *session) adat(string) { s.security() }

// alwaysTaken are the commands that a client may send before the security exchange is
// complete, and so at any level.
var alwaysTaken = []protocol.Verb{"AUTH", "ADAT", "FEAT", "HELP", "NOOP", "QUIT", "SYST"}

// tooLow returns the refusal of a command whose level is below what the server wants, or
// the zero Reply.
func (s *session) tooLow(e protocol.Event) protocol.Reply {
	m := s.srv.cfg.Mechanism
	if m == nil || e.Level.Covers(m.Require) || slices.Contains(alwaysTaken, e.Command.Verb) {
		return protocol.Reply{}
	}
	return protocol.NewReply(533, "Commands must be protected at the level "+m.Require.String())
}

// dataTooLow reports whether data connections are protected less than the server wants.
func (s *session) dataTooLow() bool {
	m := s.srv.cfg.Mechanism
	return m != nil && !s.machine.Protection().Data.Covers(m.Require)
}

// A blockConn is a data connection that a mechanism protects (RFC 2228, Section 6).
type blockConn struct {
	net.Conn
	r *protocol.BlockReader
	w *protocol.BlockWriter
}

func newBlockConn(conn net.Conn, b protocol.Blocks, buffer uint32) *blockConn {
	return &blockConn{conn, protocol.NewBlockReader(conn, b, buffer), protocol.NewBlockWriter(conn, b, buffer)}
}

func (c *blockConn) Read(b []byte) (int, error)  { return c.r.Read(b) }
func (c *blockConn) Write(b []byte) (int, error) { return c.w.Write(b) }

// endBlocks ends the data of a download.
func (t *transfer) endBlocks() error {
	if c, ok := t.conn.conn.(*blockConn); ok {
		return c.w.Close()
	}
	return nil
}

// broken returns the outcome of a transfer whose data connection failed.
func (t *transfer) broken(ctx context.Context, err error) outcome {
	if _, ok := errors.AsType[*protocol.ProtectionError](err); ok {
		return failure(ctx, 535, "Data connection failed the security check") // RFC 2228, Section 6
	}
	return failure(ctx, 426, "Data connection broken")
}
