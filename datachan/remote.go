package datachan

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Listen has the server listen for a data connection that another server makes: verb is
// PASV, CPSV or EPSV. It returns the address to tell that server, and connects to nothing.
//
// The host is the one that a connection of this side would go to first, by Config.NAT. With
// the default that is the control connection's peer, whatever a reply says: else this server
// could have the other one connect to any host. A port below 1024 is an *[AddressError], as is
// the port of the control connection.
//
// The error is a *[protocol.ReplyError] if the server refused, or an *[OpenError].
func (m *Manager) Listen(ctx context.Context, x Exchanger, verb protocol.Verb) (netip.AddrPort, error) {
	fail := func(err error) (netip.AddrPort, error) {
		return netip.AddrPort{}, &OpenError{Mode: string(verb), Err: err}
	}
	command := m.askEPSV
	if verb != "EPSV" {
		if err := m.noPASV(x); err != nil {
			return fail(err)
		}
		command = func(ctx context.Context, x Exchanger) (protocol.Reply, error) {
			return x.Exchange(ctx, protocol.Command{Verb: verb})
		}
	}
	for range m.cfg.passiveAttempts() {
		r, err := command(ctx, x)
		if err != nil {
			return netip.AddrPort{}, err
		}
		_, hosts, port, err := m.read(x, string(verb), r)
		if err != nil {
			return fail(err)
		}
		if m.cfg.blocked(port) {
			m.note(fmt.Sprintf("%s gives port %d, which is blocked: asking for another", verb, port))
			continue
		}
		if err := checkPort(x, hosts[0], port); err != nil {
			return fail(err)
		}
		host, err := netip.ParseAddr(hosts[0])
		if err != nil {
			return fail(errNoHost)
		}
		return netip.AddrPortFrom(host.Unmap().WithZone(""), port), nil
	}
	return fail(fmt.Errorf("%w (%d asked for)", ErrPortsBlocked, m.cfg.passiveAttempts()))
}

// errNoHost explains why the address of a server behind a proxy can't be told to another.
var errNoHost = errors.New("the server's address is not known here, because a proxy looks it up")

// Connect has the server connect to the address at which another server listens: verb is
// PORT, which can name IPv4 addresses only, or EPRT. It is for transfers between two servers,
// and the only function that announces another address than this side's own.
func (m *Manager) Connect(ctx context.Context, x Exchanger, verb protocol.Verb, addr netip.AddrPort) error {
	arg := ""
	switch {
	case verb == "EPRT":
		arg = parse.FormatEPRT(addr)
	case addr.Addr().Is4():
		arg = parse.FormatPORT(addr)
	default:
		return &OpenError{Mode: string(verb), Addr: addr.String(), Err: errors.New("PORT can only name an IPv4 address: use EPRT")}
	}
	_, err := x.Exchange(ctx, protocol.Command{Verb: verb, Arg: arg})
	return err
}
