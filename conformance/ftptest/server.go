package ftptest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"

	"github.com/ftpwire/ftpwire/protocol"
)

// TB is the part of testing.TB that NewServer needs.
type TB interface {
	Helper()                           // marks the caller as a helper
	Fatalf(format string, args ...any) // ends the test with a message
	Cleanup(func())                    // registers what runs when the test is over
}

// A Server is a running FTP server. Its methods may be called concurrently.
type Server struct {
	cfg      Config
	host     *host   // the one of the Config
	hosts    []*host // then the virtual ones
	otp      counter
	faults   []*deviation
	commands map[protocol.Verb]handler

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	ln     net.Listener
	wg     sync.WaitGroup // accept loop and sessions

	mu       sync.Mutex
	sessions int
	perUser  map[string]int // sessions that are logged in
	received []string
	records  []*record
	closed   bool
	stous    int
}

// NewServer starts a server and closes it when the test ends. It fails the test
// if that is not possible. A nil c is the zero Config.
func NewServer(tb TB, c *Config) *Server {
	tb.Helper()
	s, err := Start(c)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

// Start starts a server. A nil c is the zero Config. The error reports an impossible
// configuration, an unknown fault, or a failure to listen.
func Start(c *Config) (*Server, error) {
	if c == nil {
		c = &Config{}
	}
	s := &Server{cfg: *c, perUser: map[string]int{}, commands: handlers(), otp: counter{left: map[*User]int{}}}
	var err error
	if s.faults, err = lookup(c.Faults); err != nil {
		return nil, err
	}
	for _, f := range s.faults {
		if f.config != nil {
			f.config(&s.cfg)
		}
	}
	if err := s.cfg.check(); err != nil {
		return nil, err
	}
	if err := s.makeHosts(); err != nil {
		s.closeTrees()
		return nil, err
	}
	if s.ln, err = s.listen(); err != nil {
		s.closeTrees()
		return nil, fmt.Errorf("ftptest: %w", err)
	}
	if s.cfg.Mechanism != nil {
		s.commands["ADAT"] = handler{run: (*session).adat}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wg.Go(s.accept)
	return s, nil
}

// listen opens the control port. A free port is chosen, where that is left open,
// so that the one below it is free too: active data connections come from there
// (RFC 959, Section 3.2).
func (s *Server) listen() (net.Listener, error) {
	for tries := 0; ; tries++ {
		ln, err := s.cfg.listen("tcp", s.cfg.addr())
		if err != nil || tries == 20 || s.cfg.Listen != nil {
			return ln, err
		}
		addr, ok := ln.Addr().(*net.TCPAddr)
		if _, port, _ := net.SplitHostPort(s.cfg.addr()); port != "0" || !ok {
			return ln, nil
		}
		below, err := net.ListenTCP("tcp", &net.TCPAddr{IP: addr.IP, Port: addr.Port - 1, Zone: addr.Zone})
		if err == nil {
			below.Close()
			return ln, nil
		}
		ln.Close()
	}
}

// Close ends the listener and all sessions, and waits until nothing of the
// server runs any more. Sessions get no 421. Closing twice does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	err := s.ln.Close()
	s.wg.Wait()
	if again {
		return nil
	}
	if terr := s.closeTrees(); err == nil {
		err = terr
	}
	return err
}

func (s *Server) accept() {
	for id := 1; ; id++ {
		conn, err := s.ln.Accept()
		if err != nil {
			if s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			continue // one connection that was gone before it was taken
		}
		urgentInline(conn)
		s.mu.Lock()
		full := s.sessions >= s.cfg.maxSessions()
		s.sessions++
		s.mu.Unlock()
		s.wg.Go(func() {
			x := newSession(s, id, conn, full)
			x.run()
			s.leaves(x)
			s.mu.Lock()
			s.sessions--
			s.mu.Unlock()
		})
	}
}

// note records a command that was received.
func (s *Server) note(c protocol.Command) {
	s.mu.Lock()
	s.received = append(s.received, c.String())
	s.mu.Unlock()
}

// Commands returns the commands received so far, of all sessions, secrets
// masked. Malformed lines are not among them.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}
