package fuzz_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A soakNetwork is the way of one control connection and its data connections. It
// harms at most one of them.
type soakNetwork struct {
	mu      sync.Mutex
	harm    soakHarm
	onData  bool
	skip    int   // data connections that pass unharmed
	at      int64 // bytes in both directions until it happens
	latency time.Duration
}

// A soakHarm is what a network does to a connection.
type soakHarm int

const (
	harmNone  soakHarm = iota
	harmReset          // both sides see a reset
	harmEnd            // both sides see an orderly end
	harmStall          // nothing passes any more
	harmDelay          // one pause
)

func (h soakHarm) String() string {
	return [...]string{"sound", "reset", "end", "stall", "delay"}[h]
}

func (n *soakNetwork) String() string {
	if n.harm == harmNone {
		return "sound"
	}
	on := "control"
	if n.onData {
		on = "data"
	}
	return fmt.Sprintf("%s of %s behind %d bytes", n.harm, on, n.at)
}

func newSoakNetwork(r *rand.Rand) *soakNetwork {
	n := &soakNetwork{harm: soakHarm(r.IntN(int(harmDelay) + 1)), onData: r.IntN(2) == 0}
	n.skip = r.IntN(3)
	n.latency = time.Duration(r.IntN(60)) * time.Millisecond
	if n.at = r.Int64N(70_000); n.onData && r.IntN(3) > 0 {
		n.at = r.Int64N(2_000)
	}
	if !n.onData {
		n.at = r.Int64N(4_000)
	}
	return n
}

func (n *soakNetwork) dialControl(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil || n.harm == harmNone || n.onData {
		return c, err
	}
	return n.wrap(c), nil
}

func (n *soakNetwork) dialData(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return n.data(c), nil
}

// data harms a data connection if its turn has come.
func (n *soakNetwork) data(c net.Conn) net.Conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.harm == harmNone || !n.onData {
		return c
	}
	if n.skip--; n.skip >= 0 {
		return c
	}
	return n.wrap(c)
}

func (n *soakNetwork) listen(network, address string) (net.Listener, error) {
	ln, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	return soakListener{ln, n}, nil
}

type soakListener struct {
	net.Listener
	n *soakNetwork
}

func (l soakListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.n.data(c), nil
}

func (n *soakNetwork) wrap(c net.Conn) net.Conn {
	return &harmedConn{Conn: c, n: n, left: n.at, closed: make(chan struct{})}
}

// A harmedConn is a connection that something happens to.
type harmedConn struct {
	net.Conn
	n *soakNetwork

	mu     sync.Mutex
	left   int64 // bytes until it happens
	done   bool  // it has happened
	limits [2]time.Time
	closed chan struct{}
	once   sync.Once
}

// pass takes part in moving up to n bytes: how many may pass, and whether it happens
// now, before any.
func (c *harmedConn) pass(n int) (may int, now bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left > 0 || n == 0 {
		return int(min(int64(n), max(c.left, 1))), false
	}
	now = !c.done || c.n.harm == harmStall
	c.done = true
	return n, now
}

func (c *harmedConn) moved(n int) {
	c.mu.Lock()
	c.left -= int64(n)
	c.mu.Unlock()
}

func (c *harmedConn) Read(b []byte) (int, error) {
	may, now := c.pass(len(b))
	if now {
		if err := c.happen(0); err != nil {
			return 0, err
		}
	}
	n, err := c.Conn.Read(b[:may])
	c.moved(n)
	return n, err
}

func (c *harmedConn) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		may, now := c.pass(len(b) - n)
		if now {
			if err := c.happen(1); err != nil {
				return n, err
			}
		}
		var k int
		k, err = c.Conn.Write(b[n : n+may])
		c.moved(k)
		n += k
	}
	return n, err
}

// happen does the harm. way is 0 for a read, 1 for a write.
func (c *harmedConn) happen(way int) error {
	switch c.n.harm {
	case harmReset:
		c.Conn.(*net.TCPConn).SetLinger(0)
		c.Conn.Close()
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	case harmEnd:
		c.Conn.Close()
		if way == 0 {
			return io.EOF
		}
		return &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	case harmDelay:
		select {
		case <-time.After(c.n.latency):
		case <-c.closed:
		}
		return nil
	}
	for {
		c.mu.Lock()
		limit := c.limits[way]
		c.mu.Unlock()
		if !limit.IsZero() && !time.Now().Before(limit) {
			return &net.OpError{Op: "wait", Net: "tcp", Err: os.ErrDeadlineExceeded}
		}
		select {
		case <-c.closed:
			return net.ErrClosed
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func (c *harmedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// CloseWrite ends the sending side.
func (c *harmedConn) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

func (c *harmedConn) SetDeadline(t time.Time) error {
	c.limit(t, t)
	return c.Conn.SetDeadline(t)
}

func (c *harmedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	c.limits[0] = t
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

func (c *harmedConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	c.limits[1] = t
	c.mu.Unlock()
	return c.Conn.SetWriteDeadline(t)
}

func (c *harmedConn) limit(r, w time.Time) {
	c.mu.Lock()
	c.limits = [2]time.Time{r, w}
	c.mu.Unlock()
}
