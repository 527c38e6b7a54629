package ftpwire_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// The address to bind to and the family hold for the connection to a proxy, too, and for data connections beside it.
func TestNetworkThroughProxy(t *testing.T) {
	via := func(p *ftpwire.Profile) { p.Proxy = &proxy.Proxy{Kind: proxy.SOCKS5, Addr: "127.0.0.1:1"} }
	for _, tt := range []struct {
		name string
		set  func(p *ftpwire.Profile)
		want string
	}{
		{"bind", func(p *ftpwire.Profile) { p.LocalAddress = netip.MustParseAddr("192.0.2.1") }, "192.0.2.1:0->127.0.0.1:1"},
		{"bind, through a proxy", func(p *ftpwire.Profile) { via(p); p.LocalAddress = netip.MustParseAddr("192.0.2.1") }, "192.0.2.1:0->127.0.0.1:1"},
		{"family", func(p *ftpwire.Profile) { p.AddressFamily = ftpwire.FamilyIPv6 }, "tcp6"},
		{"family, through a proxy", func(p *ftpwire.Profile) { via(p); p.AddressFamily = ftpwire.FamilyIPv6 }, "tcp6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &ftpwire.Profile{Host: "127.0.0.1", Port: 1, Variant: ftpwire.VariantFTP}
			tt.set(p)
			cfg, err := p.Control()
			if err != nil {
				t.Fatal(err)
			}
			dials := map[string]func(context.Context, string, string) (net.Conn, error){"control": cfg.Dial, "data": cfg.Data.Dial}
			if cfg.Data.Dial == nil {
				delete(dials, "data") // the control connection's
			}
			for name, dial := range dials {
				if _, err := dial(t.Context(), "tcp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v; want %s", name, err, tt.want)
				}
			}
		})
	}
}

// Over changes how a proxy is reached, and nothing else, unless the proxy says so itself.
func TestProxyOver(t *testing.T) {
	dialled := errors.New("dialled")
	dial := func(context.Context, string, string) (net.Conn, error) { return nil, dialled }
	p := &proxy.Proxy{Kind: proxy.HTTP, Addr: "p:80", User: "u", Password: "x", Domain: "D"}
	if p.Over(nil) != p {
		t.Error("without a function it is another proxy")
	}
	q := p.Over(dial)
	if _, err := q.DialContext(t.Context(), "tcp", "h:21"); !errors.Is(err, dialled) || p.Forward != nil || q.URL(true) != p.URL(true) {
		t.Errorf("%v, %v, %s", err, p.Forward != nil, q.URL(true))
	}
	if q.Over(func(context.Context, string, string) (net.Conn, error) { return nil, nil }) != q {
		t.Error("the proxy's own Forward does not count")
	}
}
