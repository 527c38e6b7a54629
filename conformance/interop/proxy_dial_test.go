package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// A via is a way through a proxy.
type via struct {
	scheme, program, auth string
}

func (v via) String() string { return strings.TrimSuffix(v.program+" "+v.scheme+" "+v.auth, " ") }

var vias = []via{
	{"http", "squid", ""}, {"http", "squid", "basic"}, {"http", "squid", "digest"}, {"http", "squid", "ntlm"},
	{"http", "tinyproxy", ""}, {"http", "tinyproxy", "basic"},
	{"socks5", "microsocks", ""}, {"socks5h", "microsocks", "password"},
	{"socks4", "danted", ""}, {"socks4a", "danted", ""}, {"socks5", "danted", ""}, {"socks5", "danted", "password"},
}

// start runs the proxy and returns the way through it.
func (v via) start(t *testing.T) (*proxy.Proxy, *peer.Proxy) {
	t.Helper()
	pr := peer.StartProxy(t, v.program, peer.ProxyOptions{Auth: v.auth})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", v, pr.Log())
		}
	})
	u := url.URL{Scheme: v.scheme, Host: pr.Addr}
	if v.auth != "" {
		u.User = url.UserPassword(pr.User, pr.Password)
	}
	p, err := proxy.Parse(u.String())
	if err != nil {
		t.Fatal(err)
	}
	p.Timeout = 20 * time.Second
	p.NoHalfClose = v.program == "microsocks" // TestProxyHalfClose says why
	return p, pr
}

// TestProxyTransfers runs transfers through each proxy, to a server that demands
// resumed sessions of protected data connections: in clear and in TLS, with the data
// through the proxy and beside it, and with the server's name left to the proxy.
func TestProxyTransfers(t *testing.T) {
	t.Parallel()
	big := randomBytes(3, 4<<20)
	for _, v := range vias {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, "vsftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true})
			p, _ := v.start(t)
			for _, security := range []uint16{0, tls.VersionTLS12, tls.VersionTLS13} {
				for _, direct := range []bool{false, true} {
					if direct && security == tls.VersionTLS12 {
						continue // as with TLS 1.3
					}
					t.Run(fmt.Sprintf("%s/direct=%v", security0(security), direct), func(t *testing.T) {
						w := &throughProxy{p: p, direct: direct}
						x := w.exerciser(t, s, security, s.Addr)
						x.mixed(8)
						if !direct {
							x.roundTrip("big", big)
						}
						x.quit()
						w.check(t)
					})
				}
			}
			t.Run("by name", func(t *testing.T) {
				w := &throughProxy{p: p}
				_, port, _ := net.SplitHostPort(s.Addr)
				byName := net.JoinHostPort("localhost", port)
				if v.scheme == "socks4a" {
					// dante 1.4.2 takes the 0.0.0.1 of SOCKS4A for the address.
					expectation{stage: proxy.StageTarget, status: 91}.fails(t, "name in SOCKS4A", p, nil, byName)
					p.LocalResolve = true
				}
				x := w.exerciser(t, s, tls.VersionTLS13, byName)
				x.mixed(4)
				x.quit()
				w.check(t)
			})
		})
	}
}

func security0(version uint16) string {
	if version == 0 {
		return "clear"
	}
	return versionName(version)
}

// A throughProxy counts the data connections of each kind.
type throughProxy struct {
	p        *proxy.Proxy
	direct   bool
	finDelay time.Duration

	proxied, beside, odd atomic.Int64
}

