package interop

import (
	"bytes"
	"context"

	"net"
	"sync"
	"testing"
)

// A wire records what servers say in clear at the beginning of each connection
// that a client dials: the first one is the control connection, the others are
// data connections. It sees resumption without the help of the TLS library under
// test.
type wire struct {
	mu    sync.Mutex
	conns []*wireConn
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	wc := &wireConn{TCPConn: c.(*net.TCPConn)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, wc)
	return wc, nil
}

// control returns what the server began the control connection with.
func (w *wire) control() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conns[0].received()
}

// data returns how TLS began on each data connection so far.
func (w *wire) data() []begin {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []begin
	for _, c := range w.conns[1:] {
		all = append(all, readBegin(c.received()))
	}
	return all
}

// A wireConn keeps the first bytes that it received.
type wireConn struct {
	*net.TCPConn
	mu   sync.Mutex
	head []byte
}

// wireHead holds a server's whole first flight, with its certificates.
const wireHead = 8 << 10

func (c *wireConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := wireHead - len(c.head); room > 0 {
		c.head = append(c.head, b[:min(room, n)]...)
	}
	return n, err
}

func (c *wireConn) received() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.head)
}

// A begin is what the first records of a TLS server tell.
type begin struct {
	hello   bool // there was a ServerHello
	retry   bool // a HelloRetryRequest came before it: a round trip more
	resumed bool
}

// retryRandom marks a ServerHello as a HelloRetryRequest (RFC 8446, Section 4.1.3).
var retryRandom = []byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

const (
	recordHandshake       = 22
	messageServerHello    = 2
	messageCertificate    = 11
	extensionPreSharedKey = 41
	extensionVersions     = 43
)

// readBegin reads the records up to the first one that is no handshake in clear.
// TLS 1.3 tells of a resumed session by the pre_shared_key extension in its
// ServerHello, TLS 1.2 by sending no Certificate.
func readBegin(b []byte) begin {
	var messages []byte
	for len(b) >= 5 {
		n := uint16At(b[3:])
		if len(b) < 5+n {
			break
		}
		if b[0] == recordHandshake {
			messages = append(messages, b[5:5+n]...)
		} else if len(messages) > 0 && !bytes.Contains(messages, retryRandom) {
			break // encrypted from here
		}
		b = b[5+n:]
	}
	var r begin
	certificate, tls13, psk := false, false, false
	for len(messages) >= 4 {
		n := int(messages[1])<<16 | int(messages[2])<<8 | int(messages[3])
		if len(messages) < 4+n {
			break
		}
		body := messages[4 : 4+n]
		switch messages[0] {
		case messageServerHello:
			if len(body) >= 34 && bytes.Equal(body[2:34], retryRandom) {
				r.retry = true
				break
			}
			r.hello = true
			tls13, psk = helloExtensions(body)
		case messageCertificate:
			certificate = true
		}
		messages = messages[4+n:]
	}
	r.resumed = r.hello && (tls13 && psk || !tls13 && !certificate)
	return r
}

// helloExtensions reports which of two extensions a ServerHello has.
func helloExtensions(b []byte) (versions, psk bool) {
	if len(b) < 35 {
		return false, false
	}
	at := 35 + int(b[34]) + 3 + 2 // session ID, suite and compression, length
	for len(b) >= at+4 {
		switch uint16At(b[at:]) {
		case extensionVersions:
			versions = true
		case extensionPreSharedKey:
			psk = true
		}
		at += 4 + uint16At(b[at+2:])
	}
	return versions, psk
}

// wantBegins checks the data connections of a client: so many, every one of them
// with TLS begun at once, and resumed or not.
func (w *wire) wantBegins(t *testing.T, what string, resumed bool) {
	t.Helper()
	all := w.data()
	if len(all) == 0 {
		t.Errorf("%s: no data connection on the wire", what)
	}
	for i, b := range all {
		if want := (begin{hello: true, resumed: resumed}); b != want {
			t.Errorf("%s: data connection %d on the wire: %+v, want %+v", what, i+1, b, want)
		}
	}
}

// uint16At reads the two bytes at the start of b, in network order.
func uint16At(b []byte) int { return int(b[0])<<8 | int(b[1]) }
