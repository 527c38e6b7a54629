package ftptest

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"time"
)

// checkHelloFaults are defects of what the server chooses from a ClientHello. crypto/tls
// has none of them, so that the answer is made by hand, and no handshake follows. Clients
// that offer TLS 1.3 as an extension are served as ever.
func checkHelloFaults() []deviation {
	return []deviation{
		{name: "tls13-missing", doc: "TLS 1.3 is not offered",
			config: func(c *Config) { c.MaxTLS = tls.VersionTLS12 }},
		answering("ssl3-accepted", "SSL 3.0 is negotiated", func(h *oldHello) bool { return h.version == 0x0300 }),
		answering("tls-null", "cipher suites without encryption are chosen", offering(0x0002)),
		answering("tls-rc4", "cipher suites with RC4 are chosen", offering(0x0005)),
		answering("tls-3des", "cipher suites with 3DES are chosen", offering(0x000a)),
		answering("tls-static-rsa", "cipher suites without forward secrecy are chosen", offering(0x002f)),
		answering("tls-compression", "TLS compresses", func(h *oldHello) bool {
			h.answer.compression = 1
			return bytes.IndexByte(h.compressions, 1) >= 0
		}),
		answering("tls-no-renegotiation-info", "the ServerHello of TLS 1.2 lacks renegotiation_info", func(h *oldHello) bool {
			h.answer.unsafe = true
			return h.version == tls.VersionTLS12
		}),
	}
}

// An oldHello is a ClientHello that does not offer TLS 1.3.
type oldHello struct {
	version      uint16
	suites       []uint16
	compressions []byte
	modern       bool   // it has the extension that offers versions
	ticket       []byte // that it offers, or nil

	answer struct {
		compression byte
		unsafe      bool // without renegotiation_info
	}
}

// offering takes a hello that offers nothing better than a suite.
func offering(suite uint16) func(*oldHello) bool {
	return func(h *oldHello) bool {
		return slices.Contains(h.suites, suite) && !slices.Contains(h.suites, 0xc02b)
	}
}

// answering is a fault that answers some old ClientHellos by hand.
func answering(name Fault, doc string, takes func(*oldHello) bool) deviation {
	prefix := func(s *session) {
		c := &prefixed{Conn: s.tcp}
		s.tcp, s.conn = c, c
	}
	return deviation{name: name, doc: doc, greeted: prefix, starting: func(s *session) bool {
		s.tcp.SetReadDeadline(time.Now().Add(handshakeTimeout))
		h, seen := readHello(s.tcp)
		s.tcp.SetReadDeadline(time.Time{})
		if h == nil || h.modern || !takes(h) {
			s.tcp.(*prefixed).head = seen
			return false
		}
		s.tcp.Write(h.serverHello())
		s.over = true
		return true
	}}
}

// readHello reads a ClientHello, and returns all that it has read. It is nil if that is
// something else.
func readHello(r io.Reader) (h *oldHello, seen []byte) {
	var head [5]byte
	if n, err := io.ReadFull(r, head[:]); err != nil || head[0] != 22 {
		return nil, head[:n]
	}
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	n, err := io.ReadFull(r, body)
	seen = append(head[:], body[:n]...)
	if err != nil || len(body) < 4 || body[0] != 1 {
		return nil, seen
	}
	defer func() {
		if recover() != nil {
			h = nil // it is cut off
		}
	}()
	return parseHello(body[4:]), seen
}

// parseHello takes a ClientHello apart. It panics if that is cut off.
func parseHello(b []byte) *oldHello {
	h := &oldHello{version: binary.BigEndian.Uint16(b)}
	b = b[34:]
	b = b[1+int(b[0]):]
	n := int(binary.BigEndian.Uint16(b))
	for i := 0; i < n; i += 2 {
		h.suites = append(h.suites, binary.BigEndian.Uint16(b[2+i:]))
	}
	b = b[2+n:]
	h.compressions = b[1 : 1+int(b[0])]
	if b = b[1+int(b[0]):]; len(b) < 2 {
		return h
	}
	const sessionTicket, preSharedKey, supportedVersions = 35, 41, 43
	for b = b[2:]; len(b) > 0; {
		n := int(binary.BigEndian.Uint16(b[2:]))
		switch body := b[4 : 4+n]; binary.BigEndian.Uint16(b) {
		case supportedVersions:
			h.modern = true
		case sessionTicket:
			h.ticket = body
		case preSharedKey:
			h.ticket = body[4 : 4+int(binary.BigEndian.Uint16(body[2:]))]
		}
		b = b[4+n:]
	}
	return h
}

// serverHello returns a ServerHello in its record: the first suite that was offered.
func (h *oldHello) serverHello() []byte {
	b := binary.BigEndian.AppendUint16(nil, h.version)
	b = append(b, make([]byte, 32)...)
	b = append(b, 0) // no session
	b = binary.BigEndian.AppendUint16(b, h.suites[0])
	b = append(b, h.answer.compression)
	if h.version > 0x0300 && !h.answer.unsafe {
		b = append(b, 0, 5, 0xff, 0x01, 0, 1, 0)
	}
	b = append([]byte{2, 0, byte(len(b) >> 8), byte(len(b))}, b...)
	return append([]byte{22, 3, 1, byte(len(b) >> 8), byte(len(b))}, b...)
}

// A prefixed connection has had some bytes read already.
type prefixed struct {
	net.Conn
	head []byte
}

func (c *prefixed) Read(b []byte) (int, error) {
	if len(c.head) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// CloseWrite sends FIN.
func (c *prefixed) CloseWrite() error { return closeWrite(c.Conn) }
