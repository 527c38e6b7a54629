package tlsx

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Reuse is the result of session resumption on one data connection.
type Reuse int

const (
	// Off means that the policy is ResumeOff.
	Off Reuse = iota
	// NothingToOffer means that the server had issued neither a usable ticket nor a
	// session ID.
	NothingToOffer
	// OfferedRefused means that a ticket or session ID was offered and the
	// server chose a full handshake.
	OfferedRefused
	// Resumed means that the data connection resumed a session of its control
	// connection, by a ticket.
	Resumed
	// ResumedByID means the same, by TLS 1.2 session ID: see Config.SessionIDs.
	ResumedByID
	// SessionIDOnly means that nothing was offered, since the server issued no
	// ticket, only a TLS 1.2 session ID; Config.SessionIDs makes use of it.
	SessionIDOnly
	// SessionIDUnusable means that nothing was offered, since the server issued
	// only a session ID and it cannot be used; NotResumedError.SessionID says why.
	SessionIDUnusable
	// Reversed means that this side was the TLS server, which cannot resume a session:
	// see [Session.DataAsServer].
	Reversed
)

// String returns the meaning in plain words.
func (r Reuse) String() string {
	switch r {
	case Off:
		return "resumption is off"
	case NothingToOffer:
		return "not resumed: the server issued no session ticket"
	case OfferedRefused:
		return "not resumed: the server refused the session offered"
	case Resumed:
		return "resumed"
	case ResumedByID:
		return "resumed by session ID"
	case SessionIDOnly:
		return "not resumed: the server issued a session ID and no session ticket, and resuming by session ID (SessionIDs) is not switched on"
	case SessionIDUnusable:
		return "not resumed: the server issued a session ID and no session ticket, and it could not be used"
	case Reversed:
		return "not resumed: this side is the TLS server, and the control connection's session is of no use to it"
	}
	return fmt.Sprintf("Reuse(%d)", int(r))
}

// A Conn is the TLS protection of a data connection, made by [Session.Data] or
// [Session.DataAsServer].
//
// Read and Write may be used concurrently with each other and with the methods
// that close. How a connection ends depends on what it carried: see Close for
// a download, CloseWrite and Finish for an upload, Abort for neither.
type Conn struct {
	tls             *tls.Conn
	raw             *tap
	reuse           Reuse
	proven          bool // the peer has proven to be the control connection's server
	allowTruncation bool

	truncated     atomic.Bool
	peerEnded     atomic.Bool // Read or the drain has reached the peer's end
	closing       atomic.Bool // closeRaw was called: later errors come from this side
	writeDeadline atomic.Bool // the caller has set a write deadline

	closeRawOnce sync.Once
	closeRawErr  error
	closeOnce    sync.Once
	closeErr     error

	mu       sync.Mutex
	drained  chan struct{} // nil until Drain
	drainErr error
}

var _ net.Conn = (*Conn)(nil)

// Reuse returns the result of session resumption.
func (c *Conn) Reuse() Reuse { return c.reuse }

// Resumed reports whether the connection resumed a session of its control
// connection.
func (c *Conn) Resumed() bool { return c.reuse == Resumed || c.reuse == ResumedByID }

// Proven reports whether the peer has proven to be the server of the control connection,
// by its certificate or by a session that was resumed. It is always true under
// IdentitySame, except for connections of [Session.DataAsServer].
func (c *Conn) Proven() bool { return c.proven }

// ConnectionState returns the TLS parameters of the connection.
func (c *Conn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

// Truncated reports whether Read or the drain found the transport at its end without
// close_notify. Anyone on the path can produce such an end (RFC 8446, Section 6.1), so
// the data read may be only a part. A reset is not counted: it is an error by itself.
func (c *Conn) Truncated() bool { return c.truncated.Load() }

// Read reads data of a download. The error is io.EOF only after the peer's close_notify.
// An end without it is [ErrTruncated], which is also an io.ErrUnexpectedEOF, unless the
// Config allows truncation. With TLS 1.3 the first Read reports a server's refusal of the
// client certificate, as a *[HandshakeError].
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.tls.Read(b)
	switch {
	case err == nil:
		return n, nil
	case err == io.EOF && !c.raw.ended.Load():
		// close_notify. It makes the error sticky in crypto/tls, so no later Read reaches
		// the transport and its end.
		c.peerEnded.Store(true)
		return n, err
	case err == io.EOF:
		c.peerEnded.Store(true)
		c.truncated.Store(true)
		if c.allowTruncation {
			return n, err
		}
		return n, ErrTruncated
	case err == io.ErrUnexpectedEOF:
		c.peerEnded.Store(true)
		c.truncated.Store(true)
		return n, ErrCutRecord
	}
	return n, c.raw.demand.late(PhaseData, err)
}

// Write writes data of an upload. A timeout is final: crypto/tls cannot
// continue a record that was written in part.
func (c *Conn) Write(b []byte) (int, error) { return c.tls.Write(b) }

// LocalAddr returns the local address of the transport.
func (c *Conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr returns the peer's address of the transport.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of Read. After Drain it does nothing: the drain owns
// the reading side, and must last as long as the connection.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drained != nil {
		return nil
	}
	return c.raw.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of Write and CloseWrite.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.writeDeadline.Store(!t.IsZero())
	return c.raw.Conn.SetWriteDeadline(t)
}