// exerciser logs in at addr through the proxy.
func (w *throughProxy) exerciser(t *testing.T, s *peer.Server, version uint16, addr string) *exerciser {
	t.Helper()
	mode := peer.Explicit
	if version == 0 {
		mode = peer.Plain
	}
	cfg := clientConfig(s, mode, version)
	cfg.Data.Mode = datachan.ModeEPSV
	cfg.Data.FINDelay = w.finDelay
	cfg.Dial = w.p.DialControl
	cfg.Data.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dial, n := w.p.DialContext, &w.proxied
		if w.direct {
			dial, n = new(net.Dialer).DialContext, &w.beside
		}
		n.Add(1)
		c, err := dial(ctx, network, addr)
		if _, plain := c.(*net.TCPConn); err == nil && plain == (w.p.NoHalfClose && !w.direct) {
			w.odd.Add(1)
		}
		return c, err
	}
	c := dialTo(t, addr, cfg)
	if err := c.Login(t.Context(), s.User, s.Password, ""); err != nil {
		t.Fatalf("login: %v\n%s", err, s.Log())
	}
	return &exerciser{t: t, s: s, c: c, mode: datachan.ModeEPSV, info: func(what string, d control.DataInfo) {
		if version != 0 {
			wantReuse(t, what, d, s.Name, version)
		}
	}}
}

func (w *throughProxy) check(t *testing.T) {
	t.Helper()
	if p, b := w.proxied.Load(), w.beside.Load(); (p == 0) != w.direct || (b == 0) == w.direct {
		t.Errorf("%d data connections through the proxy, %d beside it; direct is %v", p, b, w.direct)
	}
	if n := w.odd.Load(); n != 0 {
		t.Errorf("%d data connections are a *net.TCPConn and should not, or the other way round", n)
	}
}

// TestProxyHalfClose uploads over TLS 1.3, by proxies that keep the other side of a
// half-closed connection open. microsocks does not: with FIN after the final reply
// uploads are whole there too, and so they are without any (NoHalfClose).
func TestProxyHalfClose(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "vsftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true})
	data := randomBytes(6, 3<<20)
	for _, v := range []via{{"http", "squid", ""}, {"http", "tinyproxy", ""}, {"socks5", "danted", ""}, {"socks5", "microsocks", ""}} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			p, _ := v.start(t)
			w := &throughProxy{p: p}
			x := w.exerciser(t, s, tls.VersionTLS13, s.Addr)
			for i := range 12 {
				x.stor(fmt.Sprintf("%s%02d", v.program, i), data)
			}
			x.quit()
			if v.program != "microsocks" {
				return
			}
			p.NoHalfClose = false
			w = &throughProxy{p: p, finDelay: 2 * time.Second}
			x = w.exerciser(t, s, tls.VersionTLS13, s.Addr)
			for i := range 20 {
				x.stor(fmt.Sprintf("late%02d", i), data)
			}
			x.quit()
		})
	}
}

// TestProxyRefusals: every way to fail has an error that names the hop.
func TestProxyRefusals(t *testing.T) {
	t.Parallel()
	nobody := fmt.Sprintf("127.0.0.1:%d", closedPort(t))
	for _, v := range vias {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			p, pr := v.start(t)
			refused := syscall.ECONNREFUSED
			want := expectation{stage: proxy.StageTarget}
			switch {
			case v.program == "squid":
				want.status, want.is = 503, refused
			case v.program == "tinyproxy":
				want.status = 500
			case strings.HasPrefix(v.scheme, "socks4"):
				want.status = 91
			default:
				want.status, want.is = 5, refused
			}
			want.fails(t, "nobody listens", p, pr, nobody)

			if v.program == "squid" || v.program == "danted" {
				want = expectation{stage: proxy.StageTarget, status: 403, is: fs.ErrPermission}
				switch {
				case strings.HasPrefix(v.scheme, "socks4"):
					want.status, want.is = 91, nil
				case v.program == "danted":
					want.status = 2
				}
				want.fails(t, "against the rules", p, pr, peer.BlockedAddr+":2121")
			}
			if v.auth == "" {
				return
			}
			none := &proxy.Proxy{Kind: p.Kind, Addr: p.Addr}
			wrong := &proxy.Proxy{Kind: p.Kind, Addr: p.Addr, User: p.User, Password: "canary-password"}
			want = expectation{stage: proxy.StageAuth, status: 407}
			if p.Kind == proxy.SOCKS5 {
				want.status = 255
			}
			want.fails(t, "no credentials", none, pr, nobody)
			switch {
			case v.auth == "ntlm":
				return // squid's test helper takes every password
			case v.program == "tinyproxy":
				want.status = 401
			case v.program == "microsocks":
				want.status = 2
			case v.program == "danted":
				want.status = 1
			}
			want.fails(t, "wrong credentials", wrong, pr, nobody)
		})
	}
	t.Run("no proxy", func(t *testing.T) {
		for _, kind := range []proxy.Kind{proxy.HTTP, proxy.SOCKS4, proxy.SOCKS5} {
			want := expectation{stage: proxy.StageConnect, is: syscall.ECONNREFUSED}
			want.fails(t, kind.String(), &proxy.Proxy{Kind: kind, Addr: nobody}, nil, nobody)
		}
	})
	t.Run("an FTP server in the proxy's place", func(t *testing.T) {
		s := peer.Start(t, "vsftpd", peer.Options{})
		for _, kind := range []proxy.Kind{proxy.HTTP, proxy.SOCKS4, proxy.SOCKS5} {
			want := expectation{stage: proxy.StageExchange}
			want.fails(t, kind.String(), &proxy.Proxy{Kind: kind, Addr: s.Addr}, nil, nobody)
		}
	})
	t.Run("the wrong kind of proxy", func(t *testing.T) {
		t.Parallel()
		squid, _ := via{"http", "squid", ""}.start(t)
		socks, _ := via{"socks5", "danted", ""}.start(t)
		for _, p := range []*proxy.Proxy{{Kind: proxy.SOCKS5, Addr: squid.Addr}, {Kind: proxy.SOCKS4A, Addr: squid.Addr}, {Addr: socks.Addr}} {
			p.Timeout = time.Second // it waits for the end of what it takes for a header
			expectation{stage: proxy.StageExchange}.fails(t, p.String(), p, nil, nobody)
		}
	})
}

