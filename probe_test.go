package ftpwire_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probed is a server on a network in memory, and what is to be probed. Everything runs in a
// bubble, so that waits take no time.
type probed struct {
	net *memnet.Network
	srv *ftptest.Server
	o   ftpwire.ProbeOptions
}

// newProbed starts a server on port 2121 of 127.0.0.1, or on the address of cfg.
func newProbed(t *testing.T, cfg ftptest.Config) *probed {
	t.Helper()
	p := &probed{net: &memnet.Network{}}
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:2121"
	}
	cfg.Dial = p.net.DialContext
	cfg.Listen = func(network, address string) (net.Listener, error) {
		return p.net.ListenContext(context.Background(), network, address)
	}
	p.srv = ftptest.NewServer(t, &cfg)
	if err := p.srv.WriteFile("/f", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	profile := &p.o.Profile
	profile.Host = host
	profile.Port, _ = strconv.Atoi(port)
	profile.User, profile.Password = "user", "password"
	profile.Dial = p.net.DialContext
	profile.Data.Listen = cfg.Listen
	if cfg.TLS != ftptest.TLSNone {
		profile.RootCAs = p.srv.RootCAs()
		profile.TLS = &tls.Config{Time: nil}
	}
	return p
}

func (p *probed) run(t *testing.T) *ftpwire.ProbeResult {
	t.Helper()
	r, err := ftpwire.Probe(t.Context(), p.o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Logins > 10 || r.Took > time.Minute {
		t.Errorf("%d logins in %v", r.Logins, r.Took)
	}
	if t.Failed() || testing.Verbose() {
		t.Log(attempts(r))
	}
	return r
}

func attempts(r *ftpwire.ProbeResult) string {
	var b strings.Builder
	for _, a := range r.Attempts {
		fmt.Fprintf(&b, "\n%v %v %s | %s: %s", a.Works, a.Took.Round(time.Millisecond), a.Combination, a.Stage, a.Outcome)
	}
	return b.String()
}

// lists wants the profile of r to list the directory on a new connection.
func (p *probed) lists(t *testing.T, r *ftpwire.ProbeResult, name string) {
	t.Helper()
	c, err := ftpwire.Dial(t.Context(), r.Recommended)
	if err != nil {
		t.Fatalf("the recommended profile: %v", err)
	}
	defer c.Conn().Close()
	var got []string
	for e, err := range c.Entries(t.Context(), "") {
		if err != nil {
			t.Fatalf("the recommended profile: %v", err)
		}
		got = append(got, e.Text)
	}
	for _, n := range got {
		if n == name {
			return
		}
	}
	t.Errorf("the recommended profile lists %q, and not %q", got, name)
}

// Whatever single way a server leaves, it is found, within 10 logins and a minute, and the
// recommended profile lists the directory on a new connection.
func TestProbeFindsTheOnlyWay(t *testing.T) {
	explicit, implicit := ftptest.Config{TLS: ftptest.TLSExplicit}, ftptest.Config{TLS: ftptest.TLSImplicit}
	with := func(c ftptest.Config, change func(*ftptest.Config)) ftptest.Config { change(&c); return c }
	faulty := func(c ftptest.Config, names ...ftptest.Fault) ftptest.Config {
		c.Faults, c.DataTimeout = names, 2*time.Second
		return c
	}
	for _, tt := range []struct {
		name   string
		cfg    ftptest.Config
		change func(*testing.T, *probed)
		want   string // the combination, without the port
		logins int
	}{
		{"everything", explicit, nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"TLS required", with(explicit, func(c *ftptest.Config) { c.RequireTLS = true }), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"clear text", ftptest.Config{}, nil, "clear text, EPSV, MLSD", 1},
		{"implicit", implicit, nil, "implicit TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"resumption required", with(explicit, func(c *ftptest.Config) { c.Reuse = tlsx.BindControl }), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"resumption required, implicit, TLS 1.2", with(implicit, func(c *ftptest.Config) { c.Reuse, c.MaxTLS = tlsx.BindControl, tls.VersionTLS12 }), nil,
			"implicit TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"implicit without PBSZ and PROT", faulty(implicit, "pbsz-prot-500"), nil, "implicit TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"PASV", faulty(explicit, "epsv-refused"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 1},
		{"EPSV swallowed", faulty(explicit, "epsv-silent"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 2},
		{"EPSV kills the session", faulty(explicit, "closed-at-epsv"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 2},
		{"EPSV is answered with 421", faulty(explicit, "421-at-epsv"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 2},
		{"PASV, NAT never", faulty(explicit, "passive-at-127-0-0-2", "eprt-502", "port-502"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT never, MLSD", 1},
		{"EPRT", faulty(explicit, "epsv-refused", "pasv-502", "port-502"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPRT, MLSD", 1},
		{"PORT", faulty(explicit, "epsv-refused", "pasv-502", "eprt-502"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, PORT, MLSD", 1},
		{"PORT, dead passive ports", faulty(ftptest.Config{}, "epsv-not-listening", "pasv-not-listening", "eprt-502"), nil, "clear text, PORT, MLSD", 1},
		{"no active mode, no EPSV", faulty(ftptest.Config{}, "active-never", "epsv-refused"), nil, "clear text, PASV, NAT always, MLSD", 1},
		{"no EPSV and no EPRT", faulty(implicit, "epsv-refused", "eprt-502"), nil, "implicit TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 1},
		{"active with an address", faulty(explicit, "epsv-refused", "pasv-502"), func(_ *testing.T, p *probed) {
			p.behindNAT()
			p.o.Profile.Data.ActiveAddr = netip.MustParseAddr("127.0.0.3")
		}, "AUTH TLS, TLS 1.2–1.3, PROT P, EPRT, MLSD", 1},
		{"TLS 1.2 and PROT C", faulty(with(explicit, func(c *ftptest.Config) { c.MaxTLS = tls.VersionTLS12 }), "prot-refused"), nil,
			"AUTH TLS, TLS 1.2–1.3, PROT C, EPSV, MLSD", 2},
		{"data connections without TLS 1.3", faulty(explicit, "data-tls13-cut"), nil, "AUTH TLS, TLS 1.2, PROT P, EPSV, MLSD", 2},
		{"no resumption", faulty(explicit, "data-resumed-cut"), nil, "AUTH TLS, TLS 1.2–1.3, no resumption, PROT P, EPSV, MLSD", 3},
		{"AUTH SSL", with(explicit, func(c *ftptest.Config) { c.AuthMechanisms = []string{"SSL"} }), nil, "AUTH SSL, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"AUTH TLS-P", with(explicit, func(c *ftptest.Config) { c.AuthMechanisms = []string{"TLS-P"} }), nil, "AUTH TLS-P, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"TLS 1.0", with(explicit, func(c *ftptest.Config) { c.MinTLS, c.MaxTLS = tls.VersionTLS10, tls.VersionTLS10 }), nil,
			"AUTH TLS, TLS 1.0–1.1, PROT P, EPSV, MLSD", 1},
		{"TLS 1.1, implicit", with(implicit, func(c *ftptest.Config) { c.MinTLS, c.MaxTLS = tls.VersionTLS11, tls.VersionTLS11 }), nil,
			"implicit TLS, TLS 1.0–1.1, PROT P, EPSV, MLSD", 1},
		{"TLS that is never answered", faulty(explicit, "control-tls-stalls"), nil, "clear text, EPSV, MLSD", 1},
		{"no close_notify", faulty(explicit, "data-no-close-notify"), nil, "AUTH TLS, TLS 1.2–1.3, no close_notify, PROT P, EPSV, MLSD", 5},
		{"an end inside a record", faulty(explicit, "data-cut-in-record"), nil, "AUTH TLS, TLS 1.2–1.3, PROT C, EPSV, MLSD", 5},
		{"a greeting that comes late", explicit, lateGreeting, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"a greeting that comes late, clear text", ftptest.Config{}, lateGreeting, "clear text, EPSV, MLSD", 1},
		{"cipher suites of old", ftptest.Config{}, oldSuites, "AUTH TLS, TLS 1.2–1.3, all cipher suites, PROT C, EPSV, MLSD", 2},
		{"CCC", faulty(explicit, "ccc-first"), nil, "AUTH TLS, TLS 1.2–1.3, CCC, PROT P, EPSV, MLSD", 2},
		{"LIST", faulty(explicit, "mlsd-502"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, LIST", 1},
		{"FEAT ends the session", faulty(explicit, "closed-at-feat"), nil, "no FEAT, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, LIST", 2},
		{"LIST, no FEAT", faulty(ftptest.Config{}, "no-listings"), nil, "clear text, EPSV, LIST", 1},
		{"NLST", faulty(explicit, "mlsd-502", "list-502"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, NLST", 1},
		{"an account", with(explicit, func(c *ftptest.Config) {
			c.Users = []ftptest.User{{Name: "user", Password: "password", Account: "books"}}
		}), func(_ *testing.T, p *probed) { p.o.Profile.Account = "books" }, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"one session at a time", faulty(with(explicit, func(c *ftptest.Config) { c.MaxSessions = 1 }), "closed-at-epsv"), nil,
			"AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 2},
		{"full at first", faulty(explicit, "full-at-first"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"anonymous", ftptest.Config{Anonymous: true}, func(_ *testing.T, p *probed) { p.o.Profile.User, p.o.Profile.Password = "", "" },
			"clear text, EPSV, MLSD", 1},
		{"through an HTTP proxy", explicit, func(t *testing.T, p *probed) { p.through(t, proxy.HTTP) }, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"through a SOCKS proxy", ftptest.Config{}, func(t *testing.T, p *probed) { p.through(t, proxy.SOCKS5) }, "clear text, EPSV, MLSD", 1},
		{"through an HTTP proxy, without EPSV", faulty(explicit, "epsv-refused"), func(t *testing.T, p *probed) { p.through(t, proxy.HTTP) },
			"AUTH TLS, TLS 1.2–1.3, PROT P, PASV, NAT always, MLSD", 1},
		{"a handshake that must wait", faulty(with(explicit, func(c *ftptest.Config) { c.RequireTLS = true }), "early-handshake-reset"), nil,
			"AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
		{"a handshake that must not wait", faulty(explicit, "late-150"), nil, "AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, tt.cfg)
				if tt.change != nil {
					tt.change(t, p)
				}
				r := p.run(t)
				if r.Recommended == nil {
					t.Fatalf("nothing works: %q%s", r.Why, attempts(r))
				}
				if _, got, _ := strings.Cut(r.Combination.String(), ", "); got != tt.want {
					t.Errorf("found %q, want %q%s", got, tt.want, attempts(r))
				}
				if r.Logins != tt.logins {
					t.Errorf("%d logins, want %d%s", r.Logins, tt.logins, attempts(r))
				}
				p.lists(t, r, "f")
			})
		})
	}
}

// lateGreeting has whatever the server says first take four seconds on its way, as where the
// server looks up the client's name before it greets.
func lateGreeting(_ *testing.T, p *probed) {
	dial := p.o.Profile.Dial
	p.o.Profile.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if _, port, _ := net.SplitHostPort(address); err != nil || port != strconv.Itoa(p.o.Profile.Port) {
			return conn, err
		}
		return &lateConn{Conn: conn, at: time.Now().Add(4 * time.Second)}, nil
	}
}

// A lateConn holds back what it reads until a time.
type lateConn struct {
	net.Conn
	at time.Time
}

func (c *lateConn) Read(b []byte) (int, error) {
	time.Sleep(time.Until(c.at))
	return c.Conn.Read(b)
}

// oldSuites puts TLS before a server in clear, with a cipher suite that nobody offers unasked any
// more: 3DES, and keys that RSA exchanges.
func oldSuites(t *testing.T, p *probed) {
	l, err := p.net.ListenContext(t.Context(), "tcp", "127.0.0.1:2990")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	behind := net.JoinHostPort(p.o.Profile.Host, strconv.Itoa(p.o.Profile.Port))
	cfg := &tls.Config{
		Certificates: []tls.Certificate{oddCertificate(nil, oddRSA)}, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA},
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			to, err := p.net.DialContext(context.Background(), "tcp", behind)
			if err != nil {
				conn.Close()
				return
			}
			go func() {
				defer to.Close()
				defer conn.Close()
				greeting, _ := bufio.NewReader(to).ReadString('\n')
				io.WriteString(conn, greeting)
				auth, _ := bufio.NewReader(conn).ReadString('\n')
				if strings.TrimSpace(auth) != "AUTH TLS" {
					return
				}
				io.WriteString(conn, "234 TLS\r\n")
				if tc := tls.Server(conn, cfg); tc.Handshake() == nil {
					relay(tc, tc, to)
				}
			}()
		}
	}()
	p.o.Profile.Port, p.o.Profile.Insecure = 2990, true
}

// behindNAT gives this side the address 192.168.1.2, which nobody else can reach, and a router
// whose address is 127.0.0.3 and which forwards all ports.
func (p *probed) behindNAT() {
	inside := &net.TCPAddr{IP: net.IPv4(192, 168, 1, 2), Port: 50000}
	p.o.Profile.Dial = func(ctx context.Context, _, address string) (net.Conn, error) {
		c, err := p.net.Dial(ctx, netip.MustParseAddr("127.0.0.3"), netip.MustParseAddrPort(address))
		if err != nil {
			return nil, err
		}
		return insideConn{c, inside}, nil
	}
	p.o.Profile.Data.Listen = func(network, address string) (net.Listener, error) {
		_, port, _ := net.SplitHostPort(address)
		ln, err := p.net.ListenContext(context.Background(), network, "127.0.0.3:"+port)
		if err != nil {
			return nil, err
		}
		return insideListener{ln, &net.TCPAddr{IP: inside.IP, Port: ln.Addr().(*net.TCPAddr).Port}}, nil
	}
}

type insideConn struct {
	net.Conn
	local net.Addr
}

func (c insideConn) LocalAddr() net.Addr { return c.local }

type insideListener struct {
	net.Listener
	addr net.Addr
}

func (l insideListener) Addr() net.Addr { return l.addr }

// through puts a proxy in front of the server, which is the only way to it.
func (p *probed) through(t *testing.T, kind proxy.Kind) {
	t.Helper()
	ln, err := p.net.Listen(netip.MustParseAddrPort("127.0.0.9:3128"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	serve := p.httpProxy
	if kind != proxy.HTTP {
		serve = p.socksProxy
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	p.o.Profile.Dial = nil
	p.o.Profile.Proxy = &proxy.Proxy{Kind: kind, Addr: "127.0.0.9:3128", Forward: p.net.DialContext}
}

// httpProxy is a proxy with CONNECT.
func (p *probed) httpProxy(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	req, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	to, err := p.net.DialContext(context.Background(), "tcp", req.Host)
	if err != nil {
		io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
		return
	}
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	relay(conn, r, to)
}

// socksProxy is a SOCKS5 proxy without authentication.
func (p *probed) socksProxy(conn net.Conn) {
	defer conn.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return
	}
	io.ReadFull(conn, make([]byte, head[1]))
	conn.Write([]byte{5, 0})
	request := make([]byte, 10) // CONNECT to an IPv4 address
	if _, err := io.ReadFull(conn, request); err != nil {
		return
	}
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte(request[4:8])), uint16(request[8])<<8|uint16(request[9]))
	to, err := p.net.DialContext(context.Background(), "tcp", addr.String())
	if err != nil {
		conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	relay(conn, conn, to)
}

// relay copies both ways.
func relay(conn net.Conn, r io.Reader, to net.Conn) {
	done := make(chan struct{})
	go func() {
		io.Copy(to, r)
		if c, ok := to.(interface{ CloseWrite() error }); ok {
			c.CloseWrite()
		}
		close(done)
	}()
	io.Copy(conn, to)
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
	<-done
	to.Close()
}

// sent counts the commands that a server has received.
func (p *probed) sent(verb string) int {
	n := 0
	for _, c := range p.srv.Commands() {
		if c == verb || strings.HasPrefix(c, verb+" ") {
			n++
		}
	}
	return n
}

// What nothing works with is said, within the time and without a login too many.
func TestProbeSaysWhy(t *testing.T) {
	explicit := ftptest.Config{TLS: ftptest.TLSExplicit}
	faulty := func(c ftptest.Config, names ...ftptest.Fault) ftptest.Config {
		c.Faults, c.DataTimeout = names, 2*time.Second
		return c
	}
	away := ftptest.Config{Addr: "192.0.2.1:2121"}
	for _, tt := range []struct {
		name   string
		cfg    ftptest.Config
		change func(*probed)
		want   []string // parts of the first reason
		logins int
		within time.Duration
	}{
		{"wrong password", explicit, func(p *probed) { p.o.Profile.Password = "wrong" }, []string{"530", "rejected the login"}, 1, time.Second},
		{"wrong password, echoed", faulty(explicit, "secret-in-530"), func(p *probed) { p.o.Profile.Password = "wr0ng-pw" }, []string{"530"}, 1, time.Second},
		{"wrong password, clear text", ftptest.Config{}, func(p *probed) { p.o.Profile.Password = "wrong" }, []string{"530", "rejected the login"}, 1, 2 * time.Second},
		{"wrong password, implicit", ftptest.Config{TLS: ftptest.TLSImplicit}, func(p *probed) { p.o.Profile.Password = "wrong" }, []string{"530"}, 1, 5 * time.Second},
		{"a password in another code page", explicit, func(p *probed) {
			p.o.Profile.Password, p.o.Profile.CodePage = "wröng", "auto:windows-1252"
		}, []string{"530"}, 2, time.Second},
		{"locked out", faulty(explicit, "login-attempts-530"), nil, []string{"too many failed ones"}, 1, time.Second},
		{"no answer to PASS", faulty(explicit, "closed-at-pass"), nil, []string{"gave no answer to PASS"}, 1, time.Second},
		{"too many users", faulty(explicit, "login-full-530"), nil, []string{"maximum number of clients", "too many users now"}, 2, 10 * time.Second},
		{"too many users, 421", faulty(ftptest.Config{}, "login-full-421"), nil, []string{"Too many connections", "too many users now"}, 2, 10 * time.Second},
		{"an account is wanted", ftptest.Config{TLS: ftptest.TLSExplicit, Users: []ftptest.User{{Name: "user", Password: "password", Account: "books"}}}, nil,
			[]string{"account besides user and password"}, 1, time.Second},
		{"nobody listens", explicit, func(p *probed) { p.o.Profile.Port = 1 }, []string{"refused", "nothing listens there"}, 0, time.Second},
		{"a dead host", explicit, func(p *probed) {
			p.net.Blackhole(netip.MustParseAddrPort("127.0.0.1:2121"))
			p.o.Profile.Timeout = 4 * time.Second
		}, []string{"did not answer in time"}, 0, 5 * time.Second},
		{"a dead host, two ports", explicit, func(p *probed) {
			p.net.Blackhole(netip.MustParseAddrPort("127.0.0.1:0"))
			p.o.Profile.Timeout, p.o.Profile.Port = 4*time.Second, 0
		}, []string{"did not answer in time"}, 0, 4*time.Second + 300*time.Millisecond},
		{"no such host", explicit, func(p *probed) { p.o.Profile.Host = "nowhere.example" }, []string{"no such host", "check the spelling"}, 0, time.Second},
		{"silence", faulty(ftptest.Config{}, "greeting-never"), func(p *probed) { p.o.Profile.Timeout = 5 * time.Second }, []string{"no greeting"}, 0, 30 * time.Second},
		{"not FTP", faulty(ftptest.Config{}, "greeting-garbage"), nil, []string{"SSH-2.0"}, 0, time.Second},
		{"HTTP", faulty(ftptest.Config{}, "greeting-http"), nil, []string{"HTTP"}, 0, time.Second},
		{"an unknown authority", explicit, func(p *probed) { p.o.Profile.RootCAs = nil }, []string{"certificate"}, 0, 2 * time.Second},
		{"an unknown authority, implicit", ftptest.Config{TLS: ftptest.TLSImplicit}, func(p *probed) { p.o.Profile.RootCAs = nil }, []string{"certificate"}, 0, 9 * time.Second},
		{"no TLS, and no secrets in clear", away, nil, []string{"it was not sent", "ProbeOptions.AllowClear=true"}, 0, 2 * time.Second},
		{"a client certificate is wanted", ftptest.Config{TLS: ftptest.TLSExplicit, ClientAuth: tls.RequireAndVerifyClientCert}, nil, []string{"certificate"}, 0, 3 * time.Second},
		{"no anonymous users", explicit, func(p *probed) { p.o.Profile.User, p.o.Profile.Password = "", "" }, []string{"530", "anonymous"}, 1, 2 * time.Second},
		{"nothing lists", faulty(explicit, "mlsd-502", "list-502", "nlst-502"), nil, []string{"does not know the command"}, 1, 2 * time.Second},
		{"no data connections", faulty(explicit, "epsv-not-listening", "pasv-not-listening", "eprt-502", "port-502"), nil, []string{"data"}, 2, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, tt.cfg)
				if tt.change != nil {
					tt.change(p)
				}
				r := p.run(t)
				if r.Recommended != nil || len(r.Why) == 0 {
					t.Fatalf("recommended: %v; why: %q", r.Settings, r.Why)
				}
				for _, part := range tt.want {
					if !strings.Contains(strings.ToLower(r.Why[0]), strings.ToLower(part)) {
						t.Errorf("%q does not say %q%s", r.Why, part, attempts(r))
					}
				}
				if passes := p.sent("PASS"); r.Logins != tt.logins || passes > tt.logins {
					t.Errorf("%d logins with %d passwords, want %d%s", r.Logins, passes, tt.logins, attempts(r))
				}
				if r.Took > tt.within {
					t.Errorf("it took %v, want at most %v%s", r.Took, tt.within, attempts(r))
				}
				if secret := p.o.Profile.Password; secret != "password" && secret != "" && strings.Contains(fmt.Sprintf("%+v %q", r, r.Why), secret) {
					t.Error("the result shows the password")
				}
			})
		})
	}
}

// A data connection whose TLS stalls is not waited for long: all that may be a cure is tried, and
// that takes half a minute at most.
func TestProbeWaitsLittleForData(t *testing.T) {
	for name, want := range map[ftptest.Fault]string{"data-tls-stalls": "PROT C, EPSV, MLSD", "": "PROT P, EPSV, MLSD"} {
		synctest.Test(t, func(t *testing.T) {
			cfg := ftptest.Config{TLS: ftptest.TLSExplicit, DataTimeout: 2 * time.Second}
			if name != "" {
				cfg.Faults = []ftptest.Fault{name}
			}
			p := newProbed(t, cfg)
			if r := p.run(t); !strings.HasSuffix(r.Summary, want) || r.Took > 30*time.Second || r.Logins > 6 {
				t.Errorf("%q: %q in %v and %d logins%s", name, r.Summary, r.Took, r.Logins, attempts(r))
			}
		})
	}
}

// What was never seen is not claimed: where nothing could be connected to, that is the only
// reason. Nor does the advice ask for what was given.
func TestProbeClaimsOnlyWhatItSaw(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*probed)
		pruned int
		not    string
	}{
		{"nobody listens", func(p *probed) { p.o.Profile.Port = 1 }, 1, "FEAT"},
		{"nobody listens on two ports", func(p *probed) { p.o.Profile.Port = 0 }, 2, "FEAT"},
		{"no such host", func(p *probed) { p.o.Profile.Host, p.o.Profile.Port = "nowhere.example", 0 }, 1, "FEAT"},
		{"a wrong password", func(p *probed) { p.o.Profile.Password = "wrong" }, 1, "anonymous"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, ftptest.Config{TLS: ftptest.TLSExplicit})
				tt.change(p)
				r := p.run(t)
				if text := fmt.Sprint(r.Why, r.Pruned); len(r.Pruned) != tt.pruned || strings.Contains(text, tt.not) {
					t.Errorf("%d reasons, want %d, without %q: %s", len(r.Pruned), tt.pruned, tt.not, text)
				}
			})
		})
	}
}

// What only a transfer of files has, such as retries, is not advised.
func TestProbeAdvisesWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := (&oddServer{replies: map[string]string{"PASS": "450 a fault"}}).start(t)
		defer w.stop()
		p := ftpwire.Profile{Host: oddHost, Port: 21, User: oddUser, Password: "secret"}
		p.Dial, p.Insecure = w.net.DialContext, true
		r, err := ftpwire.Probe(t.Context(), ftpwire.ProbeOptions{Profile: p, AllowClear: true})
		if why := fmt.Sprint(r.Why); err != nil || !strings.Contains(why, "450") || strings.Contains(why, "Retry") {
			t.Errorf("%v, why: %s", err, why)
		}
	})
}

// Without a port, 21 and 990 are tried: explicit TLS and clear text on the one, implicit TLS on
// the other.
func TestProbePorts(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  ftptest.Config
		want string
	}{
		{"21, explicit", ftptest.Config{Addr: "127.0.0.1:21", TLS: ftptest.TLSExplicit}, "port 21, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD"},
		{"21, clear text", ftptest.Config{Addr: "127.0.0.1:21"}, "port 21, clear text, EPSV, MLSD"},
		{"990, implicit", ftptest.Config{Addr: "127.0.0.1:990", TLS: ftptest.TLSImplicit}, "port 990, implicit TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD"},
		{"IPv6", ftptest.Config{Addr: "[::1]:21", TLS: ftptest.TLSExplicit}, "port 21, AUTH TLS, TLS 1.2–1.3, PROT P, EPSV, MLSD"},
		{"IPv6 without EPSV", ftptest.Config{Addr: "[::1]:21", Faults: []ftptest.Fault{"epsv-refused"}}, "port 21, clear text, EPRT, MLSD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, tt.cfg)
				p.o.Profile.Port = 0
				r := p.run(t)
				if r.Recommended == nil || r.Combination.String() != tt.want {
					t.Fatalf("found %q, want %q; %q%s", r.Combination, tt.want, r.Why, attempts(r))
				}
				p.lists(t, r, "f")
			})
		})
	}
}

