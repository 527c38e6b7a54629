package ftptest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// An endpoint is where the next data connection comes from or goes to: a
// listener (passive) or an address (active). It serves one transfer.
type endpoint struct {
	srv   *Server
	ln    net.Listener   // passive
	peer  netip.AddrPort // active
	local netip.AddrPort // of the control connection
	host  netip.Addr     // whose connections are taken
	conn  net.Conn       // to the default data port, already open

	reversed bool // CPSV: the server is the TLS client
}

var errNoPort = errors.New("no passive port is free")

// maxStrangers is how many connections of other hosts are turned away before a
// transfer is given up.
const maxStrangers = 100

// closeEndpoint gives up the endpoint, if there is one.
func (s *session) closeEndpoint() {
	if s.endpoint != nil {
		s.endpoint.close()
		s.endpoint = nil
	}
}

func (e *endpoint) close() {
	if e.ln != nil {
		e.ln.Close()
	}
	if e.conn != nil {
		e.conn.Close()
		e.conn = nil
	}
}

func (e *endpoint) passive() bool { return e.ln != nil }

func (s *session) newEndpoint() *endpoint {
	return &endpoint{srv: s.srv, local: addrPort(s.tcp.LocalAddr()), host: addrPort(s.tcp.RemoteAddr()).Addr()}
}

// listenPassive opens a listener on the address of the control connection in
// place of the endpoint that there was, and returns its port.
func (s *session) listenPassive() (port uint16, err error) {
	s.closeEndpoint()
	e := s.newEndpoint()
	if e.ln, err = s.srv.listenRange(e.local.Addr()); err != nil {
		return 0, err
	}
	port = addrPort(e.ln.Addr()).Port()
	for _, f := range s.srv.faults {
		if f.listening != nil {
			e.ln = f.listening(s, e.ln)
		}
	}
	s.endpoint = e
	return port, nil
}

// listenRange listens on a port of Config.PassivePorts, which are tried from a
// random one on: a port that can be foreseen can be taken (RFC 2577, Section 8).
func (s *Server) listenRange(host netip.Addr) (net.Listener, error) {
	first, last := int(s.cfg.PassivePorts[0]), int(s.cfg.PassivePorts[1])
	if last == 0 {
		return s.cfg.listen("tcp", netip.AddrPortFrom(host, 0).String())
	}
	n := last - first + 1
	start := rand.IntN(n)
	for i := range n {
		port := uint16(first + (start+i)%n)
		if ln, err := s.cfg.listen("tcp", netip.AddrPortFrom(host, port).String()); err == nil {
			return ln, nil
		}
	}
	return nil, errNoPort
}

// dialDefault connects to the default data port, the client's end of the control
// connection (RFC 959, Section 3.2). Hardly any client listens there, so it is tried before
// the preliminary reply, and not for long.
func (s *session) dialDefault() bool {
	if s.srv.cfg.noDefaultPort || s.machine.Params().EPSVAll {
		return false
	}
	e := s.newEndpoint()
	e.peer = addrPort(s.tcp.RemoteAddr())
	ctx, cancel := context.WithTimeout(s.ctx, time.Second)
	defer cancel()
	conn, err := e.open(ctx)
	if err != nil {
		return false
	}
	e.conn, s.endpoint = conn, e
	return true
}

// open returns the data connection. The listener, if any, is closed on return.
func (e *endpoint) open(ctx context.Context) (net.Conn, error) {
	if conn := e.conn; conn != nil {
		e.conn = nil
		return conn, nil
	}
	ctx, cancel := context.WithTimeout(ctx, e.srv.cfg.dataTimeout())
	defer cancel()
	if e.passive() {
		return e.accept(ctx)
	}
	if e.srv.cfg.Dial != nil {
		return e.srv.cfg.Dial(ctx, "tcp", e.peer.String())
	}
	return dialFrom(ctx, e.local, e.peer)
}

// welcome reports whether the data connection may be with a host: that of the control
// connection, or one of Config.ForeignHosts.
func (e *endpoint) welcome(host netip.Addr) bool {
	return host == e.host || slices.ContainsFunc(e.srv.cfg.ForeignHosts, func(p netip.Prefix) bool { return p.Contains(host) })
}

// accept takes the first connection that comes from a host that is welcome; others are
// closed (RFC 2577, Section 4).
func (e *endpoint) accept(ctx context.Context) (net.Conn, error) {
	var once sync.Once
	closeListener := func() { once.Do(func() { e.ln.Close() }) }
	defer closeListener()
	stop := context.AfterFunc(ctx, closeListener)
	defer stop()
	for range maxStrangers {
		conn, err := e.ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, err
		}
		if e.welcome(addrPort(conn.RemoteAddr()).Addr()) {
			return conn, nil
		}
		conn.Close()
	}
	return nil, fmt.Errorf("%d connections from other hosts", maxStrangers)
}

// dialFrom connects from the port below the control port, as RFC 959, Section
// 3.2 has it, or from any port if that one is not to be had.
func dialFrom(ctx context.Context, local, peer netip.AddrPort) (net.Conn, error) {
	from := netip.AddrPortFrom(local.Addr(), local.Port()-1)
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from), Control: reuseAddr, KeepAlive: -time.Second}
	conn, err := d.DialContext(ctx, "tcp", peer.String())
	if err == nil || ctx.Err() != nil {
		return conn, err
	}
	d = net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(local.Addr(), 0))}
	return d.DialContext(ctx, "tcp", peer.String())
}