// An expectation is how a connection must fail.
type expectation struct {
	stage  proxy.Stage
	status int
	is     error
}

func (x expectation) fails(t *testing.T, what string, p *proxy.Proxy, pr *peer.Proxy, addr string) {
	t.Helper()
	start := time.Now()
	c, err := control.Dial(t.Context(), addr, &control.Config{Security: control.SecurityNone, Dial: p.DialControl})
	if err == nil {
		c.Close()
		t.Errorf("%s: it worked", what)
		return
	}
	e, ok := errors.AsType[*proxy.Error](err)
	if !ok || e.Stage != x.stage || e.Status != x.status || (e.Hop == proxy.HopTarget) != (x.stage == proxy.StageTarget) {
		t.Errorf("%s: %v\n%#v\nwant stage %s, status %d", what, err, e, x.stage, x.status)
	}
	if x.is != nil && !errors.Is(err, x.is) {
		t.Errorf("%s: %v is not %v", what, err, x.is)
	}
	if !strings.Contains(err.Error(), p.Addr) || strings.Contains(err.Error(), "canary") || pr != nil && strings.Contains(err.Error(), pr.Password) {
		t.Errorf("%s: error %q: does not name the proxy, or shows a password", what, err)
	}
	t.Logf("%s: %v (%v)", what, err, time.Since(start).Round(time.Millisecond))
}

// TestProxyActive: active mode, with dante listening for us.
func TestProxyActive(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "vsftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true})
	big := randomBytes(4, 4<<20)
	for _, v := range []via{{"socks5", "danted", ""}, {"socks5", "danted", "password"}, {"socks4", "danted", ""}} {
		t.Run(v.String(), func(t *testing.T) {
			p, _ := v.start(t)
			for _, mode := range []datachan.Mode{datachan.ModeEPRT, datachan.ModePORT} {
				for _, version := range []uint16{0, tls.VersionTLS12, tls.VersionTLS13} {
					t.Run(fmt.Sprintf("%s/%s", mode, security0(version)), func(t *testing.T) {
						x := active(t, p, s, mode, version)
						x.mixed(8)
						x.roundTrip("big", big)
						x.quit()
					})
				}
			}
		})
	}
	t.Run("microsocks has no BIND", func(t *testing.T) {
		p, _ := via{"socks5", "microsocks", ""}.start(t)
		x := active(t, p, s, datachan.ModeEPRT, 0)
		_, err := x.c.Open(x.ctx(), "LIST", "")
		e, ok := errors.AsType[*proxy.Error](err)
		if !ok || e.Stage != proxy.StageTarget || e.Status != 7 || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("error %v", err)
		}
	})
}

