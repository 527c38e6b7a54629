package memnet

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// DialContext dials from the loopback address (127.0.0.1, or ::1 if address is
// IPv6). It has the signature of [net.Dialer.DialContext], for Dial hooks. The
// network is tcp, tcp4 or tcp6; the host is an IP address, localhost or a name
// from Hosts; the port is a number. Errors are those of Dial, and a
// [*net.DNSError] or [*net.AddrError] for an address that means nothing.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := n.resolve(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	c, err := n.Dial(ctx, netip.Addr{}, to)
	if err != nil {
		return nil, err // not c: a nil *Conn is not a nil net.Conn
	}
	return c, nil
}

// ListenContext is Listen with the signature of [net.ListenConfig.Listen], for
// Listen hooks. The address is as in DialContext; an empty host is the
// unspecified address.
func (n *Network) ListenContext(ctx context.Context, network, address string) (net.Listener, error) {
	addr, err := n.resolve(network, address)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	l, err := n.Listen(addr)
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (n *Network) resolve(network, address string) (netip.AddrPort, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "invalid port", Addr: address}
	}
	addr, err := n.lookup(network, host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if network == "tcp4" && !addr.Is4() || network == "tcp6" && !addr.Is6() {
		return netip.AddrPort{}, &net.AddrError{Err: "no suitable address", Addr: address}
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

func (n *Network) lookup(network, host string) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap(), nil
	}
	if addr, ok := n.Hosts[host]; ok {
		return addr.Unmap(), nil
	}
	unspec := netip.IPv6Unspecified()
	if network == "tcp4" {
		unspec = netip.IPv4Unspecified()
	}
	switch {
	case host == "":
		return unspec, nil
	case strings.EqualFold(host, "localhost") && network == "tcp6":
		return netip.IPv6Loopback(), nil
	case strings.EqualFold(host, "localhost"):
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	return netip.Addr{}, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}
