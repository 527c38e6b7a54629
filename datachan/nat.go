package datachan

import (
	"fmt"
	"net/netip"
)

// A NAT policy decides which host a passive data connection goes to if a 227 reply names
// one. With EPSV it always goes to the address of the control connection (RFC 2428,
// Section 3), which is not looked up again. docs/data-connections.md has the table.
type NAT uint8

// The policies.
const (
	// NATControlHost always uses the address of the control connection and ignores the
	// one in the reply. It works through NAT, and a server cannot direct it to other
	// hosts.
	NATControlHost NAT = iota

	// NATServer never adjusts: it uses the address in the reply unchanged. A hostile
	// server can then direct the client to any host. 0.0.0.0, which names no host, stands
	// for the control connection's address.
	NATServer

	// NATAuto uses the address in the reply if it is as reachable as the control
	// connection's: not private if that one is public, and never a loopback, link-local
	// or multicast address other than that one. If the connect fails, the other of the
	// two is tried once. A hostile server can direct the client to hosts on the Internet
	// and, if the control connection is within a private network, to hosts there.
	NATAuto
)

// String returns "always", "never" or "auto": when the server's address is adjusted.
func (n NAT) String() string {
	names := [...]string{"always", "never", "auto"}
	if int(n) < len(names) {
		return names[n]
	}
	return "unknown"
}

// A scope is how far an address reaches, in rising order.
type scope uint8

const (
	scopeNone     scope = iota // unspecified, multicast, broadcast, reserved: no host has it
	scopeLoopback              // 127.0.0.0/8, ::1
	scopeLink                  // 169.254.0.0/16, fe80::/10
	scopePrivate               // RFC 1918, RFC 4193
	scopeShared                // 100.64.0.0/10, a provider's NAT (RFC 6598)
	scopeGlobal
)

func (s scope) String() string {
	return [...]string{"no host's address", "loopback", "link-local", "private", "shared", "public"}[s]
}

var (
	sharedSpace = netip.MustParsePrefix("100.64.0.0/10")
	thisNetwork = netip.MustParsePrefix("0.0.0.0/8")
	reserved    = netip.MustParsePrefix("240.0.0.0/4")

	// lans are the networks within which one private address can reach another.
	lans = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), sharedSpace,
	}
)

func scopeOf(a netip.Addr) scope {
	a = a.Unmap()
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast(), thisNetwork.Contains(a), reserved.Contains(a):
		return scopeNone
	case a.IsLoopback():
		return scopeLoopback
	case a.IsLinkLocalUnicast():
		return scopeLink
	case a.IsPrivate():
		return scopePrivate
	case sharedSpace.Contains(a):
		return scopeShared
	}
	return scopeGlobal
}

// sameLAN reports whether two addresses are in the same private network.
func sameLAN(a, b netip.Addr) bool {
	for _, p := range lans {
		if p.Contains(a) {
			return p.Contains(b)
		}
	}
	return false
}

// pasvHosts returns the hosts to try for a connection to named, the address in a
// 227 reply, in order: one, or two under NATAuto.
func (m *Manager) pasvHosts(x Exchanger, named netip.Addr) ([]string, error) {
	host := controlHost(x)
	control, known := hostOf(x.RemoteAddr())
	if known && control == named {
		return []string{host}, nil
	}
	fromPASV := !known || control.Is4() // whether the port of a 227 can be at the control host
	switch m.cfg.NAT {
	case NATServer:
		return namedHost(host, named, fromPASV)
	case NATAuto:
		return m.autoHosts(x, host, named, fromPASV)
	}
	if !fromPASV {
		return nil, errNoPASV
	}
	m.note(fmt.Sprintf("PASV reply names address %s: using the control connection's %s", named, host))
	return []string{host}, nil
}

func namedHost(host string, named netip.Addr, fromPASV bool) ([]string, error) {
	switch {
	case scopeOf(named) != scopeNone:
		return []string{named.String()}, nil
	case fromPASV && thisNetwork.Contains(named):
		return []string{host}, nil
	}
	return nil, &AddressError{Addr: named.String(), Reason: "no host can have that address"}
}

func (m *Manager) autoHosts(x Exchanger, host string, named netip.Addr, fromPASV bool) ([]string, error) {
	reach := scopeGlobal // for a name that a proxy looks up
	if control, ok := hostOf(x.RemoteAddr()); ok {
		reach = scopeOf(control)
	}
	s := scopeOf(named)
	good := s >= scopePrivate && s >= reach
	var hosts []string
	switch {
	case good && fromPASV:
		hosts = []string{named.String(), host}
	case good:
		return []string{named.String()}, nil
	case !fromPASV:
		return nil, &AddressError{Addr: named.String(), Reason: fmt.Sprintf("it is %s, and PASV can't be used with the IPv6 address of the control connection", s)}
	default:
		hosts = []string{host}
		// If a router does not lead back into the local network, a server there is
		// reached by its public address for commands and by its private one for data.
		if local, ok := hostOf(x.LocalAddr()); ok && sameLAN(local, named) {
			hosts = append(hosts, named.String())
		}
	}
	if len(hosts) == 2 && m.Memory().OtherHost {
		hosts[0], hosts[1] = hosts[1], hosts[0]
	}
	if hosts[0] == host {
		m.note(fmt.Sprintf("PASV reply names address %s (%s): using the control connection's %s", named, s, host))
	}
	return hosts, nil
}
