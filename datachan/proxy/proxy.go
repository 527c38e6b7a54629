package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Kind is the protocol that a proxy speaks.
type Kind uint8

// The kinds.
const (
	HTTP    Kind = iota // CONNECT; with Proxy.TLS an HTTPS proxy
	SOCKS4              // IPv4 addresses only: this side resolves names
	SOCKS4A             // SOCKS4 that also takes names
	SOCKS5              // RFC 1928
)

// String returns the kind as a URL scheme: "http", "socks4", "socks4a", "socks5".
func (k Kind) String() string {
	names := [...]string{"http", "socks4", "socks4a", "socks5"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// A Proxy opens connections through one proxy. The zero Proxy with an Addr is an HTTP
// proxy without credentials. It must not be modified or copied once in use; its methods
// may be called concurrently.
type Proxy struct {
	// Kind is the protocol that the proxy speaks. If zero, it is HTTP.
	Kind Kind

	// Addr is the proxy's address, "host:port".
	Addr string

	// User and Password are the credentials; an empty User means none. SOCKS4 and SOCKS4A
	// only have a user.
	User, Password string

	// Domain is the Windows domain of User, for NTLM. If empty, it is the proxy's own. If
	// it is set, Basic and Digest send the user as DOMAIN\user.
	Domain string

	// TLS protects the connection to the proxy. If nil, the connection is in clear. Its
	// ServerName defaults to the host of Addr.
	TLS *tls.Config

	// Forward opens the connection to the proxy. If nil, a net.Dialer does. It may
	// be the DialContext of another Proxy.
	Forward func(ctx context.Context, network, addr string) (net.Conn, error)

	// Header is added to requests to an HTTP proxy. A Proxy-Authorization in it takes
	// the place of User and Password.
	Header http.Header

	// LocalResolve resolves names here, not at the proxy. With SOCKS4 they are always
	// resolved here.
	LocalResolve bool

	// Resolve looks up a name if LocalResolve is set. If nil, net.DefaultResolver does.
	// The network is "ip", "ip4" or "ip6".
	Resolve func(ctx context.Context, network, host string) ([]netip.Addr, error)

	// NoClearBasic refuses to send Basic credentials to a proxy without TLS.
	NoClearBasic bool

	// NoHalfClose returns connections without the method CloseWrite. It is for proxies
	// that end both connections as soon as one side of one has ended, and lose the data
	// that is still on its way: through microsocks 1.0.3, half of all uploads over TLS
	// 1.3 fail with 426. With NoHalfClose, close_notify ends an upload over TLS, and
	// closing the connection ends one in clear. The kernel does not copy files to or from
	// such a connection.
	NoHalfClose bool

	// Timeout limits a whole call of DialContext, DialControl or Listen, the wait of a
	// listener's Accept, and each wait for a piece of Get's body. If zero, it is 30
	// seconds; if negative, only the context limits it.
	Timeout time.Duration

	mu      sync.Mutex
	learned *lesson // the authentication that the proxy accepted last
}

// String returns the proxy as a URL without credentials.
func (p *Proxy) String() string {
	scheme := p.Kind.String()
	if p.TLS != nil {
		if p.Kind == HTTP {
			scheme = "https"
		} else {
			scheme += "+tls"
		}
	}
	return scheme + "://" + p.Addr
}

// DialContext connects to addr ("host:port") through the proxy. The network is "tcp",
// "tcp4" or "tcp6"; the last two only matter for names that are resolved here.
//
// The result is the connection to the proxy itself: a *net.TCPConn, or a *tls.Conn with
// TLS to the proxy, unless the server's first bytes have come together with the proxy's
// answer. It has the method CloseWrite if the connection of Forward has it. Its
// RemoteAddr is the proxy's; see [Proxy.DialControl].
//
// The error is an *[Error].
func (p *Proxy) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := p.bound(ctx)
	defer cancel()
	c, _, err := p.dial(ctx, network, addr)
	return p.whole(c), err
}

// whole removes the method CloseWrite if NoHalfClose is set.
func (p *Proxy) whole(c net.Conn) net.Conn {
	if c == nil || !p.NoHalfClose {
		return c
	}
	return struct{ net.Conn }{c}
}

// DialControl is DialContext for a control connection: the connection's RemoteAddr is
// the server's, a *net.TCPAddr if it is known by its IP address, else an address of
// network "tcp" with the name.
func (p *Proxy) DialControl(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := p.bound(ctx)
	defer cancel()
	raw, t, err := p.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c, ok := raw.(*conn)
	if !ok {
		c = &conn{Conn: raw}
	}
	c.remote = t.netAddr()
	return p.whole(c), nil
}

// dial resolves the target if this side must do that, and tries its addresses in turn.
func (p *Proxy) dial(ctx context.Context, network, addr string) (net.Conn, target, error) {
	targets, err := p.targets(ctx, network, addr)
	if err != nil {
		return nil, target{}, err
	}
	var failed error
	for _, t := range targets {
		c, err := p.open(ctx, t)
		if err == nil {
			return c, t, nil
		}
		failed = cmp.Or(failed, err)
		if e, ok := errors.AsType[*Error](err); !ok || e.Stage != StageTarget || ctx.Err() != nil {
			return nil, t, err
		}
	}
	return nil, target{}, failed
}

func (p *Proxy) open(ctx context.Context, t target) (net.Conn, error) {
	if p.Kind == HTTP {
		return p.connect(ctx, t)
	}
	raw, err := p.reach(ctx, t.String())
	if err != nil {
		return nil, err
	}
	release := watch(ctx, raw)
	_, err = p.socks(raw, commandConnect, t)
	if ended := release(); ended != nil || err != nil {
		raw.Close()
		return nil, p.explain(ctx, t.String(), cmp.Or(err, ended))
	}
	return raw, nil
}

// reach connects to the proxy itself.
func (p *Proxy) reach(ctx context.Context, target string) (net.Conn, error) {
	dial := p.Forward
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	raw, err := dial(ctx, "tcp", p.Addr)
	if err != nil {
		return nil, p.wrap(StageConnect, target, cmp.Or(context.Cause(ctx), err))
	}
	if p.TLS == nil {
		return raw, nil
	}
	cfg := p.TLS.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(p.Addr)
	}
	if p.Kind == HTTP && cfg.NextProtos == nil {
		cfg.NextProtos = []string{"http/1.1"}
	}
	secured := tls.Client(raw, cfg)
	if err := secured.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, p.wrap(StageTLS, target, cmp.Or(context.Cause(ctx), err))
	}
	return secured, nil
}

func (p *Proxy) timeout() time.Duration { return patience.Proxy.Or(p.Timeout) }

// bound returns a context that ends after Timeout.
func (p *Proxy) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	d := p.timeout()
	if d < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("not done within %v: %w", d, os.ErrDeadlineExceeded))
}

// watch makes the connection's reads and writes fail once ctx ends. The function that it
// returns stops that, and returns the cause if ctx has ended: the connection is then
// unusable.
func watch(ctx context.Context, c net.Conn) (release func() error) {
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	return func() error {
		if stop() {
			return nil
		}
		return context.Cause(ctx)
	}
}

// Over returns a Proxy like p that is reached by dial, which is its Forward. It returns p if dial is nil or p has a Forward.
func (p *Proxy) Over(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *Proxy {
	if dial == nil || p.Forward != nil {
		return p
	}
	return &Proxy{
		Kind: p.Kind, Addr: p.Addr, User: p.User, Password: p.Password, Domain: p.Domain, TLS: p.TLS, Forward: dial, Header: p.Header,
		LocalResolve: p.LocalResolve, Resolve: p.Resolve, NoClearBasic: p.NoClearBasic, NoHalfClose: p.NoHalfClose, Timeout: p.Timeout,
	}
}
