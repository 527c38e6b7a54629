package datachan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// maxStrangers is how many foreign connections an active listener drops before it
// gives up.
const maxStrangers = 64

func (m *Manager) openActive(ctx context.Context, x Exchanger) (*Opening, error) {
	ln, err := m.listen(ctx, x)
	if err != nil {
		return nil, err
	}
	addr, err := m.announced(ln, x)
	if err != nil {
		ln.Close()
		return nil, err
	}
	mode, err := m.announce(ctx, x, netip.AddrPortFrom(addr, portOf(ln.Addr())))
	if err != nil {
		ln.Close()
		return nil, err
	}
	o := &Opening{m: m, mode: mode, addr: ln.Addr().String(), listener: ln, v4: addr.Is4()}
	if peer, ok := hostOf(x.RemoteAddr()); ok && !m.cfg.AnyPeer {
		o.peer = peer.WithZone("")
	}
	if m.cfg.PeerPort {
		o.peerPort = portOf(x.RemoteAddr()) - 1
	}
	return o, nil
}

func (m *Manager) listen(ctx context.Context, x Exchanger) (net.Listener, error) {
	if m.cfg.ListenFor != nil {
		lctx, cancel := bounded(ctx, m.cfg.connectTimeout())
		defer cancel()
		peer := x.RemoteAddr().String()
		ln, err := m.cfg.ListenFor(lctx, "tcp", peer)
		if err != nil {
			return nil, &OpenError{Mode: "active", Addr: peer, Err: deadlineError(ctx, err)}
		}
		return ln, nil
	}
	local, ok := hostOf(x.LocalAddr())
	if !ok {
		return nil, &OpenError{Mode: "active", Err: errNoAddr}
	}
	ln, err := m.cfg.listenIn(local, m.cfg.ActivePorts)
	if err != nil {
		return nil, &OpenError{Mode: "active", Addr: local.String(), Err: err}
	}
	return ln, nil
}

var errNoAddr = errors.New("neither the control connection nor the listener has an IP address")

// announced returns the address to announce. A zone, which means nothing to the server and
// tells of this host, is dropped where it is written.
func (m *Manager) announced(ln net.Listener, x Exchanger) (netip.Addr, error) {
	a := m.cfg.ActiveAddr
	if !a.IsValid() {
		a, _ = hostOf(ln.Addr())
	}
	if !a.IsValid() || a.IsUnspecified() {
		a, _ = hostOf(x.LocalAddr())
	}
	if !a.IsValid() || portOf(ln.Addr()) == 0 {
		return a, &OpenError{Mode: "active", Addr: ln.Addr().String(), Err: errNoAddr}
	}
	return a.Unmap(), nil
}

// announce sends EPRT, or PORT where that is asked for or EPRT does not work.
func (m *Manager) announce(ctx context.Context, x Exchanger, addr netip.AddrPort) (mode string, err error) {
	v4 := addr.Addr().Is4()
	if m.cfg.Mode == ModePORT && !v4 {
		return "", &OpenError{Mode: "PORT", Addr: addr.String(), Err: errors.New("PORT can only name an IPv4 address: use EPRT")}
	}
	eprt := protocol.Command{Verb: "EPRT", Arg: parse.FormatEPRT(addr)}
	if !v4 || m.cfg.Mode == ModeEPRT {
		_, err := x.Exchange(ctx, eprt)
		return "EPRT", err
	}
	port := protocol.Command{Verb: "PORT", Arg: parse.FormatPORT(addr)}
	first, second := eprt, port
	skipped := m.Memory().NoEPRT
	if skipped || m.cfg.Mode == ModePORT {
		first, second = port, eprt
	}
	_, err = x.Exchange(ctx, first)
	if err == nil || m.cfg.Mode == ModePORT || !refused(err) {
		return string(first.Verb), err
	}
	m.note(fmt.Sprintf("%s is refused (%v): using %s", first.Verb, err, second.Verb))
	if _, again := x.Exchange(ctx, second); again != nil {
		return string(second.Verb), errors.Join(err, again)
	}
	m.learn(func(l *Memory) { l.NoEPRT = !skipped })
	return string(second.Verb), nil
}

// Failed tells the manager that no data connection came of o and that the server
// or the clock said so by err. It reports whether Open would go another way now,
// which is worth a second attempt if the server has not begun the transfer: servers,
// and routers that read PORT, are known that take EPRT and make nothing of it.
func (m *Manager) Failed(o *Opening, err error) bool {
	if m.cfg.Mode != ModeActive || !o.v4 {
		return false
	}
	if protocol.MeaningIn(err) != protocol.DataChannel && !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	switch noEPRT := m.Memory().NoEPRT; {
	case o.mode == "EPRT" && !noEPRT && !m.triedPORT:
		m.note(fmt.Sprintf("no connection came of EPRT (%v): using PORT", err))
		m.triedPORT = true
		m.learn(func(l *Memory) { l.NoEPRT = true })
		return true
	case o.mode == "PORT" && noEPRT:
		m.learn(func(l *Memory) { l.NoEPRT = false }) // PORT is no better
	}
	return false
}

// accept waits for the server's connection and drops everybody else's. What it notes in
// o may be read once it has returned.
func (o *Opening) accept() (net.Conn, error) {
	for strangers := 0; ; {
		conn, err := o.listener.Accept()
		if err != nil {
			return nil, err
		}
		if o.welcome(conn.RemoteAddr()) {
			return conn, nil
		}
		o.stranger = conn.RemoteAddr().String()
		o.m.note("dropped a data connection from " + o.stranger + ", which is not the server")
		conn.Close()
		if strangers++; strangers >= maxStrangers {
			return nil, errors.New("too many connections from others than the server")
		}
	}
}

func (o *Opening) welcome(a net.Addr) bool {
	from, ok := hostOf(a)
	if o.peer.IsValid() && !(ok && from.WithZone("") == o.peer) {
		return false
	}
	return o.peerPort == 0 || portOf(a) == o.peerPort
}
