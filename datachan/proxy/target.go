package proxy

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// A target is the address that a proxy must connect to.
type target struct {
	ip   netip.Addr // if valid, the address
	host string     // else the name
	port uint16
}

// String returns "host:port".
func (t target) String() string {
	host := t.host
	if t.ip.IsValid() {
		host = t.ip.String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(t.port)))
}

func (t target) netAddr() net.Addr {
	if t.ip.IsValid() {
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(t.ip, t.port))
	}
	return namedAddr(t.String())
}

// A namedAddr is "host:port" with a name that only the proxy has resolved.
type namedAddr string

func (a namedAddr) Network() string { return "tcp" }
func (a namedAddr) String() string  { return string(a) }

// parseTarget reads "host:port". A name is converted to ASCII.
func parseTarget(addr string) (target, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return target{}, unusable("its name is not of the form host:port")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return target{}, unusable("its port is not a number from 1 to 65535")
	}
	t := target{port: uint16(n)}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return target{}, unusable("an address with a zone has a meaning on this machine only")
		}
		t.ip = ip.Unmap()
		return t, nil
	}
	t.host, err = asciiName(host)
	return t, err
}

// asciiName refuses characters that no host name has: a line break or a NUL would end the
// name early in a request, and the proxy would read the rest as part of the request.
func asciiName(host string) (string, error) {
	if strings.ContainsFunc(host, func(r rune) bool { return r >= 0x80 }) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", unusable("its name is not a valid international name")
		}
		host = ascii
	}
	switch {
	case host == "":
		return "", unusable("it has no host")
	case len(host) > 255:
		return "", unusable("its name is longer than 255 bytes")
	case strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`/?#@\[]:%"<>`, r) }):
		return "", unusable("its name holds a character that no host name has")
	}
	return host, nil
}

// targets returns the targets to ask the proxy for: the name, or its addresses if names
// are resolved here.
func (p *Proxy) targets(ctx context.Context, network, addr string) ([]target, error) {
	if err := p.check(); err != nil {
		return nil, p.wrap(StageRequest, addr, err)
	}
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, p.wrap(StageRequest, addr, unusable(fmt.Sprintf("the network is %q, not tcp", network)))
	}
	t, err := parseTarget(addr)
	if err != nil {
		return nil, p.wrap(StageRequest, fmt.Sprintf("%q", addr), err)
	}
	v4only := p.Kind == SOCKS4 || p.Kind == SOCKS4A
	if v4only && t.ip.Is6() {
		return nil, p.wrap(StageRequest, addr, unusable("SOCKS4 has no IPv6"))
	}
	if t.ip.IsValid() || !p.LocalResolve && p.Kind != SOCKS4 {
		return []target{t}, nil
	}
	family := "ip" + strings.TrimPrefix(network, "tcp")
	if v4only {
		family = "ip4"
	}
	resolve := p.Resolve
	if resolve == nil {
		resolve = net.DefaultResolver.LookupNetIP
	}
	ips, err := resolve(ctx, family, t.host)
	if err != nil {
		return nil, p.wrap(StageRequest, addr, cmp.Or(context.Cause(ctx), err))
	}
	var all []target
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.IsValid() && (!v4only || ip.Is4()) && len(all) < maxAddresses {
			all = append(all, target{ip: ip.WithZone(""), port: t.port})
		}
	}
	if len(all) == 0 {
		return nil, p.wrap(StageRequest, addr, unusable("its name has no address that the proxy could be given"))
	}
	return all, nil
}

// maxAddresses is how many addresses of one name are tried.
const maxAddresses = 8
