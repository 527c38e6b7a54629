package datachan

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Conn is an open data connection in stream mode. One goroutine may read or
// write it while another calls Abort.
type Conn struct {
	mode  string
	raw   net.Conn
	tls   *tlsx.Conn // nil in clear
	idle  time.Duration
	grace time.Duration
	moved atomic.Int64
	most  atomic.Int64 // octets that may come, -1: no limit
	down  *Limiter
	up    *Limiter

	blocks *protection // nil unless Protect was called
	tap    func(sent bool, b []byte)

	finDelay time.Duration
	fin      atomic.Pointer[time.Timer] // sends FIN after close_notify; nil unless CloseWrite delayed it

	interrupted atomic.Bool
	halted      chan struct{} // closed when all reading and writing must end
	haltOnce    sync.Once

	tallied  atomic.Bool
	often    atomic.Bool // Moved must be accurate within a tenth of a second
	reporter atomic.Pointer[tallyReporter]
	piece    int // size of the next write without a limiter; only the writer uses it
}

// setBuffers sets the sizes of a socket's buffers. It works without them, too.
func setBuffers(raw net.Conn, cfg *Config) {
	if s, ok := raw.(interface{ SetWriteBuffer(int) error }); ok && cfg.SendBuffer > 0 {
		s.SetWriteBuffer(cfg.SendBuffer)
	}
	if s, ok := raw.(interface{ SetReadBuffer(int) error }); ok && cfg.ReceiveBuffer > 0 {
		s.SetReadBuffer(cfg.ReceiveBuffer)
	}
}

// newConn returns the connection over raw, still in clear.
func newConn(mode string, raw net.Conn, cfg *Config) *Conn {
	if k, ok := raw.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok && cfg.TCPKeepAlive != nil {
		k.SetKeepAliveConfig(*cfg.TCPKeepAlive) // the socket works without it, too
	}
	setBuffers(raw, cfg)
	c := &Conn{
		mode: mode, raw: raw, idle: cfg.idleTimeout(), grace: cfg.closeGrace(),
		down: cfg.Down, up: cfg.Up, halted: make(chan struct{}), piece: firstPiece,
		finDelay: cfg.FINDelay, tap: cfg.Tap,
	}
	c.most.Store(-1)
	return c
}

// Mode returns the command that opened the connection: EPSV, PASV, CPSV, EPRT or PORT.
func (c *Conn) Mode() string { return c.mode }

// TLS returns the TLS connection, or nil in clear.
func (c *Conn) TLS() *tlsx.Conn { return c.tls }

// RemoteAddr returns the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// Moved returns the number of bytes read or written so far. While the kernel copies, the
// number is only updated now and then; see CountOften.
func (c *Conn) Moved() int64 { return c.moved.Load() }

// CountOften keeps Moved accurate within a tenth of a second from now on.
func (c *Conn) CountOften() { c.often.Store(true) }

func (c *Conn) deadline() time.Time {
	if c.idle < 0 {
		return time.Time{}
	}
	return time.Now().Add(c.idle)
}

// allow sets the deadline of the next read or write, unless there is no idle timeout.
func (c *Conn) allow(setDeadline func(time.Time) error) error {
	if err := setDeadline(c.deadline()); err != nil {
		return err
	}
	// Check after setting the deadline: Interrupt stores the flag first, so one of the
	// two sees the other.
	if c.interrupted.Load() {
		return ErrInterrupted
	}
	return nil
}

// Interrupt makes reads and writes fail from now on, those under way included,
// and leaves the connection open.
func (c *Conn) Interrupt() {
	c.interrupted.Store(true)
	c.halt()
	c.raw.SetDeadline(time.Unix(1, 0))
}

// halt wakes reads and writes that wait for a limiter.
func (c *Conn) halt() { c.haltOnce.Do(func() { close(c.halted) }) }

