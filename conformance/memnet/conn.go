package memnet

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// DefaultWindow is the number of bytes that a direction of a connection holds
// before its writer blocks, unless something else was asked for.
const DefaultWindow = 64 << 10

// A Conn is one end of a connection. It implements [net.Conn] and has the
// CloseWrite of a [*net.TCPConn]. All methods may be called concurrently;
// concurrent writes are not interleaved.
type Conn struct {
	mu            *sync.Mutex // shared by both ends
	in, out       *half       // the peer's out and in
	local, remote *net.TCPAddr
	peer          *Conn
	resetUnread   bool // Close with unread bytes is a reset
	resetClose    bool // Close is a reset: SetLinger(0)
	closed        bool // by this end
	reset         bool // by the peer
}

var _ net.Conn = (*Conn)(nil)

// Pipe returns the two ends of a new connection that belongs to no Network.
// By convention a is the client, at 127.0.0.1:49152, and b is the server, at
// 127.0.0.1:21. Each direction holds [DefaultWindow] bytes.
func Pipe() (a, b *Conn) {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	return newPipe(netip.AddrPortFrom(loopback, firstPort), netip.AddrPortFrom(loopback, 21), DefaultWindow)
}

func newPipe(client, server netip.AddrPort, window int) (a, b *Conn) {
	mu := new(sync.Mutex)
	up := &half{cond: sync.NewCond(mu), window: window}
	down := &half{cond: sync.NewCond(mu), window: window}
	ca, sa := net.TCPAddrFromAddrPort(client), net.TCPAddrFromAddrPort(server)
	a = &Conn{mu: mu, in: down, out: up, local: ca, remote: sa}
	b = &Conn{mu: mu, in: up, out: down, local: sa, remote: ca, peer: a}
	a.peer = b
	return a, b
}

// Read reads what the peer has written, waiting for at least one byte. It
// returns io.EOF once the peer has ended its side and all bytes were read.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case c.reset:
			return 0, c.opError("read", os.NewSyscallError("read", syscall.ECONNRESET))
		case c.in.rd.expired:
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		case c.in.unread() > 0:
			return c.in.take(p), nil
		case c.in.fin:
			return 0, io.EOF
		}
		c.in.cond.Wait()
	}
}

// Write hands p to the peer. It blocks while the window is full. If it fails,
// the first n bytes of p are with the peer.
func (c *Conn) Write(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.out
	for {
		if err := c.writeError(); err != nil {
			return 0, err
		}
		if !h.writing {
			break
		}
		h.cond.Wait()
	}
	h.writing = true
	defer func() {
		h.writing = false
		h.cond.Broadcast()
	}()
	for n < len(p) {
		if err := c.writeError(); err != nil {
			return n, err
		}
		k := h.put(p[n:])
		if n += k; k == 0 {
			h.cond.Wait()
		}
	}
	return n, nil
}

// writeError returns the reason for which a write cannot go on, or nil.
func (c *Conn) writeError() error {
	switch {
	case c.closed:
		return c.opError("write", net.ErrClosed)
	case c.reset:
		return c.opError("write", os.NewSyscallError("write", syscall.ECONNRESET))
	case c.out.fin, c.out.readerGone:
		return c.opError("write", os.NewSyscallError("write", syscall.EPIPE))
	case c.out.wd.expired:
		return c.opError("write", os.ErrDeadlineExceeded)
	}
	return nil
}

// CloseWrite ends the outgoing direction: the peer reads what is buffered, then
// io.EOF. Reading goes on. A further Write fails with EPIPE. Calling it again is
// no error; calling it after Close is.
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.out.fin = true
	c.out.cond.Broadcast()
	return nil
}

// Close ends both directions. Blocked calls on this end fail with
// [net.ErrClosed]. The peer still reads what is buffered for it, then io.EOF;
// its writes fail with EPIPE. On a Network with ResetUnread, Close is a Reset if
// bytes from the peer were not read. A second Close fails with net.ErrClosed.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.close(c.resetClose || c.resetUnread && c.in.unread() > 0)
	return nil
}

// SetLinger makes Close a Reset if sec is 0, as a [*net.TCPConn] does. Another value
// takes that back; Close never waits for what is on its way.
func (c *Conn) SetLinger(sec int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	c.resetClose = sec == 0
	return nil
}

// Reset closes the connection as a TCP RST does: bytes in flight are lost in
// both directions, and the peer's reads and writes, also those already blocked,
// fail with a [*net.OpError] around ECONNRESET. On this end, Reset is as Close.
// It does nothing on a closed Conn.
func (c *Conn) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.close(true)
	}
}

func (c *Conn) close(reset bool) {
	c.closed = true
	c.out.fin = true
	c.in.readerGone = true
	c.in.discard()
	if reset {
		c.peer.reset = true
		c.out.discard()
	}
	c.in.rd.stop()
	c.out.wd.stop()
	c.in.cond.Broadcast()
	c.out.cond.Broadcast()
}

// LocalAddr returns the address of this end, a [*net.TCPAddr].
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the peer, a [*net.TCPAddr].
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets the read and the write deadline. The zero t removes them.
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadlines(t, true, true) }

// SetReadDeadline sets the time after which Read fails with
// [os.ErrDeadlineExceeded], even if bytes are there. The zero t removes it.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, true, false) }

// SetWriteDeadline sets the time after which Write fails with
// [os.ErrDeadlineExceeded], even if there is room. The zero t removes it.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, false, true) }

func (c *Conn) setDeadlines(t time.Time, read, write bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	if read {
		c.in.rd.set(t, c.in.cond)
	}
	if write {
		c.out.wd.set(t, c.out.cond)
	}
	return nil
}

// SetReadBuffer sets how many bytes the peer may write ahead of this end's
// reads; at least 1. Bytes that are buffered already stay.
func (c *Conn) SetReadBuffer(bytes int) error { return c.setWindow(c.in, bytes) }

// SetWriteBuffer sets how many bytes this end may write ahead of the peer's
// reads; at least 1. Both ends set the same value: the last call counts.
func (c *Conn) SetWriteBuffer(bytes int) error { return c.setWindow(c.out, bytes) }

func (c *Conn) setWindow(h *half, bytes int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return c.opError("set", net.ErrClosed)
	case bytes < 1:
		return c.opError("set", fmt.Errorf("window of %d bytes: %w", bytes, syscall.EINVAL))
	}
	h.window = bytes
	h.cond.Broadcast()
	return nil
}

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
