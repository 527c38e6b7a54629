package ftptest

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// handshakeTimeout bounds TLS on the control connection.
const handshakeTimeout = 30 * time.Second

// startTLS performs the handshake that follows 234, or comes before the greeting.
func (s *session) startTLS() {
	implied := s.implied // by the AUTH that leads here
	s.resetLogin()
	s.implied = implied
	s.tls = s.host.tls.NewControl(s.srv.cfg.Reuse)
	conn := tls.Server(&recordConn{Conn: s.tcp}, s.tls.Config())
	ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		s.log.Debug("TLS handshake failed", "err", err)
		s.over = true
		return
	}
	s.conn = conn
	s.chooseBySNI(conn.ConnectionState().ServerName)
	s.machine.TLSEstablished()
	s.log.Debug("TLS established", "version", tlsx.VersionName(conn.ConnectionState().Version))
}

// stopTLS takes TLS down behind CCC or REIN: both ends send close_notify, then
// the connection goes on in clear (RFC 4217, Sections 5 and 13).
func (s *session) stopTLS() {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		panic("ftptest: BUG: no TLS to take down")
	}
	conn.SetDeadline(time.Now().Add(handshakeTimeout))
	err := conn.CloseWrite()
	if err == nil {
		_, err = io.Copy(io.Discard, conn) // nothing is read beyond close_notify: see recordConn
	}
	if err != nil {
		s.log.Debug("TLS not taken down in order", "err", err)
		s.over = true
		return
	}
	s.conn = s.tcp
	s.conn.SetDeadline(time.Time{})
	s.machine.TLSClosed()
}

// A recordConn reads no further than the end of a TLS record at a time, so that
// nothing of the clear text behind close_notify is taken for TLS.
type recordConn struct {
	net.Conn
	header [5]byte // type, version, length (RFC 8446, Section 5.1)
	have   int     // bytes of the header read
	left   int     // bytes of the record not read
}

func (c *recordConn) Read(b []byte) (int, error) {
	if c.left > 0 {
		n, err := c.Conn.Read(b[:min(len(b), c.left)])
		c.left -= n
		return n, err
	}
	n, err := c.Conn.Read(b[:min(len(b), len(c.header)-c.have)])
	copy(c.header[c.have:], b[:n])
	if c.have += n; c.have == len(c.header) {
		c.left, c.have = int(c.header[3])<<8|int(c.header[4]), 0
	}
	return n, err
}
