package datachan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

func (m *Manager) openPassive(ctx context.Context, x Exchanger) (*Opening, error) {
	host, known := hostOf(x.RemoteAddr())
	v6 := known && host.Is6()
	if m.cfg.Mode == ModePASV || m.noEPSV && m.cfg.Mode == ModePassive {
		return m.pasv(ctx, x)
	}
	o, err := m.epsv(ctx, x)
	// Only EPSV can name an IPv6 port, so there is nothing to fall back on there.
	if err == nil || m.cfg.Mode == ModeEPSV || v6 || ctx.Err() != nil || !mayFallBack(err) {
		return o, err
	}
	o, pasvErr := m.pasv(ctx, x)
	if pasvErr != nil {
		return nil, errors.Join(err, pasvErr)
	}
	m.noEPSV = true
	m.note("EPSV does not work here (" + err.Error() + "), PASV does: using PASV from now on")
	return o, nil
}

// mayFallBack reports whether PASV may do where EPSV failed with err: it was
// refused, its reply made no sense, or its port did not answer.
func mayFallBack(err error) bool {
	if refused(err) {
		return true
	}
	_, opening := errors.AsType[*OpenError](err)
	return opening
}

func (m *Manager) epsv(ctx context.Context, x Exchanger) (*Opening, error) {
	r, err := x.Exchange(ctx, protocol.Command{Verb: "EPSV"})
	if err != nil {
		return nil, err
	}
	addr, err := parse.EPSV(r.LastLine())
	if err != nil {
		return nil, &OpenError{Mode: "EPSV", Err: err}
	}
	if addr.Addr().IsValid() {
		m.note("EPSV reply names address " + addr.Addr().String() + ": ignored (RFC 2428, Section 3)")
	}
	// The host is always the control connection's (RFC 2428, Section 3).
	return m.connect(ctx, x, "EPSV", controlHost(x), addr.Port())
}

func (m *Manager) pasv(ctx context.Context, x Exchanger) (*Opening, error) {
	r, err := x.Exchange(ctx, protocol.Command{Verb: "PASV"})
	if err != nil {
		return nil, err
	}
	addr, err := parse.PASV(r.LastLine())
	if err != nil {
		return nil, &OpenError{Mode: "PASV", Err: err}
	}
	host := controlHost(x)
	if m.cfg.NAT == NATServer {
		host = addr.Addr().String()
	} else if host != addr.Addr().String() {
		m.note(fmt.Sprintf("PASV reply names address %s: using the control connection's %s", addr.Addr(), host))
	}
	return m.connect(ctx, x, "PASV", host, addr.Port())
}

// controlHost is the server's address as the control connection has it, never
// looked up again: a second look-up could be answered with another host.
func controlHost(x Exchanger) string {
	if host, ok := hostOf(x.RemoteAddr()); ok {
		return host.String()
	}
	host, _, err := net.SplitHostPort(x.RemoteAddr().String())
	if err != nil {
		return x.RemoteAddr().String()
	}
	return host
}

func (m *Manager) connect(ctx context.Context, x Exchanger, mode, host string, port uint16) (*Opening, error) {
	addr := net.JoinHostPort(host, strconv.Itoa(int(port)))
	if err := checkPort(x, host, port); err != nil {
		return nil, &OpenError{Mode: mode, Addr: addr, Err: err}
	}
	dctx, cancel := bounded(ctx, m.cfg.connectTimeout())
	defer cancel()
	conn, err := m.cfg.dial(dctx, "tcp", addr)
	if err != nil {
		return nil, &OpenError{Mode: mode, Addr: addr, Err: deadlineError(ctx, err)}
	}
	return &Opening{m: m, mode: mode, addr: addr, conn: conn}, nil
}

// checkPort refuses ports that a data connection has no business with: a server
// could have the client write a file's bytes into some service (RFC 2577, Section 3).
func checkPort(x Exchanger, host string, port uint16) error {
	addr := netip.AddrPortFrom(netip.Addr{}, port)
	if a, err := netip.ParseAddr(host); err == nil {
		addr = netip.AddrPortFrom(a, port)
	}
	switch {
	case port < 1024:
		return &AddressError{Addr: addr.String(), Reason: "ports below 1024 are refused"}
	case port == portOf(x.RemoteAddr()) && host == controlHost(x):
		return &AddressError{Addr: addr.String(), Reason: "that is the control connection's port"}
	}
	return nil
}
