package datachan

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// Chunks of a kernel copy: each has its own deadline, so they must be small enough to
// cross a slow link within the idle timeout. A timeout within a chunk loses nothing, and
// only counts as idle if nothing moved.
const (
	firstChunk = 1 << 20
	maxChunk   = 8 << 20
)

// WriteTo copies all that the server sends to w. Between a plain TCP connection
// and a regular file the kernel moves the bytes (splice on Linux).
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	tcp, file := c.plainTCP(), regularFile(w)
	if tcp == nil || file == nil {
		return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{c}, make([]byte, pieceSize))
	}
	return c.kernelCopy(c.down, tcp.SetReadDeadline, func(n int64) (int64, error) {
		k, err := file.ReadFrom(&io.LimitedReader{R: tcp, N: n})
		return k, c.ofPeer("read", err)
	})
}

// ReadFrom sends all of r. From a regular file to a plain TCP connection the kernel
// moves the bytes (sendfile on Linux).
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	tcp, file := c.plainTCP(), regularFile(r)
	if tcp == nil || file == nil {
		return io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{r}, make([]byte, pieceSize))
	}
	at, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	return c.kernelCopy(c.up, tcp.SetWriteDeadline, func(n int64) (int64, error) {
		k, err := tcp.ReadFrom(&io.LimitedReader{R: file, N: n})
		at, err = at+k, c.ofPeer("write", err)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			// On some systems and file systems package net copies the bytes itself; it
			// has then read bytes that the deadline kept it from writing.
			if _, err := file.Seek(at, io.SeekStart); err != nil {
				return k, err
			}
		}
		return k, err
	})
}

// plainTCP returns the TCP connection if nothing must be done to the bytes. Only the
// exact type counts: a wrapper that embeds it would be bypassed.
func (c *Conn) plainTCP() *net.TCPConn {
	if c.Protected() || c.tap != nil {
		return nil
	}
	tcp, _ := c.raw.(*net.TCPConn)
	return tcp
}

// regularFile returns v if it is a regular file. Devices such as /dev/full and some
// terminals refuse splice with EINVAL only after bytes were taken off the socket: those
// bytes are lost, whatever copies the rest. And what was read from a pipe can't be read
// again.
func regularFile(v any) *os.File {
	f, ok := v.(*os.File)
	if !ok || f == nil {
		return nil
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return f
}

// kernelCopy calls chunk with the most bytes that it may move, until it moves fewer. A
// deadline in the middle of a chunk loses nothing, because the number of bytes moved is
// exact. So a chunk of a slow connection is cut short now and then; see slice.
func (c *Conn) kernelCopy(l *Limiter, setDeadline func(time.Time) error, chunk func(int64) (int64, error)) (total int64, err error) {
	size, quiet := int64(firstChunk), time.Now()
	for {
		room := c.room(size) // uploads have no limit
		if room == 0 {
			if err := c.readEnd(); err != io.EOF {
				return total, err
			}
			return total, nil
		}
		asked := time.Now()
		may, err := c.ration(l, room)
		if err != nil {
			return total, err
		}
		quiet = quiet.Add(time.Since(asked)) // that silence was the limiter's
		if err := c.allow(c.withinSlice(setDeadline, quiet)); err != nil {
			l.refund(may)
			return total, err
		}
		n, err := chunk(may)
		total += n
		c.moved.Add(n)
		l.refund(may - n)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && (n > 0 || !c.idleSince(quiet)):
			if n > 0 { // slow, not idle
				quiet = time.Now()
			}
			continue
		case err != nil:
			return total, err
		case n < may:
			return total, nil // the end of the data
		}
		quiet = time.Now()
		size = min(size*2, maxChunk)
	}
}

// slice returns after what time to cut a chunk short, 0 for never: for a tally, or to know
// accurately enough since when nothing has moved.
func (c *Conn) slice() time.Duration {
	switch {
	case c.tallied.Load(), c.often.Load():
		return patience.TallyInterval.Default
	case c.idle >= 0:
		return c.idle / 8
	}
	return 0
}

// idleSince reports whether nothing has moved for the idle timeout.
func (c *Conn) idleSince(quiet time.Time) bool {
	return c.idle >= 0 && time.Since(quiet) >= c.idle
}

// withinSlice returns a setDeadline for early deadlines: never later than the caller asks
// for, nor later than the idle timeout after quiet.
func (c *Conn) withinSlice(setDeadline func(time.Time) error, quiet time.Time) func(time.Time) error {
	slice := c.slice()
	if slice == 0 {
		return setDeadline
	}
	return func(time.Time) error {
		at := time.Now().Add(slice)
		if end := quiet.Add(c.idle); c.idle >= 0 && end.Before(at) {
			at = end
		}
		return setDeadline(at)
	}
}
