package ftpwire

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A probeTap sees what goes over one control connection.
type probeTap struct {
	next func(control.TraceEvent) // the caller's own trace, or nil

	mu        sync.Mutex
	lastSent  protocol.Verb
	passwords int
	opened    bool // a data connection, since the last reset
	secured   bool // TLS is up, or was
	greeted   bool // a reply came before that
	named     netip.Addr

	connected bool
	silent    bool // the probe gave up waiting for the first octet
	local     bool
	peer      netip.Addr
}

// trace takes in an event. It is called from several goroutines.
func (t *probeTap) trace(e control.TraceEvent) {
	t.mu.Lock()
	switch e.Kind {
	case control.TraceSent:
		if t.lastSent = e.Verb; e.Verb == "PASS" {
			t.passwords++
		}
	case control.TraceReceived:
		t.received(e)
	case control.TraceData:
		t.opened = t.opened || e.Err == nil
	case control.TraceTLS:
		t.secured = t.secured || e.Err == nil
	}
	t.mu.Unlock()
	if t.next != nil {
		t.next(e)
	}
}

func (t *probeTap) received(e control.TraceEvent) {
	t.greeted = t.greeted || !t.secured
	if e.Verb == "PASV" {
		if a, err := parse.PASV(e.Text); err == nil {
			t.named = a.Addr().Unmap()
		}
	}
}

// begin forgets what belongs to an earlier attempt on the same connection.
func (t *probeTap) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.opened, t.lastSent = false, ""
}

// tell puts what was seen into an outcome.
func (t *probeTap) tell(o *probeOutcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o.lastSent, o.opened, o.named, o.peer, o.local = t.lastSent, t.opened, t.named, t.peer, t.local
	o.greeted, o.secured = t.greeted, t.secured
}

// last returns the command that came last, "" if there was none.
func (t *probeTap) last() protocol.Verb {
	if t == nil {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lastSent
}

// dial wraps a dialler: it notes that TCP came up, and with whom, and ends a connection on
// which nothing comes within a time.
func (t *probeTap) dial(dial dialFunc, within time.Duration) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		t.mu.Lock()
		t.connected = true
		if host, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
			t.peer = host.Addr().Unmap()
			t.local = t.peer.IsLoopback()
		}
		t.mu.Unlock()
		w := &watchedConn{Conn: conn}
		if within > 0 {
			w.timer = time.AfterFunc(within, func() {
				t.mu.Lock()
				t.silent = true
				t.mu.Unlock()
				conn.Close()
			})
		}
		return w, nil
	}
}

// A watchedConn stops a timer when the first octet comes.
type watchedConn struct {
	net.Conn
	timer *time.Timer
}

func (c *watchedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.timer != nil {
		c.timer.Stop()
	}
	return n, err
}

func (c *watchedConn) Close() error {
	if c.timer != nil {
		c.timer.Stop()
	}
	return c.Conn.Close()
}

// SetReadBuffer and SetWriteBuffer hand the sizes of the socket's buffers on.
func (c *watchedConn) SetReadBuffer(n int) error {
	if s, ok := c.Conn.(interface{ SetReadBuffer(int) error }); ok {
		return s.SetReadBuffer(n)
	}
	return nil
}

func (c *watchedConn) SetWriteBuffer(n int) error {
	if s, ok := c.Conn.(interface{ SetWriteBuffer(int) error }); ok {
		return s.SetWriteBuffer(n)
	}
	return nil
}

// SetKeepAliveConfig hands the probes of TCP on.
func (c *watchedConn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	if s, ok := c.Conn.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok {
		return s.SetKeepAliveConfig(k)
	}
	return nil
}
