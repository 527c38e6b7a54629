package ftpwire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// The hosts of transfers between servers.
var (
	fxpClient4, fxpClient6 = netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8:c::1")
	fxpA4, fxpB4           = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("203.0.113.1")
	fxpA6, fxpB6           = netip.MustParseAddr("2001:db8:a::1"), netip.MustParseAddr("2001:db8:b::1")
	everybody              = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
)

// An fxpPair is two servers on hosts of their own, and a client on a third one.
type fxpPair struct {
	t        *testing.T
	net      *memnet.Network
	a, b     *ftptest.Server
	from, to *ftpwire.Client
	content  []byte

	mu    sync.Mutex
	conns map[*ftptest.Server][]net.Conn // control connections, the client's ends
}

// fxpConfig is a server that takes part in transfers with others.
func fxpConfig(faults ...ftptest.Fault) ftptest.Config {
	return ftptest.Config{ForeignHosts: everybody, Faults: faults, DataTimeout: 3 * time.Second}
}

// newFXPPair starts the servers; a has the file f.
func newFXPPair(t *testing.T, a, b ftptest.Config, six bool, change func(p *ftpwire.Profile)) *fxpPair {
	t.Helper()
	p := &fxpPair{t: t, net: &memnet.Network{}, content: bytes.Repeat([]byte("ftpwire "), 20000), conns: map[*ftptest.Server][]net.Conn{}}
	hosts := []netip.Addr{fxpA4, fxpB4}
	if six {
		hosts = []netip.Addr{fxpA6, fxpB6}
	}
	p.a, p.b = p.server(a, hosts[0]), p.server(b, hosts[1])
	if err := p.a.WriteFile("f", p.content); err != nil {
		t.Fatal(err)
	}
	p.from, p.to = p.dial(p.a, a.TLS, change), p.dial(p.b, b.TLS, change)
	return p
}

// server starts a server on a host.
func (p *fxpPair) server(cfg ftptest.Config, host netip.Addr) *ftptest.Server {
	p.t.Helper()
	cfg.Addr = netip.AddrPortFrom(host, 2121).String()
	cfg.Listen = func(n, address string) (net.Listener, error) { return p.net.ListenContext(p.t.Context(), n, address) }
	cfg.Dial = func(ctx context.Context, _, address string) (net.Conn, error) {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return nil, err
		}
		return p.net.Dial(ctx, host, to)
	}
	return ftptest.NewServer(p.t, &cfg)
}

// dial returns a Client, logged in.
func (p *fxpPair) dial(s *ftptest.Server, mode tlsx.Mode, change func(p *ftpwire.Profile)) *ftpwire.Client {
	p.t.Helper()
	profile := profileOf(s, mode)
	addr := netip.MustParseAddrPort(s.Addr())
	profile.Host, profile.Port, profile.ServerName = addr.Addr().String(), int(addr.Port()), "localhost"
	profile.Dial = func(ctx context.Context, _, address string) (net.Conn, error) {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return nil, err
		}
		own := fxpClient4
		if to.Addr().Is6() {
			own = fxpClient6
		}
		conn, err := p.net.Dial(ctx, own, to)
		if err != nil {
			return nil, err
		}
		p.mu.Lock()
		p.conns[s] = append(p.conns[s], conn)
		p.mu.Unlock()
		return conn, nil
	}
	if change != nil {
		change(profile)
	}
	c, err := ftpwire.Dial(p.t.Context(), profile)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Conn().Close() })
	return c
}

// transfer copies f to g.
func (p *fxpPair) transfer(o *ftpwire.FXPOptions) (ftpwire.FXPResult, error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	return ftpwire.Transfer(ctx, p.from, "f", p.to, "g", o)
}

// wantStored checks that the destination has the file, and nothing else.
func (p *fxpPair) wantStored() {
	p.t.Helper()
	if got, err := p.b.ReadFile("g"); err != nil || !bytes.Equal(got, p.content) {
		p.t.Errorf("the destination has %d octets, %v; want %d", len(got), err, len(p.content))
	}
	p.wantAlive("g")
}

// wantAlive checks that both Clients can be used, and what the destination has.
func (p *fxpPair) wantAlive(names ...string) {
	p.t.Helper()
	for _, c := range []*ftpwire.Client{p.from, p.to} {
		if _, err := c.Getwd(p.t.Context()); err != nil {
			p.t.Errorf("after it: %v", err)
		}
	}
	var got []string
	for e, err := range p.to.Conn().StatList(p.t.Context(), "", control.ListOptions{}) { // needs no data connection
		if err != nil {
			p.t.Fatal(err)
		}
		got = append(got, e.Name)
	}
	slices.Sort(got)
	if diff := cmp.Diff(names, got); diff != "" {
		p.t.Errorf("files at the destination mismatch (-want +got):\n%s", diff)
	}
}

