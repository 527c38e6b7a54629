package proxy

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// Listen makes a SOCKS proxy wait for one connection (BIND; RFC 1928, Section 4), as
// active mode needs: peerAddr is the address ("host:port") of the server that will
// connect, usually that of the control connection, which must go through the same proxy.
// The listener's Addr is the address at which the proxy waits; PORT or EPRT must announce
// it.
//
// Accept waits for the connection, at most Timeout. Its RemoteAddr is the address that
// the proxy gives for the peer. Further calls of Accept return net.ErrClosed. Close ends
// the wait, also at the proxy. The listener also has SetDeadline.
//
// With an HTTP proxy the error's cause is errors.ErrUnsupported.
func (p *Proxy) Listen(ctx context.Context, network, peerAddr string) (net.Listener, error) {
	if p.Kind == HTTP {
		return nil, p.wrap(StageRequest, peerAddr, &Error{Reason: "an HTTP proxy accepts no connections for us", Err: errors.ErrUnsupported})
	}
	ctx, cancel := p.bound(ctx)
	defer cancel()
	targets, err := p.targets(ctx, network, peerAddr)
	if err != nil {
		return nil, err
	}
	t := targets[0]
	raw, err := p.reach(ctx, t.String())
	if err != nil {
		return nil, err
	}
	release := watch(ctx, raw)
	at, err := p.socks(raw, commandBind, t)
	if ended := release(); ended != nil || err != nil {
		raw.Close()
		return nil, p.explain(ctx, t.String(), cmp.Or(err, ended))
	}
	// An address of all zeros means the proxy's own: SOCKS4 says so, and SOCKS5 servers
	// send it too.
	if at.Addr().IsUnspecified() {
		if a, ok := raw.RemoteAddr().(*net.TCPAddr); ok {
			at = netip.AddrPortFrom(a.AddrPort().Addr().Unmap().WithZone(""), at.Port())
		}
	}
	return &listener{p: p, raw: raw, peer: t, at: net.TCPAddrFromAddrPort(at)}, nil
}

// A listener is a connection over which a proxy reports that another connection was
// accepted.
type listener struct {
	p    *Proxy
	raw  net.Conn
	peer target
	at   *net.TCPAddr

	mu       sync.Mutex
	deadline time.Time
	accepted bool // the caller has the connection
	waiting  bool // Accept was called
	closed   bool
}

func (l *listener) Addr() net.Addr { return l.at }

// SetDeadline limits Accept in place of the proxy's Timeout.
func (l *listener) SetDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deadline = t
	if l.waiting && !l.accepted {
		return l.raw.SetReadDeadline(t)
	}
	return nil
}

func (l *listener) Accept() (net.Conn, error) {
	if !l.begin() {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.at, Err: net.ErrClosed}
	}
	from, err := l.p.socksReply(l.raw)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.at, Err: net.ErrClosed}
	case err != nil && errors.Is(err, os.ErrDeadlineExceeded):
		return nil, l.p.wrap(StageTarget, l.peer.String(), &Error{Stage: StageTarget, Reason: "nobody has connected", Err: err})
	case err != nil:
		return nil, l.p.explain(context.Background(), l.peer.String(), err)
	}
	l.accepted = true
	l.raw.SetReadDeadline(time.Time{})
	c := &conn{Conn: l.raw}
	if from.Addr().IsValid() && !from.Addr().IsUnspecified() {
		c.remote = net.TCPAddrFromAddrPort(from)
	}
	return l.p.whole(c), nil
}

// begin sets the deadline of the only wait.
func (l *listener) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.waiting {
		return false
	}
	l.waiting = true
	if l.deadline.IsZero() && l.p.timeout() > 0 {
		l.deadline = time.Now().Add(l.p.timeout())
	}
	l.raw.SetReadDeadline(l.deadline)
	return true
}

func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.accepted {
		return nil
	}
	return l.raw.Close()
}
