package memnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// A Listener takes the connections that are dialled to its address. It
// implements [net.Listener] and has the SetDeadline of a [*net.TCPListener].
// All methods may be called concurrently.
type Listener struct {
	network *Network
	addr    netip.AddrPort
	backlog int

	mu       sync.Mutex
	cond     *sync.Cond
	queue    []*Conn // dialled, not accepted yet; at most backlog
	closed   bool
	deadline deadline
}

var _ net.Listener = (*Listener)(nil)

func newListener(n *Network, addr netip.AddrPort) *Listener {
	l := &Listener{network: n, addr: addr, backlog: n.backlog()}
	l.cond = sync.NewCond(&l.mu)
	return l
}

// Accept waits for the next connection, a [*Conn]. Its error is a
// [*net.OpError] around [net.ErrClosed] or [os.ErrDeadlineExceeded].
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.closed:
			return nil, l.opError("accept", net.ErrClosed)
		case l.deadline.expired:
			return nil, l.opError("accept", os.ErrDeadlineExceeded)
		case len(l.queue) > 0:
			c := l.queue[0]
			l.queue = l.queue[1:]
			l.cond.Broadcast() // there is room in the backlog
			return c, nil
		}
		l.cond.Wait()
	}
}

// Close frees the address. Blocked calls of Accept fail with [net.ErrClosed],
// dials that wait for the backlog are refused, and connections that were not
// accepted are reset. A second Close fails with net.ErrClosed.
func (l *Listener) Close() error {
	l.network.remove(l)
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return l.opError("close", net.ErrClosed)
	}
	l.closed = true
	queue := l.queue
	l.queue = nil
	l.deadline.stop()
	l.cond.Broadcast()
	l.mu.Unlock()
	for _, c := range queue {
		c.Reset()
	}
	return nil
}

// Addr returns the address that the listener has announced, a [*net.TCPAddr].
func (l *Listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// SetDeadline sets the time after which Accept fails with
// [os.ErrDeadlineExceeded]. The zero t removes it.
func (l *Listener) SetDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.opError("set", net.ErrClosed)
	}
	l.deadline.set(t, l.cond)
	return nil
}

// enqueue adds the server's end of a connection to the backlog, waiting for room.
func (l *Listener) enqueue(ctx context.Context, c *Conn) error {
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.cond.Broadcast()
	})()
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.closed:
			return os.NewSyscallError("connect", syscall.ECONNREFUSED)
		case ctx.Err() != nil:
			return ctx.Err()
		case len(l.queue) < l.backlog:
			l.queue = append(l.queue, c)
			l.cond.Broadcast()
			return nil
		}
		l.cond.Wait()
	}
}

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: err}
}
