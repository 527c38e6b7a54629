package ftpwire

import (
	"context"
	"net"
	"net/netip"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// An AddressFamily says which of a server's addresses are used.
type AddressFamily uint8

// The families.
const (
	FamilyAny  AddressFamily = iota // whichever answers first (RFC 8305)
	FamilyIPv4                      // IPv4 alone
	FamilyIPv6                      // IPv6 alone
)

// String returns "any", "4" or "6".
func (f AddressFamily) String() string {
	names := [...]string{"any", "4", "6"}
	if int(f) < len(names) {
		return names[f]
	}
	return "unknown"
}

// MarshalText is String.
func (f AddressFamily) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what String writes.
func (f *AddressFamily) UnmarshalText(text []byte) (err error) {
	*f, err = errtext.Choose("address family", text, FamilyAny, FamilyIPv4, FamilyIPv6)
	return err
}

// network returns what package net calls TCP over the family.
func (f AddressFamily) network(network string) string {
	if network == "tcp" && f != FamilyAny {
		return "tcp" + f.String()
	}
	return network
}

// A dialFunc opens a connection.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// from returns a dialler that binds to LocalAddress and keeps to AddressFamily. dial is what it dials with, nil for package net.
func (p *Profile) from(dial dialFunc) dialFunc {
	if dial == nil {
		d := &net.Dialer{}
		if p.LocalAddress.IsValid() {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.LocalAddress, 0))
		}
		dial = d.DialContext
	}
	if p.AddressFamily == FamilyAny {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return dial(ctx, p.AddressFamily.network(network), address)
	}
}

// route has connections take the way that p says: from which address, over which family, through which proxy.
func (p *Profile) route(c *control.Config) {
	if p.LocalAddress.IsValid() || p.AddressFamily != FamilyAny {
		c.Dial = p.from(c.Dial)
	}
	if p.Proxy == nil {
		return
	}
	direct := c.Dial
	if direct == nil {
		direct = new(net.Dialer).DialContext
	}
	hop := p.Proxy.Over(c.Dial)
	c.Dial = hop.DialControl
	if p.DirectData {
		c.Data.Dial = direct
		return
	}
	c.Data.Dial = hop.DialContext
	c.Data.ListenFor = hop.Listen
	if hop.Kind != proxy.HTTP {
		c.Data.FINDelay = patience.ProxyFIN.Default
	}
}
