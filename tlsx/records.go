package tlsx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"sync/atomic"
)

// recordHeader is the size of the header of a TLS record: type, version and
// length (RFC 8446, Section 5.1).
const recordHeader = 5

// maxClearText is how many bytes are quoted of clear text in the middle of TLS.
const maxClearText = 256

// A RecordConn is a transport below a TLS connection that reads no further than the end
// of a TLS record at a time. crypto/tls by itself reads ahead, so clear text after the
// peer's close_notify would be taken for TLS and lost. Put a RecordConn below the control
// connection from its first byte on, whenever TLS may end before the connection (RFC
// 4217, Sections 5 and 13); it costs two or three small reads for each record.
//
// The zero value with Conn set is ready for use. Reads must not be concurrent.
type RecordConn struct {
	// Conn is the transport.
	net.Conn

	// ending is set once TLS is being ended: from then on a byte that does not start a
	// record is the first one in clear.
	ending atomic.Bool
	// up is set once the handshake is over: a byte that does not start a record is clear
	// text from a server that has stopped using TLS.
	up atomic.Bool

	header [recordHeader]byte
	have   int  // bytes of the header read
	left   int  // bytes of the record not read
	clear  bool // the peer does not send TLS; reads are not limited
	ended  bool // Read has reached the end of the transport

	held    bool // while ending, a byte in clear is held
	heldOne byte
}

// errClearText ends a read of TLS where clear text begins.
var errClearText = errors.New("the peer went on in clear text")

// Read reads the rest of one header or of one record, at most. A peer that
// sends no TLS at all is read without limit, so that an error can quote it.
func (c *RecordConn) Read(b []byte) (int, error) {
	switch {
	case len(b) == 0:
		return 0, nil
	case c.held:
		return 0, errClearText
	case c.clear:
		return c.read(b)
	case c.left > 0:
		n, err := c.read(b[:min(len(b), c.left)])
		c.left -= n
		return n, err
	case c.have == 0:
		return c.readType(b[:1])
	}
	n, err := c.read(b[:min(len(b), recordHeader-c.have)])
	c.keep(b[:n])
	return n, err
}

// readType reads only the first byte of a header, so that it can be given back if it does
// not start a record.
func (c *RecordConn) readType(b []byte) (int, error) {
	n, err := c.read(b)
	switch {
	case n == 0:
		return n, err
	case isRecordType(b[0]):
		c.keep(b[:n])
		return n, err
	case c.ending.Load():
		c.held, c.heldOne = true, b[0]
		return 0, errClearText
	}
	c.clear = true
	if c.up.Load() {
		return 0, c.quote(b[0])
	}
	return n, err
}

// quote reads what has come after the first byte, for the error.
func (c *RecordConn) quote(first byte) error {
	text := make([]byte, maxClearText)
	text[0] = first
	n, _ := c.read(text[1:])
	line, _, _ := bytes.Cut(text[:1+n], []byte("\n"))
	return &ClearTextError{Text: string(bytes.TrimRight(line, "\r"))}
}

// A ClearTextError reports that the server wrote clear text on the protected control
// connection, in the middle of TLS. Anybody on the path can do that too. The connection
// can no longer be used. vsftpd does so when it gives up: "500 OOPS: ..." names the
// reason.
type ClearTextError struct {
	// Text is the first line, or 256 bytes of it, as received.
	Text string
}

func (e *ClearTextError) Error() string {
	return "ftp: clear text on the protected control connection: " + strconv.QuoteToASCII(e.Text)
}

// isRecordType reports whether b is the type of a TLS record:
// change_cipher_spec, alert, handshake or application_data.
func isRecordType(b byte) bool { return 20 <= b && b <= 23 }

func (c *RecordConn) keep(b []byte) {
	c.have += copy(c.header[c.have:], b)
	if c.have == recordHeader {
		c.left, c.have = int(c.header[3])<<8|int(c.header[4]), 0
	}
}

func (c *RecordConn) read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n == 0 && err == io.EOF {
		c.ended = true
	}
	return n, err
}

// below returns the transport that was given to the Session or the server.
func (c *RecordConn) below() net.Conn {
	if t, ok := c.Conn.(*tap); ok {
		return t.Conn
	}
	return c.Conn
}