// Through an FTP proxy, it is the proxy that is dialled, and the login that names the server.
func TestProbeLoginProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProbed(t, ftptest.Config{Users: []ftptest.User{{Name: "user@ftp.example", Password: "password"}}})
		p.o.Profile.Login.Proxy = &control.LoginProxy{Kind: control.ProxyUserAtHost, Host: "ftp.example"}
		r := p.run(t)
		if r.Recommended == nil || r.Recommended.Login.Proxy == nil {
			t.Fatalf("%q%s", r.Why, attempts(r))
		}
		p.lists(t, r, "f")
	})
}

// A certificate that is not trusted is shown, and the server is looked at without a login;
// with Insecure it is used.
func TestProbeCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProbed(t, ftptest.Config{TLS: ftptest.TLSExplicit})
		p.o.Profile.RootCAs = nil
		r := p.run(t)
		if r.Certificate == nil || r.Certificate.Subject != "CN=localhost" || len(r.Problems) == 0 || r.Server.Greeting == "" {
			t.Errorf("certificate: %+v, problems %q, server %+v", r.Certificate, r.Problems, r.Server)
		}
		if p.sent("USER")+p.sent("PASS") > 0 {
			t.Errorf("somebody logged in: %q", p.srv.Commands())
		}
		p.o.Profile.Insecure = true
		r = p.run(t)
		if r.Recommended == nil || !r.Recommended.Insecure || !strings.Contains(strings.Join(r.Weaknesses, "\n"), "not verified") {
			t.Errorf("insecure: %q, weaknesses %q", r.Why, r.Weaknesses)
		}
		p.lists(t, r, "f")
	})
}

