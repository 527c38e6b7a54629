package datachan

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// Chunks of a kernel copy: each has its own deadline, so they must be small
// enough to cross a slow link within the idle timeout, though a timeout within a
// chunk loses nothing and only counts as idle if nothing moved.
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
	return c.kernelCopy(tcp.SetReadDeadline, func(n int64) (int64, error) {
		return file.ReadFrom(&io.LimitedReader{R: tcp, N: n})
	})
}

// ReadFrom sends all of r. From a file to a plain TCP connection the kernel moves
// the bytes (sendfile on Linux).
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	tcp, file := c.plainTCP(), r
	if f, ok := r.(*os.File); tcp == nil || !ok || f == nil {
		return io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{r}, make([]byte, pieceSize))
	}
	return c.kernelCopy(tcp.SetWriteDeadline, func(n int64) (int64, error) {
		return tcp.ReadFrom(&io.LimitedReader{R: file, N: n})
	})
}

// plainTCP returns the TCP connection if nothing must be done to the bytes. Only
// the exact type counts: a wrapper that embeds it would be passed by.
func (c *Conn) plainTCP() *net.TCPConn {
	if c.tls != nil {
		return nil
	}
	tcp, _ := c.raw.(*net.TCPConn)
	return tcp
}

// regularFile returns w if it is a regular file. Devices such as /dev/full and some
// terminals refuse splice with EINVAL only once bytes were taken off the socket for
// them: what was taken is lost, and no other way of copying brings it back.
func regularFile(w io.Writer) *os.File {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return f
}

func (c *Conn) kernelCopy(setDeadline func(time.Time) error, chunk func(int64) (int64, error)) (total int64, err error) {
	size := int64(firstChunk)
	for {
		if err := c.allow(setDeadline); err != nil {
			return total, err
		}
		n, err := chunk(size)
		total += n
		c.moved.Add(n)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && n > 0:
			continue // slow, not idle; nothing is lost
		case err != nil:
			return total, err
		case n < size:
			return total, nil // the end of the data
		}
		size = min(size*2, maxChunk)
	}
}
