package ftptest

import (
	"context"
	"crypto/tls"
	"net"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// sscn is SSCN, which no RFC has: ON makes the server the TLS client of data
// connections, for transfers between two servers, and OFF the TLS server again, which
// it is by RFC 4217, Section 7. Without an argument it asks.
func (s *session) sscn(arg string) {
	if s.machine.Protection().Control == protocol.GuardClear {
		s.reply(503, "SSCN is about TLS: AUTH TLS first")
		return
	}
	switch strings.ToUpper(arg) {
	case "":
	case "ON":
		s.reversed = true
	case "OFF":
		s.reversed = false
	default:
		s.reply(501, "SSCN is ON or OFF")
		return
	}
	role := "SERVER"
	if s.reversed {
		role = "CLIENT"
	}
	s.reply(200, "SSCN:"+role+" METHOD")
}

// cpsv is CPSV, which no RFC has: PASV for one data connection of which the server is
// the TLS client.
func (s *session) cpsv(string) {
	if !s.private() {
		s.reply(503, "CPSV is for protected data connections: PROT P first")
		return
	}
	s.pasv("")
}

// clientConfig returns the configuration of the server as TLS client. It takes any
// certificate: FTP clients and other servers have none that it could know.
func (s *session) clientConfig() *tls.Config {
	version := s.version()
	cfg := &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}
	if s.srv.cfg.SSCNCertificate {
		// Whatever authorities the client names: it has the one certificate.
		leaf := s.host.keys.leaf
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &leaf, nil }
	}
	return cfg
}

// connectTLS performs the handshake as TLS client.
func connectTLS(ctx context.Context, conn net.Conn, cfg *tls.Config) (*tls.Conn, error) {
	tc := tls.Client(conn, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return tc, nil
}