// The password goes in clear text only where that is allowed, or to this computer.
func TestProbeClearText(t *testing.T) {
	for _, tt := range []struct {
		name  string
		addr  string
		allow func(*ftpwire.ProbeOptions)
		works bool
	}{
		{"not allowed", "192.0.2.1:2121", func(*ftpwire.ProbeOptions) {}, false},
		{"allowed", "192.0.2.1:2121", func(o *ftpwire.ProbeOptions) { o.AllowClear = true }, true},
		{"asked for", "192.0.2.1:2121", func(o *ftpwire.ProbeOptions) {
			o.Profile.Variant, o.Keep = ftpwire.VariantFTP, []ftpwire.Field{"Variant"}
		}, true},
		{"this computer", "127.0.0.1:2121", func(*ftpwire.ProbeOptions) {}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, ftptest.Config{Addr: tt.addr})
				tt.allow(&p.o)
				if r := p.run(t); (r.Recommended != nil) != tt.works || (p.sent("PASS") > 0) != tt.works {
					t.Errorf("works: %v, %q%s", r.Recommended != nil, r.Why, attempts(r))
				}
			})
		})
	}
}

// With Write a file is put, read back and removed; a server that takes none does not count.
func TestProbeWrites(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cfg   ftptest.Config
		works bool
	}{
		{"writable", ftptest.Config{TLS: ftptest.TLSExplicit}, true},
		{"read only", ftptest.Config{TLS: ftptest.TLSExplicit, ReadOnly: true}, false},
		{"loses half", ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-truncated-226"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, tt.cfg)
				p.o.Write = true
				r := p.run(t)
				if (r.Recommended != nil) != tt.works {
					t.Errorf("works: %v, %q%s", r.Recommended != nil, r.Why, attempts(r))
				}
				if stored := p.sent("STOR"); stored != 1 {
					t.Errorf("%d files were stored", stored)
				}
				for _, c := range p.srv.Commands() {
					if name, ok := strings.CutPrefix(c, "STOR "); ok && p.srv.Exists("/"+name) || r.Leftover != "" {
						t.Errorf("%s is left", name)
					}
				}
			})
		})
	}
}

