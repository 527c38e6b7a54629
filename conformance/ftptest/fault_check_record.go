package ftptest

import (
	"encoding/binary"
	"io"
	"net"
)

// checkRecordFaults are defects of what the server does with TLS records that are no
// data. They are done below crypto/tls, by what stands in clear in the head of a record.
func checkRecordFaults() []deviation {
	return []deviation{
		{name: "stor-cut-226", doc: "an upload over TLS that ends without close_notify is answered with 226",
			config: func(c *Config) { c.StrictClose = false }},
		{name: "upload-in-clear", doc: "uploads are in clear text whatever PROT says",
			transfer: uploads(func(_ *session, t *transfer) { t.private = false })},
		{name: "upload-clear-too", doc: "uploads may be in clear text under PROT P, if no TLS comes",
			listening: func(_ *session, ln net.Listener) net.Listener { return &clearListener{Listener: ln} },
			transfer: uploads(func(_ *session, t *transfer) {
				if l, ok := t.endpoint.ln.(*clearListener); ok {
					l.t = t
				}
			})},
		{name: "tls-renegotiates", doc: "a ClientHello inside TLS 1.2 is answered with a handshake",
			greeted: watchRecords(func(c *recordWatch, kind byte, body []byte) bool {
				if c.finished && kind == 22 {
					c.Conn.Write(append([]byte{22, 3, 3, 0, 40}, make([]byte, 40)...))
					return true
				}
				c.finished = c.finished || c.changed && kind == 22
				c.changed = c.changed || kind == 20
				return false
			})},
		{name: "tls13-keyupdate-ends", doc: "a KeyUpdate of TLS 1.3 ends the connection",
			greeted: watchRecords(func(c *recordWatch, kind byte, body []byte) bool {
				if kind == 23 {
					c.data++ // the first one is the client's Finished
				}
				if kind == 23 && c.data == 2 && len(body) == 5+1+16 {
					c.Conn.Close()
				}
				return false
			})},
	}
}

// A recordWatch shows each record of the client to see, which reports whether it has
// dealt with it.
type recordWatch struct {
	net.Conn
	see  func(c *recordWatch, kind byte, body []byte) bool
	left []byte // read, and not yet handed on
	tls  bool

	changed, finished bool
	data              int
}

func watchRecords(see func(c *recordWatch, kind byte, body []byte) bool) func(*session) {
	return func(s *session) {
		c := &recordWatch{Conn: s.tcp, see: see}
		s.tcp, s.conn = c, c
	}
}

func (c *recordWatch) Read(b []byte) (int, error) {
	for len(c.left) == 0 {
		if !c.tls {
			n, err := c.Conn.Read(b[:min(1, len(b))])
			if n == 0 || b[0] != 22 {
				return n, err
			}
			c.tls = true
			head := []byte{22, 0, 0, 0, 0}
			if _, err := io.ReadFull(c.Conn, head[1:]); err != nil {
				return 0, err
			}
			if err := c.take(head); err != nil {
				return 0, err
			}
			continue
		}
		head := make([]byte, 5)
		if n, err := io.ReadFull(c.Conn, head[:1]); n == 0 {
			return 0, err
		}
		if head[0] < 20 || head[0] > 23 { // TLS has ended, as after REIN or CCC
			c.tls, c.changed, c.finished = false, false, false
			return copy(b, head[:1]), nil
		}
		if _, err := io.ReadFull(c.Conn, head[1:]); err != nil {
			return 0, err
		}
		if err := c.take(head); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}

// take reads the rest of a record.
func (c *recordWatch) take(head []byte) error {
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	if _, err := io.ReadFull(c.Conn, body); err != nil {
		return err
	}
	if !c.see(c, head[0], body) {
		c.left = append(head, body...)
	}
	return nil
}

// CloseWrite sends FIN.
func (c *recordWatch) CloseWrite() error { return closeWrite(c.Conn) }

// A clearListener looks at what comes first over the data connection of an upload, and
// takes TLS off the transfer if that is none.
type clearListener struct {
	net.Listener
	t *transfer // nil unless it is an upload
}

func (l *clearListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.t == nil {
		return conn, err
	}
	first := make([]byte, 1)
	n, _ := conn.Read(first)
	if n == 1 && first[0] != 22 {
		l.t.private = false
	}
	return &prefixed{Conn: conn, head: first[:n]}, nil
}
