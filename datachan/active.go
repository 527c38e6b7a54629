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

// announced returns the address to announce. Its zone means nothing to the server and
// reveals something about this host, so it is dropped when the address is written.
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

// announce sends EPRT, or PORT if the Config asks for it or EPRT does not work.
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

// Failed tells the manager that o led to no data connection; err is the server's reply or
// a timeout. It reports whether Open would now use another command. A second attempt is
// then worth it if the server has not begun the transfer: some servers, and routers that
// read PORT, accept EPRT but never connect.
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
		m.learn(func(l *Memory) { l.NoEPRT = false }) // PORT does not work either
	}
	return false
}

// accept waits for the server's connection and drops all others. The fields of o that it
// sets may be read once it has returned.
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