func active(t *testing.T, p *proxy.Proxy, s *peer.Server, mode datachan.Mode, version uint16) *exerciser {
	t.Helper()
	w := &throughProxy{p: p}
	cfgMode := peer.Explicit
	if version == 0 {
		cfgMode = peer.Plain
	}
	cfg := clientConfig(s, cfgMode, version)
	cfg.Data.Mode = mode
	cfg.Dial = p.DialControl
	cfg.Data.ListenFor = func(ctx context.Context, network, peer string) (net.Listener, error) {
		w.proxied.Add(1)
		if peer != s.Addr {
			t.Errorf("the proxy is asked to wait for %s, not for %s", peer, s.Addr)
		}
		return p.Listen(ctx, network, peer)
	}
	c := login(t, s, cfg)
	return &exerciser{t: t, s: s, c: c, mode: mode, info: func(what string, d control.DataInfo) {
		if version != 0 {
			wantReuse(t, what, d, s.Name, version)
		}
		if w.proxied.Load() == 0 {
			t.Errorf("%s: nobody has listened at the proxy", what)
		}
	}}
}

// TestProxyGet fetches files by squid's own FTP client.
func TestProxyGet(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "vsftpd", peer.Options{})
	want := randomBytes(5, 1<<20)
	s.WriteFile(t, "pub/a b.bin", want)
	s.WriteFile(t, "empty", nil)
	for _, v := range []via{{"http", "squid", ""}, {"http", "squid", "basic"}, {"http", "squid", "digest"}, {"http", "squid", "ntlm"}} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			p, _ := v.start(t)
			u := url.URL{Scheme: "ftp", User: url.UserPassword(s.User, s.Password), Host: s.Addr, Path: "/pub/a b.bin"}
			for range 2 {
				d, err := p.Get(t.Context(), u.String())
				if err != nil {
					t.Fatalf("%v\n%s", err, s.Log())
				}
				got, err := io.ReadAll(d.Body)
				d.Body.Close()
				if err != nil || string(got) != string(want) {
					t.Errorf("got %d bytes, %v; want %d", len(got), err, len(want))
				}
				t.Logf("size %d, proven %v, modified %v", d.Size, d.Proven, d.Modified)
			}
			u.Path = "/no-such-file"
			_, err := p.Get(t.Context(), u.String())
			e, ok := errors.AsType[*proxy.Error](err)
			if !ok || e.Stage != proxy.StageTarget || e.Status != 404 || strings.Contains(err.Error(), s.Password) {
				t.Errorf("error %v", err)
			}
			if v.auth != "" {
				return // a wrong password takes vsftpd two seconds
			}
			u.User = url.UserPassword(s.User, "canary")
			_, err = p.Get(t.Context(), u.String())
			e, ok = errors.AsType[*proxy.Error](err)
			if !ok || e.Stage != proxy.StageTarget || e.Status == 0 || strings.Contains(err.Error(), "canary") {
				t.Errorf("error %v", err)
			}
			t.Logf("wrong password of the FTP server: %v", err)
		})
	}
}

// TestProxyChain: squid is reached through a SOCKS proxy.
func TestProxyChain(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "vsftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true})
	first, _ := via{"socks5", "danted", "password"}.start(t)
	second, _ := via{"http", "squid", "digest"}.start(t)
	second.Forward = first.DialContext
	w := &throughProxy{p: second}
	x := w.exerciser(t, s, tls.VersionTLS13, s.Addr)
	x.mixed(8)
	x.quit()
	w.check(t)

	second.Addr = "127.0.0.1:" + strconv.Itoa(closedPort(t))
	_, err := second.DialContext(t.Context(), "tcp", s.Addr)
	e, ok := errors.AsType[*proxy.Error](err)
	if !ok || e.Stage != proxy.StageConnect {
		t.Fatalf("error %v", err)
	}
	if inner, ok := errors.AsType[*proxy.Error](e.Err); !ok || inner.Stage != proxy.StageTarget || inner.Target != second.Addr {
		t.Errorf("cause %v", e.Err)
	}
}