// Discard reads and drops what the server still sends, until the server ends the
// connection or stop is closed. It reads below TLS, because nothing of it is used.
func (c *Conn) Discard(stop <-chan struct{}) {
	buf := make([]byte, 32<<10)
	for {
		select {
		case <-stop:
			return
		default:
		}
		if c.raw.SetReadDeadline(time.Now().Add(patience.StopPoll.Default)) != nil {
			return
		}
		if _, err := c.raw.Read(buf); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// Read reads what the server sends. The end of the data is io.EOF; over TLS an end
// without close_notify is tlsx.ErrTruncated. If nothing comes for longer than the idle
// timeout, it is os.ErrDeadlineExceeded.
func (c *Conn) Read(b []byte) (int, error) {
	room := c.room(int64(len(b)))
	if room == 0 && len(b) > 0 {
		return 0, c.readEnd()
	}
	return c.read(b[:room])
}

func (c *Conn) read(b []byte) (n int, err error) {
	may, err := c.ration(c.down, int64(len(b)))
	if err != nil {
		return 0, err
	}
	defer func() { c.down.refund(may - int64(n)) }()
	b = b[:may]
	if err := c.allow(c.raw.SetReadDeadline); err != nil {
		return 0, err
	}
	switch {
	case c.blocks != nil:
		n, err = c.blocks.r.Read(b)
	case c.tls != nil:
		n, err = c.tls.Read(b)
	default:
		n, err = c.raw.Read(b)
	}
	c.moved.Add(int64(n))
	c.tapped(false, b[:n])
	return n, err
}

// tapped passes the data that was moved to the Tap.
func (c *Conn) tapped(sent bool, b []byte) {
	if c.tap != nil && len(b) > 0 {
		c.tap(sent, b)
	}
}

// pieceSize bounds one write under one deadline: a TLS connection is dead after a write
// timeout, so the piece must be small enough for a slow peer. The first piece is smaller;
// the next ones have the size that moves in the time of patience.WritePiece.
const (
	firstPiece = 32 << 10
	pieceSize  = 256 << 10
)

// Write sends b. If the peer takes nothing for longer than the idle timeout, the error is
// os.ErrDeadlineExceeded.
func (c *Conn) Write(b []byte) (n int, err error) {
	w := c.data()
	for len(b) > 0 {
		may, err := c.ration(c.up, int64(min(len(b), c.piece)))
		if err != nil {
			return n, err
		}
		if err := c.allow(c.raw.SetWriteDeadline); err != nil {
			c.up.refund(may)
			return n, err
		}
		begun := time.Now()
		k, err := w.Write(b[:may])
		n += k
		c.moved.Add(int64(k))
		c.tapped(true, b[:k])
		c.up.refund(may - int64(k))
		if err != nil {
			return n, err
		}
		b = b[k:]
		switch took, want := time.Since(begun), patience.WritePiece.Default; {
		case took > 2*want:
			c.piece = max(c.piece/2, firstPiece/2)
		case took < want:
			c.piece = min(c.piece*2, pieceSize)
		}
	}
	return n, nil
}

// Uploading prepares the connection for an upload. Over TLS 1.3 the server's session
// tickets arrive unasked; if they stay unread, the kernel answers our close with a reset,
// and the end of the file is lost without an error.
func (c *Conn) Uploading() {
	if c.tls != nil {
		c.tls.Drain()
	}
}

// CloseWrite ends an upload's data: close_notify over TLS, then the half-close of
// TCP. The connection must stay open until the final reply is in; see Finish.
func (c *Conn) CloseWrite() error {
	if c.tls != nil {
		// Set on the TLS connection; otherwise close_notify would get another deadline.
		if err := c.allow(c.tls.SetWriteDeadline); err != nil {
			return err
		}
		if c.finDelay <= 0 {
			return c.tls.CloseWrite()
		}
		if err := c.tls.CloseNotify(); err != nil {
			return err
		}
		c.fin.Store(time.AfterFunc(c.finDelay, func() { c.tls.HalfClose() })) // the final reply stops the timer
		return nil
	}
	if err := c.allow(c.raw.SetWriteDeadline); err != nil {
		return err
	}
	if c.blocks != nil {
		if err := c.blocks.w.Close(); err != nil {
			return err
		}
	}
	if h, ok := c.raw.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return c.raw.Close() // a transport without half-close can only be closed
}

// Finish closes an upload's connection once the final reply is in, after a short grace
// for the peer's own end. Some servers never end their side.
func (c *Conn) Finish() error {
	defer c.endTally()
	c.stopFIN()
	if c.tls != nil {
		return c.tls.Finish(c.grace)
	}
	return c.raw.Close()
}

func (c *Conn) stopFIN() {
	if t := c.fin.Load(); t != nil {
		t.Stop()
	}
}

// Close ends a download that was read to its end, with our close_notify over TLS.
func (c *Conn) Close() error {
	defer c.endTally()
	if c.tls != nil {
		return c.tls.Close()
	}
	return c.raw.Close()
}

// Abort closes the connection at once, without close_notify. A blocked Read or Write
// returns.
func (c *Conn) Abort() {
	defer c.endTally()
	c.stopFIN()
	c.halt()
	if c.tls != nil {
		c.tls.Abort()
		return
	}
	c.raw.Close()
}
