package conformance

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"
)

// An offer is a ClientHello made by hand, for what crypto/tls does not offer, or not any
// more. No handshake follows: the ServerHello says what the server would use.
type offer struct {
	version     uint16 // the highest
	suites      []uint16
	compression bool
}

// A choice is what a ServerHello says.
type choice struct {
	version, suite uint16
	compression    byte
	renegotiation  bool // it has the extension of RFC 5746
}

// A refusedOffer is the alert in place of a ServerHello, or the end of the connection.
type refusedOffer struct{ what string }

func (e *refusedOffer) Error() string { return e.what }

const (
	versionSSL30 = 0x0300

	recordAlert, recordHandshake, recordData = 21, 22, 23

	extensionSNI           = 0
	extensionGroups        = 10
	extensionPoints        = 11
	extensionSignatures    = 13
	extensionMasterSecret  = 23 // RFC 7627: a renegotiation must have it if the first handshake had
	extensionRenegotiation = 0xff01
)

// record returns the ClientHello for a host in one TLS record.
func (o *offer) record(host string) []byte {
	return tlsRecord(recordHandshake, min(o.version, tls.VersionTLS10), o.message(host, nil))
}

// message is the ClientHello. verify is what RFC 5746 wants of a renegotiation: empty in
// the first handshake.
func (o *offer) message(host string, verify []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, o.version)
	b = append(b, make([]byte, 32)...)
	rand.Read(b[2:])
	b = append(b, 0) // no session
	b = binary.BigEndian.AppendUint16(b, uint16(2*len(o.suites)))
	b = appendWords(b, o.suites)
	if o.compression {
		b = append(b, 2, 1, 0) // DEFLATE (RFC 3749), or none
	} else {
		b = append(b, 1, 0)
	}
	if o.version > versionSSL30 {
		e := o.extensions(host, verify)
		b = binary.BigEndian.AppendUint16(b, uint16(len(e)))
		b = append(b, e...)
	}
	return append([]byte{1, 0, byte(len(b) >> 8), byte(len(b))}, b...)
}

func (o *offer) extensions(host string, verify []byte) []byte {
	var b []byte
	if _, err := netip.ParseAddr(host); err != nil && host != "" {
		name := append([]byte{0, byte(len(host) >> 8), byte(len(host))}, host...)
		b = appendExtension(b, extensionSNI, withLength16(name))
	}
	b = appendExtension(b, extensionGroups, withLength16(appendWords(nil, []uint16{29, 23, 24, 25})))
	b = appendExtension(b, extensionPoints, []byte{1, 0})
	b = appendExtension(b, extensionRenegotiation, append([]byte{byte(len(verify))}, verify...))
	b = appendExtension(b, extensionMasterSecret, nil)
	if o.version >= tls.VersionTLS12 {
		b = appendExtension(b, extensionSignatures, withLength16(appendWords(nil, []uint16{
			0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
		})))
	}
	return b
}

func appendWords(b []byte, words []uint16) []byte {
	for _, w := range words {
		b = binary.BigEndian.AppendUint16(b, w)
	}
	return b
}

func withLength16(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}

func appendExtension(b []byte, kind uint16, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, kind), withLength16(body)...)
}

func tlsRecord(kind byte, version uint16, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind}, version), withLength16(body)...)
}

// readRecord reads one TLS record. It may be no longer than the longest that there is.
func readRecord(r io.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(head[3:]))
	if head[0] < 20 || head[0] > 24 || head[1] != 3 || n > 16<<10+2048 {
		return 0, nil, fmt.Errorf("no TLS record: %q", visible(string(head[:])))
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

// readChoice reads the answer to an offer. A *refusedOffer means that the server wants
// nothing of it.
func readChoice(conn net.Conn) (c choice, err error) {
	var msg []byte
	for records := 0; len(msg) < 4 || len(msg) < 4+int(msg[1])<<16+int(msg[2])<<8+int(msg[3]); records++ {
		kind, body, err := readRecord(conn)
		switch {
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err):
			return c, &refusedOffer{"the connection ended"}
		case err != nil:
			return c, err
		case kind == recordAlert && len(body) == 2 && body[0] == 1 && body[1] != 0:
			continue // a warning: the name is not known
		case kind == recordAlert && len(body) == 2:
			return c, &refusedOffer{"alert: " + strings.TrimPrefix(tls.AlertError(body[1]).Error(), "tls: ")}
		case kind != recordHandshake || records > 8:
			return c, fmt.Errorf("no ServerHello, but a record of type %d", kind)
		}
		msg = append(msg, body...)
	}
	if msg[0] != 2 {
		return c, fmt.Errorf("no ServerHello, but a message of type %d", msg[0])
	}
	return parseChoice(msg[4 : 4+int(msg[2])<<8+int(msg[3])])
}

// isReset reports whether err is the end of a connection in disorder.
func isReset(err error) bool {
	ne, ok := errors.AsType[*net.OpError](err)
	return ok && !ne.Timeout()
}

// parseChoice takes a ServerHello apart.
func parseChoice(b []byte) (c choice, err error) {
	short := errors.New("a ServerHello that is cut off")
	if len(b) < 38 || len(b) < 38+int(b[34]) {
		return c, short
	}
	c.version = binary.BigEndian.Uint16(b)
	b = b[35+int(b[34]):]
	c.suite, c.compression = binary.BigEndian.Uint16(b), b[2]
	if b = b[3:]; len(b) == 0 {
		return c, nil
	}
	if len(b) < 2 {
		return c, short
	}
	for b = b[2:]; len(b) > 0; {
		if len(b) < 4 || len(b) < 4+int(binary.BigEndian.Uint16(b[2:])) {
			return c, short
		}
		c.renegotiation = c.renegotiation || binary.BigEndian.Uint16(b) == extensionRenegotiation
		b = b[4+int(binary.BigEndian.Uint16(b[2:])):]
	}
	return c, nil
}

// bare opens a control connection of the case's own on which the TLS handshake comes
// next. It is given up after it.
func (t *T) bare() net.Conn {
	c := t.beforeTLS()
	c.goodbye = true
	c.tcp.SetDeadline(time.Now().Add(t.run.opts.timeout()))
	return c.tcp
}

// offers makes an offer on the next connection, and reports what the server chooses, or
// why it refuses.
func (t *T) offers(what string, o offer) (c choice, refusal string) {
	conn := t.bare()
	t.c.event("a ClientHello by hand: " + what)
	conn.Write(o.record(t.run.host))
	c, err := readChoice(conn)
	if err == nil {
		t.c.event(fmt.Sprintf("ServerHello: %s, suite %s", versionName(c.version), suiteName(c.suite)))
	} else {
		t.c.event(err.Error())
	}
	if _, no := errors.AsType[*refusedOffer](err); err != nil && !no {
		t.Skipf("%s: what came in answer can't be judged: %v", what, err)
	}
	t.c.close()
	if err != nil {
		return c, err.Error()
	}
	return c, ""
}

func versionName(v uint16) string {
	if v == versionSSL30 {
		return "SSL 3.0"
	}
	return tls.VersionName(v)
}
