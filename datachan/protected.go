package datachan

import (
	"io"

	"github.com/ftpwire/ftpwire/protocol"
)

// protection is what a security mechanism other than TLS makes of the data: blocks
// (RFC 2228, Section 6). What is read and written is counted without them.
type protection struct {
	r *protocol.BlockReader
	w *protocol.BlockWriter
}

// Protect has the data protected by b, in blocks of at most buffer octets. It must be
// called before the first Read or Write. Then an io.EOF of Read is one that the peer has
// said, CloseWrite says it to the peer, and errors are a *[protocol.ProtectionError] too.
func (c *Conn) Protect(b protocol.Blocks, buffer uint32) {
	c.blocks = &protection{
		r: protocol.NewBlockReader(rawData{c}, b, buffer),
		w: protocol.NewBlockWriter(rawData{c}, b, buffer),
	}
}

// Protected reports whether the end of the data can't be forged: there is TLS, or what
// Protect was given.
func (c *Conn) Protected() bool { return c.tls != nil || c.blocks != nil }

// data returns what the data is written to.
func (c *Conn) data() io.Writer {
	switch {
	case c.blocks != nil:
		return c.blocks.w
	case c.tls != nil:
		return c.tls
	}
	return c.raw
}

// rawData is the connection below the blocks. One block may need more than one read or
// write; each has the idle timeout for itself.
type rawData struct{ c *Conn }

func (d rawData) Read(b []byte) (int, error) {
	if err := d.c.allow(d.c.raw.SetReadDeadline); err != nil {
		return 0, err
	}
	return d.c.raw.Read(b)
}

func (d rawData) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if err := d.c.allow(d.c.raw.SetWriteDeadline); err != nil {
			return n, err
		}
		k, err := d.c.raw.Write(b[:min(len(b), firstPiece)])
		n += k
		if err != nil {
			return n, err
		}
		b = b[k:]
	}
	return n, nil
}
