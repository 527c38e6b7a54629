package datachan

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// maxStrangers is how many foreign connections an active listener drops before it
// gives up.
const maxStrangers = 64

func (m *Manager) openActive(ctx context.Context, x Exchanger) (*Opening, error) {
	local, ok := hostOf(x.LocalAddr())
	if !ok {
		return nil, &OpenError{Mode: "active", Err: errors.New("the control connection has no IP address to listen on")}
	}
	ln, err := m.cfg.listen("tcp", netip.AddrPortFrom(local, 0).String())
	if err != nil {
		return nil, &OpenError{Mode: "active", Addr: local.String(), Err: err}
	}
	announced := local.WithZone("")
	if m.cfg.ActiveAddr.IsValid() {
		announced = m.cfg.ActiveAddr.Unmap()
	}
	mode, err := m.announce(ctx, x, netip.AddrPortFrom(announced, portOf(ln.Addr())))
	if err != nil {
		ln.Close()
		return nil, err
	}
	o := &Opening{m: m, mode: mode, addr: ln.Addr().String(), listener: ln}
	if peer, ok := hostOf(x.RemoteAddr()); ok && !m.cfg.AnyPeer {
		o.peer = peer.WithZone("")
	}
	return o, nil
}

// announce sends EPRT, or PORT where that is asked for or EPRT is refused.
func (m *Manager) announce(ctx context.Context, x Exchanger, addr netip.AddrPort) (mode string, err error) {
	v4 := addr.Addr().Is4()
	if m.cfg.Mode == ModePORT && !v4 {
		return "", &OpenError{Mode: "PORT", Addr: addr.String(), Err: errors.New("PORT can only name an IPv4 address: use EPRT")}
	}
	if m.cfg.Mode != ModePORT && !(m.noEPRT && v4 && m.cfg.Mode == ModeActive) {
		_, err := x.Exchange(ctx, protocol.Command{Verb: "EPRT", Arg: parse.FormatEPRT(addr)})
		if err == nil || m.cfg.Mode == ModeEPRT || !v4 || !refused(err) {
			return "EPRT", err
		}
		m.note("EPRT is refused (" + err.Error() + "): using PORT")
		m.noEPRT = true
	}
	_, err = x.Exchange(ctx, protocol.Command{Verb: "PORT", Arg: parse.FormatPORT(addr)})
	return "PORT", err
}

// accept waits for the server's connection and drops everybody else's.
func (o *Opening) accept() (net.Conn, error) {
	for strangers := 0; ; {
		conn, err := o.listener.Accept()
		if err != nil {
			return nil, err
		}
		from, ok := hostOf(conn.RemoteAddr())
		if !o.peer.IsValid() || ok && from.WithZone("") == o.peer {
			return conn, nil
		}
		o.m.note("dropped a data connection from " + conn.RemoteAddr().String() + ", which is not the server")
		conn.Close()
		if strangers++; strangers >= maxStrangers {
			return nil, errors.New("too many connections from hosts other than the server")
		}
	}
}
