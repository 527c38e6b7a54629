package datachan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// errNoPASV explains why there is no PASV over IPv6.
var errNoPASV = errors.New("PASV can only name an IPv4 address, and the control connection is IPv6: EPSV is needed")

func (m *Manager) openPassive(ctx context.Context, x Exchanger) (*Opening, error) {
	switch m.cfg.Mode {
	case ModePASV:
		return m.pasv(ctx, x)
	case ModeCPSV:
		return m.askPASV(ctx, x, "CPSV")
	}
	first, second := m.epsv, m.pasv
	skipped := m.Memory().NoEPSV && m.cfg.Mode == ModePassive && !m.promised
	if skipped {
		first, second = m.pasv, m.epsv
	}
	o, err := first(ctx, x)
	if err == nil || m.cfg.Mode == ModeEPSV || m.promised || ctx.Err() != nil || !mayFallBack(err) {
		return o, err
	}
	if reason := m.noPASV(x); reason != nil && !skipped {
		return nil, errtext.Errorf("%w (%w)", err, reason)
	}
	o, secondErr := second(ctx, x)
	if secondErr != nil {
		return nil, errors.Join(err, secondErr)
	}
	m.learn(func(l *Memory) { l.NoEPSV = !skipped })
	if skipped {
		m.note("PASV does not work here (" + err.Error() + "), EPSV does: using EPSV from now on")
	} else {
		m.note("EPSV does not work here (" + err.Error() + "), PASV does: using PASV from now on")
	}
	return o, nil
}

// noPASV returns why PASV cannot be used: only EPSV can give a port at an IPv6 address. A
// policy that takes addresses from the server may still get an IPv4 one.
func (m *Manager) noPASV(x Exchanger) error {
	if host, known := hostOf(x.RemoteAddr()); known && host.Is6() && m.cfg.NAT == NATControlHost {
		return errNoPASV
	}
	return nil
}

// mayFallBack reports whether another command may work after one failed with err: it was
// refused, its reply made no sense, or its port did not answer.
func mayFallBack(err error) bool {
	if refused(err) {
		return true
	}
	_, opening := errors.AsType[*OpenError](err)
	return opening && !errors.Is(err, ErrPortsBlocked)
}

// promise sends EPSV ALL, once.
func (m *Manager) promise(ctx context.Context, x Exchanger) error {
	if m.cfg.Mode != ModePassive && m.cfg.Mode != ModeEPSV {
		return &OpenError{Mode: m.cfg.Mode.String(), Err: errors.New("EPSV ALL is asked for, which rules out every command but EPSV")}
	}
	if m.promised || m.refusedAll {
		return nil
	}
	_, err := x.Exchange(ctx, protocol.Command{Verb: "EPSV", Arg: "ALL"})
	if err != nil && !refused(err) {
		return err
	}
	m.promised, m.refusedAll = err == nil, err != nil
	if err != nil {
		m.note("EPSV ALL is refused (" + err.Error() + "): nothing is promised")
	}
	return nil
}

func (m *Manager) epsv(ctx context.Context, x Exchanger) (*Opening, error) {
	return m.ask(ctx, x, "EPSV", m.askEPSV)
}

func (m *Manager) pasv(ctx context.Context, x Exchanger) (*Opening, error) {
	return m.askPASV(ctx, x, "PASV")
}

// askPASV opens a connection by PASV, or by CPSV, whose reply is the same.
func (m *Manager) askPASV(ctx context.Context, x Exchanger, verb protocol.Verb) (*Opening, error) {
	if err := m.noPASV(x); err != nil {
		return nil, &OpenError{Mode: string(verb), Err: err}
	}
	return m.ask(ctx, x, string(verb), func(ctx context.Context, x Exchanger) (protocol.Reply, error) {
		return x.Exchange(ctx, protocol.Command{Verb: verb})
	})
}

// ask sends a command for the address to connect to, again if the port is blocked, and
// connects.
func (m *Manager) ask(ctx context.Context, x Exchanger, mode string, command func(context.Context, Exchanger) (protocol.Reply, error)) (*Opening, error) {
	for range m.cfg.passiveAttempts() {
		r, err := command(ctx, x)
		if err != nil {
			return nil, err
		}
		named, hosts, port, err := m.read(x, mode, r)
		if err != nil {
			return nil, &OpenError{Mode: mode, Err: err}
		}
		if m.cfg.blocked(port) {
			m.note(fmt.Sprintf("%s gives port %d, which is blocked: asking for another", mode, port))
			continue
		}
		return m.connectAny(ctx, x, mode, named, hosts, port)
	}
	return nil, &OpenError{Mode: mode, Err: fmt.Errorf("%w (%d asked for)", ErrPortsBlocked, m.cfg.passiveAttempts())}
}

