package tlsx

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// errClearData is in the chain of a [ClearError] if the peer sent application
// data where its close_notify was due.
var errClearData = errors.New("application data instead of close_notify")

var errNoRecordConn = errors.New("the connection was not made with a RecordConn, so clear text after TLS may be lost")

// A ClearError reports that TLS on a control connection could not be ended. The
// connection is closed.
type ClearError struct {
	Err error // the cause
}

func (e *ClearError) Error() string {
	return "ftp: taking TLS down on the control connection: " + printable(errtext.Of(e.Err))
}

// Unwrap returns Err.
func (e *ClearError) Unwrap() error { return e.Err }

// Clear ends TLS on the control connection, which [Session.Control] returned, after the
// server's positive reply to CCC (RFC 4217, Section 5) or to REIN (Section 13). It
// returns the connection on which the dialogue goes on in clear.
//
// That reply must have come inside TLS, no decrypted byte may be left unread above tc,
// and nobody else may use tc. Clear sends close_notify and waits for the server's;
// either side may be first. Clear text that follows at once is kept, and a server may go on
// in clear without close_notify. If neither comes within Config.ClearTimeout, the Config
// decides; a close_notify that comes later is still recognised.
//
// The deadlines of the connection are cleared. On an error, a *[ClearError],
// the connection is closed: in its chain are errClearData, the alert that the
// server sent, io.ErrUnexpectedEOF, os.ErrDeadlineExceeded or the context's
// error. When the context ends, the connection is closed at once.
//
// Data connections still use the tickets of the Session. After REIN and a new AUTH the
// returned connection goes to [Session.Control].
func (s *Session) Clear(ctx context.Context, tc *tls.Conn) (net.Conn, error) {
	return takeDown(ctx, tc, patience.ClearTLS.Or(s.config.ClearTimeout), s.config.RequireCloseNotify)
}

// Clear ends TLS on the control connection, which must have a [RecordConn] below, after
// the positive reply to CCC or REIN, as [Session.Clear] does on the client's side. If a
// client's close_notify is late, it is read together with its next command.
func (c *ServerControl) Clear(ctx context.Context, tc *tls.Conn) (net.Conn, error) {
	return takeDown(ctx, tc, patience.ClearTLS.Default, false)
}

func takeDown(ctx context.Context, tc *tls.Conn, timeout time.Duration, strict bool) (net.Conn, error) {
	rc, ok := tc.NetConn().(*RecordConn)
	if !ok {
		tc.NetConn().Close()
		return nil, &ClearError{errNoRecordConn}
	}
	conn := rc.below()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	next, err := goClear(tc, rc, timeout, strict)
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		if e, ok := errors.AsType[*ClearError](err); ok {
			return nil, e
		}
		return nil, &ClearError{err}
	}
	return next, nil
}

func goClear(tc *tls.Conn, rc *RecordConn, timeout time.Duration, strict bool) (net.Conn, error) {
	rc.ending.Store(true)
	conn := rc.below()
	if err := tc.CloseWrite(); err != nil {
		return nil, err
	}
	// CloseWrite leaves an expired write deadline.
	conn.SetDeadline(time.Time{})
	if timeout > 0 {
		conn.SetReadDeadline(time.Now().Add(timeout))
	}
	err := rc.settle(tc)
	conn.SetDeadline(time.Time{})
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && !strict:
		return &clearConn{Conn: conn, records: rc, tls: tc}, nil
	case err != nil:
		return nil, err
	case rc.held:
		return &clearConn{Conn: conn, records: rc}, nil
	}
	return conn, nil
}

// settle reads up to the peer's end of TLS: close_notify, or clear text. After
// a timeout it may be called again.
func (c *RecordConn) settle(tc *tls.Conn) error {
	var b [1]byte
	n, err := tc.Read(b[:])
	switch {
	case n > 0:
		return &ClearError{errClearData}
	case err == io.EOF && c.ended:
		return &ClearError{io.ErrUnexpectedEOF}
	case err == io.EOF, errors.Is(err, errClearText):
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	}
	return &ClearError{err}
}

// A clearConn is a control connection after TLS on which something remains to do before
// clear text can be read: the peer's close_notify is yet to come, or the first byte in
// clear has been read.
type clearConn struct {
	net.Conn
	records *RecordConn

	mu  sync.Mutex
	tls *tls.Conn // nil once the peer's end of TLS has been seen
}

func (c *clearConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tls != nil {
		if err := c.records.settle(c.tls); err != nil {
			return 0, err
		}
		c.tls = nil
	}
	if c.records.held {
		c.records.held = false
		b[0] = c.records.heldOne
		return 1, nil
	}
	return c.Conn.Read(b)
}
