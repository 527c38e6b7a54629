package tlsx

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
)

// DataAsServer performs the handshake of a data connection as TLS server. The FTP client
// has this role if the server was told by SSCN ON or CPSV to be the TLS client. RFC 4217,
// Section 7, has the roles the other way round, and no RFC has these commands.
//
// It proves less than [Session.Data] does. No session is resumed, so [ResumeRequired]
// refuses it with a *[NotResumedError]. The server is asked for a certificate, and
// Config.Identity applies to one that it shows. But a TLS client need not show one, and
// most servers in this role do not. Then only its address identifies the peer: an
// attacker who has taken over that address reads what is sent, and can forge what is
// received. Every policy accepts that, because the caller has chosen this method.
// [Conn.Proven] tells whether the peer has proven its identity.
//
// The certificate shown is the first of Config.TLS.Certificates that the peer can use,
// for a server that looks at it, or, if there are none or NoDataCertificate is set, a
// self-signed one that was made for this Session. The version is the control
// connection's. Errors, the context and the end of the connection are as for
// [Session.Data].
func (s *Session) DataAsServer(ctx context.Context, conn net.Conn) (*Conn, error) {
	s.mu.Lock()
	p := s.control
	s.mu.Unlock()
	if p == nil {
		conn.Close()
		return nil, &HandshakeError{Phase: PhaseData, Err: errNoControl}
	}
	if s.config.Resumption == ResumeRequired {
		conn.Close()
		return nil, &NotResumedError{Reuse: Reversed}
	}
	t := &tap{Conn: conn, ownDeadlines: true}
	tc := tls.Server(t, s.config.reversedConfig(p, &s.own))
	if err := s.handshake(ctx, tc, t, cmp.Or(s.config.DataHandshakeTimeout, s.config.handshakeTimeout())); err != nil {
		e := s.config.handshakeError(PhaseData, err, t)
		if e.Silent && errors.Is(err, os.ErrDeadlineExceeded) {
			e.Hint = "the server did not begin TLS; it may not be the TLS client here"
		}
		return nil, e
	}
	return s.newConn(p, tc, t, Reversed), nil
}

// newConn returns the Conn of a handshake that succeeded.
func (s *Session) newConn(p *controlState, tc *tls.Conn, t *tap, reuse Reuse) *Conn {
	st := tc.ConnectionState()
	return &Conn{
		tls: tc, raw: t, reuse: reuse,
		proven:          len(st.PeerCertificates) > 0 && p.verifyIdentity(st) == nil,
		allowTruncation: s.config.AllowTruncation,
	}
}

// reversedConfig returns the configuration of a data connection as TLS server. Settings
// of the caller that are only for a client are left out, or only used where they apply.
func (c *Config) reversedConfig(p *controlState, own *ownCertificates) *tls.Config {
	t := c.base()
	t.MinVersion, t.MaxVersion = p.version, p.version
	t.DynamicRecordSizingDisabled = true
	t.NextProtos = nil
	// A server that only sends would not read a ticket, and its kernel would answer the
	// end of the connection with a reset.
	t.SessionTicketsDisabled = true
	t.GetConfigForClient, t.GetCertificate = nil, nil
	t.ClientAuth = tls.RequestClientCert
	if len(t.Certificates) == 0 || c.NoDataCertificate {
		t.Certificates, t.GetCertificate = nil, own.choose
	}
	if verify := t.VerifyPeerCertificate; verify != nil {
		t.VerifyPeerCertificate = func(raw [][]byte, chains [][]*x509.Certificate) error {
			if len(raw) == 0 {
				return nil
			}
			return verify(raw, chains)
		}
	}
	next := t.VerifyConnection
	t.VerifyConnection = func(st tls.ConnectionState) error {
		if len(st.PeerCertificates) == 0 {
			return nil
		}
		if err := c.verifyReversed(p, st); err != nil || next == nil {
			return err
		}
		return next(st)
	}
	return t
}

// verifyReversed applies the policy to a certificate that the peer has shown as TLS
// client.
func (c *Config) verifyReversed(p *controlState, st tls.ConnectionState) error {
	if err := c.verifyIdentity(p, st); err != nil || c.Identity != IdentityVerified || c.Verify != nil {
		return err
	}
	// As TLS server crypto/tls has verified nothing, but verifyIdentity relies on that.
	base := c.base()
	if base.InsecureSkipVerify || p.verifyIdentity(st) == nil {
		return nil
	}
	intermediates := x509.NewCertPool()
	for _, cert := range st.PeerCertificates[1:min(len(st.PeerCertificates), maxChain)] {
		intermediates.AddCert(cert)
	}
	_, err := st.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: base.RootCAs, Intermediates: intermediates,
		DNSName: base.ServerName, CurrentTime: c.now(),
	})
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: st.PeerCertificates, Err: err}
	}
	return nil
}