// sent reports whether a server got a command that begins so.
func sent(s *ftptest.Server, prefix string) bool {
	return slices.ContainsFunc(s.Commands(), func(c string) bool { return strings.HasPrefix(c, prefix) })
}

// Servers are brought together in every way that they have: what one lacks, another way does
// without.
func TestTransferWays(t *testing.T) {
	explicit := func(faults ...ftptest.Fault) ftptest.Config {
		c := fxpConfig(faults...)
		c.TLS = ftptest.TLSExplicit
		return c
	}
	foreign := func(c ftptest.Config) ftptest.Config { c.ForeignHosts = nil; return c }
	for _, tt := range []struct {
		name string
		a, b ftptest.Config
		six  bool
		want string
	}{
		{"PASV, PORT", fxpConfig(), fxpConfig(), false, "PASV at the destination, PORT at the source"},
		{"EPSV, PORT", fxpConfig(), fxpConfig("pasv-502"), false, "EPSV at the destination, PORT at the source"},
		{"PASV, EPRT", fxpConfig("port-502"), fxpConfig(), false, "PASV at the destination, EPRT at the source"},
		{"EPSV, EPRT", fxpConfig("port-502"), fxpConfig("pasv-502"), false, "EPSV at the destination, EPRT at the source"},
		{"IPv6", fxpConfig(), fxpConfig(), true, "EPSV at the destination, EPRT at the source"},
		{"the source listens: no EPSV and PASV at the destination", fxpConfig(), fxpConfig("pasv-502", "epsv-refused"), false, "PASV at the source, PORT at the destination"},
		{"the source listens: it does not connect to others", fxpConfig("port-502", "eprt-502"), fxpConfig(), false, "PASV at the source, PORT at the destination"},
		{"the source listens: IPv6", fxpConfig("eprt-502"), fxpConfig(), true, "EPSV at the source, EPRT at the destination"},
		{"the source listens: what the other tells is wrong", fxpConfig(), fxpConfig("pasv-not-listening", "epsv-not-listening"), false, "PASV at the source, PORT at the destination"},
		{"the address in a reply does not count", fxpConfig(), fxpConfig("pasv-other-host"), false, "PASV at the destination, PORT at the source"},
		{"SSCN at the destination", explicit(), explicit(), false, "PASV at the destination, PORT at the source, SSCN ON at the destination"},
		{"SSCN at the source", explicit(), explicit("sscn-502", "cpsv-502"), false, "PASV at the destination, PORT at the source, SSCN ON at the source"},
		{"CPSV at the destination", explicit("sscn-502"), explicit("sscn-502"), false, "CPSV at the destination, PORT at the source"},
		{"CPSV at the source", explicit("sscn-502"), explicit("sscn-502", "cpsv-502"), false, "CPSV at the source, PORT at the destination"},
		{"SSCN, IPv6", explicit(), explicit("sscn-502"), true, "EPSV at the destination, EPRT at the source, SSCN ON at the source"},
		{"SSCN, the source listens", explicit("port-502", "eprt-502", "cpsv-502"), explicit("sscn-502"), false, "PASV at the source, PORT at the destination, SSCN ON at the source"},
		{"the destination takes no foreign hosts", fxpConfig(), foreign(fxpConfig()), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newFXPPair(t, tt.a, tt.b, tt.six, nil)
			r, err := p.transfer(nil)
			if tt.want == "" {
				if err == nil {
					t.Fatal("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := ftpwire.FXPResult{Bytes: int64(len(p.content)), Way: tt.want, TLS: tt.a.TLS == ftptest.TLSExplicit, Proof: ftpwire.ProofReply | ftpwire.ProofSize, Reply: "Transfer complete", Attempts: 1, Duration: r.Duration}
			if diff := cmp.Diff(want, r); diff != "" {
				t.Errorf("result mismatch (-want +got):\n%s", diff)
			}
			p.wantStored()
			for _, s := range []*ftptest.Server{p.a, p.b} {
				d := s.DataConns()[0]
				if tt.a.TLS == ftptest.TLSExplicit && d.Version != tls.VersionTLS13 {
					t.Errorf("TLS version %x on the data connection", d.Version)
				}
			}
			if p.a.DataConns()[0].Reversed != (strings.Contains(tt.want, "SSCN ON at the source") || strings.Contains(tt.want, "CPSV at the source")) {
				t.Error("the wrong server was the TLS client")
			}
			if !r.TLS {
				return
			}
			// What SSCN changed is as before: the Clients' own transfers work.
			if got, err := p.to.ReadFile(t.Context(), "g"); err != nil || !bytes.Equal(got, p.content) {
				t.Errorf("after it: %d octets, %v", len(got), err)
			}
			if _, err := p.from.ReadFile(t.Context(), "f"); err != nil {
				t.Errorf("after it: %v", err)
			}
		})
	}
}
