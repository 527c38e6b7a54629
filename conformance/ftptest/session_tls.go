package ftptest

import (
	"context"
	"crypto/tls"
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
	conn := tls.Server(&tlsx.RecordConn{Conn: s.tcp}, s.tls.Config())
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

// stopTLS takes TLS down after CCC or REIN: both ends send close_notify, then
// the connection goes on in clear (RFC 4217, Sections 5 and 13).
func (s *session) stopTLS() {
	conn, ok := s.conn.(*tls.Conn)
	if !ok {
		panic("ftptest: BUG: no TLS to take down")
	}
	ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
	defer cancel()
	plain, err := s.tls.Clear(ctx, conn)
	if err != nil {
		s.log.Debug("TLS not taken down in order", "err", err)
		s.over = true
		return
	}
	s.conn = plain
	s.machine.TLSClosed()
}
