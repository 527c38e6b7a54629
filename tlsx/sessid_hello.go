package tlsx

import "encoding/binary"

const (
	typeClientHello = 1

	extExtendedMasterSecret = 23 // RFC 7627, Section 5.1

	// maxServerHello is how many of the server's first bytes are kept to read its
	// ServerHello.
	maxServerHello = 4 << 10
)

// A serverHello holds the parts of a TLS 1.2 ServerHello that resumption by session ID
// needs (RFC 5246, Section 7.4.1.3).
type serverHello struct {
	sessionID            []byte
	extendedMasterSecret bool
}

// readServerHello reads the ServerHello in a server's first bytes. ok is false if they do
// not hold a whole one.
func readServerHello(b []byte) (hello serverHello, ok bool) {
	m := handshakeMessage(b, typeServerHello)
	m.skip(2 + 32) // version, random
	hello.sessionID = m.vector(1)
	m.skip(2 + 1) // cipher suite, compression
	if m.bad {
		return serverHello{}, false
	}
	if len(m.b) == 0 {
		return hello, true // without extensions
	}
	for ext := (&bytesReader{b: m.vector(2)}); len(ext.b) > 0; {
		kind := ext.uint(2)
		ext.vector(2)
		if ext.bad {
			return serverHello{}, false
		}
		hello.extendedMasterSecret = hello.extendedMasterSecret || kind == extExtendedMasterSecret
	}
	return hello, !m.bad
}

// clientHelloSessionID returns the session ID in a record with a ClientHello
// (RFC 5246, Section 7.4.1.2), or nil.
func clientHelloSessionID(b []byte) []byte {
	m := handshakeMessage(b, typeClientHello)
	m.skip(2 + 32)
	return m.vector(1)
}

// handshakeMessage returns the body of the handshake message with which a
// sequence of records begins. A message may be cut into several records.
func handshakeMessage(b []byte, kind int) *bytesReader {
	records := &bytesReader{b: b}
	m := &bytesReader{}
	for len(m.b) < 4 || len(m.b) < 4+int(binary.BigEndian.Uint32(m.b)&0xffffff) {
		if records.uint(1) != recordHandshake || records.bad {
			return &bytesReader{bad: true}
		}
		records.skip(2) // version
		fragment := records.vector(2)
		if records.bad || len(fragment) == 0 {
			return &bytesReader{bad: true}
		}
		m.b = append(m.b, fragment...)
	}
	if m.uint(1) != kind {
		return &bytesReader{bad: true}
	}
	return &bytesReader{b: m.vector(3)}
}

// A bytesReader reads big-endian numbers and vectors. Once a read goes beyond its end, it
// stays bad, and all that is read is empty.
type bytesReader struct {
	b   []byte
	bad bool
}

func (r *bytesReader) skip(n int) { r.take(n) }

func (r *bytesReader) take(n int) []byte {
	if r.bad || len(r.b) < n {
		r.bad, r.b = true, nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

// uint reads a number of n bytes.
func (r *bytesReader) uint(n int) int {
	v := 0
	for _, c := range r.take(n) {
		v = v<<8 | int(c)
	}
	return v
}

// vector reads a length of n bytes, then as many bytes as it says.
func (r *bytesReader) vector(n int) []byte { return r.take(r.uint(n)) }
