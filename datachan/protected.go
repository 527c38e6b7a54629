package datachan

import (
	"io"

	"github.com/ftpwire/ftpwire/protocol"
)

// protection is the protection of the data by a security mechanism other than TLS, in
// blocks (RFC 2228, Section 6). The octets read and written are counted without it.
type protection struct {
	r *protocol.BlockReader
	w *protocol.BlockWriter
}

// Protect protects the data with b, in blocks of at most buffer octets. It must be called
// before the first Read or Write. After it, Read returns io.EOF only if the peer has sent
// a protected end, CloseWrite sends one, and an error may also be a
// *[protocol.ProtectionError].
func (c *Conn) Protect(b protocol.Blocks, buffer uint32) {
	c.blocks = &protection{
		r: protocol.NewBlockReader(rawData{c}, b, buffer),
		w: protocol.NewBlockWriter(rawData{c}, b, buffer),
	}
}

// Protected reports whether the end of the data can't be forged: there is TLS, or Protect
// was called.
func (c *Conn) Protected() bool { return c.tls != nil || c.blocks != nil }

// data returns the writer for the data.
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
// write; each has its own idle timeout.
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