// Names that are not UTF-8 show their code page.
func TestProbeCodePage(t *testing.T) {
	for _, tt := range []struct {
		page string
		raw  []string
		name string // of the first, as it reads
		want string
	}{
		{"IBM850", []string{"B\x81cher", "Stra\xe1e", "\x8erger.txt"}, "Bücher", "auto:IBM850"},
		{"windows-1252", []string{"B\xfccher", "Stra\xdfe", "\xc4rger.txt"}, "Bücher", "auto:windows-1252"},
		{"windows-1251", []string{"\xcf\xe8\xf1\xfc\xec\xee", "\xce\xf2\xf7\xb8\xf2"}, "Письмо", "auto:windows-1251"},
		{"KOI8-R", []string{"\xf0\xc9\xd3\xd8\xcd\xcf", "\xef\xd4\xde\xa3\xd4"}, "Письмо", "auto:KOI8-R"},
		{"Shift_JIS", []string{"\x93\xfa\x96\x7b.txt", "\x8e\x91\x97\xbf"}, "日本.txt", "auto:Shift_JIS"},
		{"UTF-8", []string{"Bücher"}, "Bücher", ""},
	} {
		t.Run(tt.page, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newProbed(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"feat-without-utf8"}})
				for _, name := range tt.raw {
					if err := p.srv.WriteFile("/"+name, []byte("abc")); err != nil {
						t.Fatal(err)
					}
				}
				r := p.run(t)
				if r.Recommended == nil || r.Recommended.CodePage != tt.want {
					t.Fatalf("recommended: %+v, want code page %q", r.Settings, tt.want)
				}
				p.lists(t, r, tt.name)
			})
		})
	}
}

