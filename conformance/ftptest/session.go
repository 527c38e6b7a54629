package ftptest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

const (
	// writeTimeout bounds how long a client may leave replies unread.
	writeTimeout = 30 * time.Second
	// lingerTimeout bounds the wait for a client to close after the last reply.
	lingerTimeout = time.Second
)

// A session is one control connection. All of it belongs to the goroutine of
// run, except what transfer runs in a goroutine of its own; that sends its
// results as functions to calls.
type session struct {
	srv     *Server
	log     *slog.Logger
	full    bool
	tcp     net.Conn // as accepted
	conn    net.Conn // tcp, or TLS on it
	tls     *tlsx.ServerControl
	machine *protocol.Machine
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup // reads and transfers

	reads   chan input // the result of the read under way
	reading bool
	calls   chan func()
	over    bool // nothing more is to be read

	host     *host    // chosen by HOST or by TLS
	language language // chosen by LANG
	latin1   bool     // OPTS UTF8 OFF: names travel in ISO 8859-1
	sni      string   // server name of TLS
	implied  bool     // AUTH SSL or TLS-P: data connections are private without PROT

	name     string // argument of USER
	counted  string // the user that the session counts for; guarded by the Server's mu
	storing  bool   // ACCT has given User.StoreAccount
	user     *User  // whose password was right; in effect once the machine says so
	failures int
	cwd      string
	facts    []string // of MLST and MLSD
	level    int      // of MODE Z, 0 is the default
	reversed bool     // SSCN ON: the server is the TLS client of data connections
	hash     string   // the algorithm that OPTS HASH has selected, or ""
	last     protocol.Verb
	current  protocol.Command // the command being carried out
	endpoint *endpoint        // of the next data connection, or nil
	transfer *transfer        // under way, or nil
	aborting bool             // ABOR waits for the transfer to end

	leftovers []net.Conn // data connections that a fault keeps open
	previous  *User      // who was logged in before USER, for a fault

	refusedAuth bool // so has a fault
}

// input is what one read brought.
type input struct {
	b   []byte
	err error
}

func newSession(srv *Server, id int, conn net.Conn, full bool) *session {
	s := &session{
		srv: srv, full: full, tcp: conn, conn: conn, host: srv.host,
		log:     srv.cfg.log().With("session", id),
		machine: protocol.NewMachine(srv.cfg.machine()),
		reads:   make(chan input, 1),
		calls:   make(chan func()),
		cwd:     "/",
		facts:   defaultFacts(),
	}
	s.ctx, s.cancel = context.WithCancel(srv.ctx)
	return s
}

func (s *session) run() {
	s.log.Debug("connected", "peer", s.tcp.RemoteAddr())
	stop := context.AfterFunc(s.ctx, func() { s.tcp.Close() })
	for _, f := range s.srv.faults {
		if f.greeted != nil {
			f.greeted(s)
		}
	}
	s.handle() // implicit TLS
	if !s.over {
		s.greet()
		s.handle()
	}
	for !s.over && s.machine.State() < protocol.StateClosing {
		s.step()
	}
	s.end()
	stop()
}

func (s *session) greet() {
	if s.full {
		s.reply(421, "Too many sessions, try again later")
		return
	}
	s.reply(220, s.host.welcome)
}

// step waits for one thing to happen and acts on it.
func (s *session) step() {
	if s.machine.WantInput() && !s.reading {
		s.read()
	}
	idle := time.NewTimer(s.srv.cfg.idleTimeout())
	defer idle.Stop()
	expired := idle.C
	if s.transfer != nil {
		expired = nil // a transfer is activity (RFC 1123, Section 4.1.3.2)
	}
	select {
	case in := <-s.reads:
		s.reading = false
		s.receive(in)
	case call := <-s.calls:
		call()
		s.handle()
	case <-expired:
		s.reply(421, "Idle for too long, closing")
	case <-s.ctx.Done():
		s.over = true
	}
}

// read starts a read in the background. At most one is under way, and none when
// TLS is put up or taken down.
func (s *session) read() {
	s.reading = true
	conn := s.conn
	s.wg.Go(func() {
		b := make([]byte, 4<<10)
		n, err := conn.Read(b)
		s.reads <- input{b[:n], err}
	})
}

func (s *session) receive(in input) {
	if len(in.b) > 0 {
		if err := s.machine.Receive(in.b); err != nil {
			s.log.Debug("protocol", "err", err)
			s.over = true
			return
		}
		s.handle()
	}
	if in.err != nil {
		// Losing the control connection means ABOR and QUIT (RFC 959, Section 4.1.1).
		s.log.Debug("control connection ended", "err", in.err)
		s.over = true
	}
}

// handle acts on what the machine reports.
func (s *session) handle() {
	if out := s.machine.Output(); len(out) > 0 {
		s.write(out)
	}
	for !s.over {
		e, ok := s.machine.Next()
		if !ok {
			return
		}
		switch e.Kind {
		case protocol.EventCommand:
			s.command(e)
		case protocol.EventStartTLS:
			if !s.deviateTLS(func(f *deviation) func(*session) bool { return f.starting }) {
				s.startTLS()
			}
		case protocol.EventStopTLS:
			if !s.deviateTLS(func(f *deviation) func(*session) bool { return f.stopping }) {
				s.awaitCloseNotify()
				s.stopTLS()
			}
		}
	}
}

// write sends bytes on the control connection.
func (s *session) write(b []byte) {
	if len(b) == 0 || s.over {
		return
	}
	s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := s.conn.Write(b); err != nil {
		s.log.Debug("control connection broken", "err", err)
		s.over = true
	}
}

// resetLogin forgets who is logged in, and what belongs to that.
func (s *session) resetLogin() {
	s.name, s.user, s.cwd = "", nil, "/"
	s.storing, s.implied, s.latin1, s.reversed = false, false, false, false
	s.facts, s.level = defaultFacts(), 0
	s.closeEndpoint()
}

// end closes what the session has opened and waits for its goroutines. The
// control connection is closed in order, so that a last reply is not lost to
// commands that nobody has read.
func (s *session) end() {
	s.over = true
	if s.machine.State() == protocol.StateClosing {
		s.linger()
	}
	s.machine.Close(net.ErrClosed)
	s.cancel()
	s.tcp.Close()
	s.closeEndpoint()
	for _, c := range s.leftovers {
		c.Close()
	}
	s.wg.Wait()
	s.log.Debug("closed")
}

func (s *session) linger() {
	s.tcp.SetDeadline(time.Now().Add(lingerTimeout))
	if c, ok := s.conn.(*tls.Conn); ok {
		c.CloseWrite()
	}
	if closeWrite(s.tcp) != nil {
		return
	}
	if s.reading {
		<-s.reads // ends at the deadline
		s.reading = false
	}
	io.Copy(io.Discard, io.LimitReader(s.tcp, 64<<10))
}

// closeWrite sends FIN where the connection can.
func closeWrite(c net.Conn) error {
	if w, ok := c.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}

// addrPort returns a net.Addr as an address and port, IPv4 unmapped.
func addrPort(a net.Addr) netip.AddrPort {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