// read returns the address in a reply at which the server listens: the host that a 227
// names, if that is not the control connection's, and the hosts to try. Some servers answer EPSV as if it were PASV.
func (m *Manager) read(x Exchanger, mode string, r protocol.Reply) (named string, hosts []string, port uint16, err error) {
	if mode != "EPSV" && r.Code != 229 || r.Code == 227 {
		addr, err := parse.PASV(r.LastLine())
		if err != nil {
			return "", nil, 0, err
		}
		hosts, err = m.pasvHosts(x, addr.Addr())
		if control, known := hostOf(x.RemoteAddr()); !known || control != addr.Addr() {
			named = addr.Addr().String()
		}
		return named, hosts, addr.Port(), err
	}
	addr, err := parse.EPSV(r.LastLine())
	if err != nil {
		return "", nil, 0, err
	}
	if addr.Addr().IsValid() {
		m.note("EPSV reply names address " + addr.Addr().String() + ": ignored (RFC 2428, Section 3)")
	}
	return "", []string{controlHost(x)}, addr.Port(), nil
}

// askEPSV sends EPSV in the form that the server accepts.
func (m *Manager) askEPSV(ctx context.Context, x Exchanger) (protocol.Reply, error) {
	mem := m.Memory()
	numbered := (m.cfg.EPSVNumber || mem.EPSVNumber) && !mem.EPSVBare
	number := ""
	if host, ok := hostOf(x.RemoteAddr()); ok {
		number = "1"
		if host.Is6() {
			number = "2"
		}
	}
	forms := []string{"", number}
	if numbered {
		forms = []string{number, ""}
	}
	r, err := x.Exchange(ctx, protocol.Command{Verb: "EPSV", Arg: forms[0]})
	if err == nil || number == "" || !wrongForm(err, numbered) {
		return r, err
	}
	again, againErr := x.Exchange(ctx, protocol.Command{Verb: "EPSV", Arg: forms[1]})
	if againErr != nil {
		return r, err
	}
	m.learn(func(l *Memory) { l.EPSVNumber, l.EPSVBare = !numbered, numbered })
	m.note("EPSV is taken in one form only: " + strconv.Quote(string(protocol.Command{Verb: "EPSV", Arg: forms[1]}.String())))
	return again, nil
}

// wrongForm reports whether a refusal of EPSV may be about its argument.
func wrongForm(err error, numbered bool) bool {
	switch protocol.MeaningIn(err) {
	case protocol.BadParameter, protocol.UnknownParameter:
		return true
	case protocol.UnknownCommand:
		return numbered
	}
	return false
}

// controlHost is the server's address on the control connection. It is never looked up
// again: a second look-up could return another host.
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

// connectAny connects to the first host, or else to the second, once.
func (m *Manager) connectAny(ctx context.Context, x Exchanger, mode, named string, hosts []string, port uint16) (*Opening, error) {
	o, err := m.connect(ctx, x, mode, hosts[0], port)
	switch {
	case err == nil:
		return o, nil
	case len(hosts) == 1 || ctx.Err() != nil:
		err.Named = named
		return nil, err
	}
	m.note(fmt.Sprintf("%v: trying %s, once", err, hosts[1]))
	o, again := m.connect(ctx, x, mode, hosts[1], port)
	if again != nil {
		err.Named, again.Named = named, named
		return nil, errors.Join(err, again)
	}
	m.learn(func(l *Memory) { l.OtherHost = !l.OtherHost })
	return o, nil
}

func (m *Manager) connect(ctx context.Context, x Exchanger, mode, host string, port uint16) (*Opening, *OpenError) {
	addr := net.JoinHostPort(host, strconv.Itoa(int(port)))
	if err := checkPort(x, host, port); err != nil {
		return nil, &OpenError{Mode: mode, Addr: addr, Err: err}
	}
	dctx, cancel := bounded(ctx, m.cfg.connectTimeout())
	defer cancel()
	begun := time.Now()
	conn, err := m.cfg.dial(dctx, "tcp", addr)
	if err != nil {
		err = deadlineError(ctx, err)
		m.failed(mode, addr, begun, err)
		return nil, &OpenError{Mode: mode, Addr: addr, Err: err}
	}
	return &Opening{m: m, mode: mode, addr: addr, conn: conn}, nil
}

// checkPort refuses ports that a data connection must not use: a server could make the
// client write a file's bytes to another service (RFC 2577, Section 3).
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