// The events tell of every attempt, before it and after it.
func TestProbeEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProbed(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"full-at-first", "epsv-refused"}})
		var kinds []ftpwire.ProbeEventKind
		p.o.Event = func(e ftpwire.ProbeEvent) {
			kinds = append(kinds, e.Kind)
			if (e.Attempt != nil) != (e.Kind == ftpwire.ProbeTried) {
				t.Errorf("event %d has attempt %v", e.Kind, e.Attempt)
			}
		}
		p.run(t)
		want := []ftpwire.ProbeEventKind{
			ftpwire.ProbeTries, ftpwire.ProbeTried, ftpwire.ProbeTries, ftpwire.ProbeWaits, ftpwire.ProbeTried, ftpwire.ProbeTries, ftpwire.ProbeTried,
		}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("events (-want +got)\n%s", diff)
		}
	})
}

// A context that ends is an error; a time that is up is a result.
func TestProbeBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProbed(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"auth-silent"}})
		p.o.TotalTime = time.Second
		r := p.run(t)
		if r.Recommended != nil || r.Incomplete == "" || r.Took > 2*time.Second || len(r.Why) == 0 {
			t.Errorf("after a second: %+v", r)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p.o.TotalTime = 0
		if _, err := ftpwire.Probe(ctx, p.o); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that ends: %v", err)
		}
		if _, err := ftpwire.Probe(t.Context(), ftpwire.ProbeOptions{}); err == nil {
			t.Error("no host is no error")
		}
	})
}
