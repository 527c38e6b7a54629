package tlsx

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// Resumption is the policy for TLS session resumption on data connections. A data
// connection that resumes the session of its control connection proves to both ends that
// the same parties hold both connections, and that nobody else has taken the data port.
// RFC 4217, Section 10.2, lets a server insist on it.
type Resumption int

const (
	// ResumePreferred offers a session whenever there is one, and accepts a
	// full handshake.
	ResumePreferred Resumption = iota
	// ResumeRequired offers a session and refuses a data connection that is
	// not resumed, before a byte of data is exchanged.
	ResumeRequired
	// ResumeOff neither keeps nor offers sessions. Servers that demand
	// resumption refuse such data connections.
	ResumeOff
)

// String returns "preferred", "required" or "off".
func (r Resumption) String() string {
	switch r {
	case ResumePreferred:
		return "preferred"
	case ResumeRequired:
		return "required"
	case ResumeOff:
		return "off"
	}
	return fmt.Sprintf("Resumption(%d)", int(r))
}

// A Config configures a [Session]. The zero Config verifies the server with
// the system's roots, but has no name to verify: give a ServerName.
// A Config must not be modified once passed to [NewSession].
type Config struct {
	// TLS is the base of both connections' configurations. It is cloned, never
	// modified. If nil, it is the zero tls.Config: TLS 1.2 and later, system
	// roots. Its ClientSessionCache and SessionTicketsDisabled are ignored:
	// a Session has its own store, governed by Resumption. Its NextProtos, if
	// nil, are {"ftp"}.
	TLS *tls.Config

	// ServerName is the host of the control connection: the name in the ClientHello and
	// in the certificate, on the control connection and on data connections alike. It is
	// never the address that a server names in a reply to PASV. If TLS.ServerName is set,
	// that name is used instead, so that a caller can verify a name other than the host
	// it dials.
	ServerName string

	// Verify says how the server's certificate is verified. TLS.InsecureSkipVerify is
	// then ignored, and TLS.VerifyPeerCertificate and VerifyConnection see no verified
	// chains. If nil, crypto/tls verifies it as TLS says, and a stapled OCSP response
	// that says "revoked" is refused.
	Verify *Verification

	// Identity is the policy for the certificates of data connections. If zero,
	// it is IdentitySame: they must be the control connection's.
	Identity Identity

	// Resumption says whether data connections resume the session of the
	// control connection. If zero, they do when they can.
	Resumption Resumption

	// HandshakeTimeout is the longest time that a handshake may take, without the time in
	// which Verify.Ask waits for a person. If zero, it is 30 seconds. If negative, only
	// the context limits it. docs/patience.md lists this and all other waits.
	HandshakeTimeout time.Duration

	// DataHandshakeTimeout is the same for data connections. If zero, it is
	// HandshakeTimeout.
	DataHandshakeTimeout time.Duration

	// NoDataCertificate keeps the client's certificate from data connections.
	NoDataCertificate bool

	// AllowTruncation makes the end of a data connection without close_notify
	// an ordinary io.EOF for [Conn.Read]; [Conn.Truncated] still reports it.
	// An end in the middle of a TLS record stays an error.
	AllowTruncation bool

	// SessionIDs resumes sessions of TLS 1.2 by session ID on servers that issue no
	// tickets, which SessionIDOnly of [Reuse] reports. crypto/tls does not support this;
	// the package uses features of crypto/tls that are made for other purposes, and a
	// self-test at first use proves that it works. This package then also holds the
	// master secret of the control connection, as any TLS library does. If false, such
	// sessions are not resumed. It never changes the TLS version.
	SessionIDs bool

	// ClearTimeout is the longest [Session.Clear] waits for the server's
	// close_notify. If zero, it is 5 seconds. If negative, only the context
	// limits it.
	ClearTimeout time.Duration

	// RequireCloseNotify makes [Session.Clear] fail if the server's close_notify does not
	// come in time. If false, the dialogue goes on, and the server's next bytes show
	// whether they are in clear.
	RequireCloseNotify bool
}

// alpnFTP is the protocol name registered for FTP (RFC 7301 registry). Naming
// it keeps a client from talking to another service of the same host.
const alpnFTP = "ftp"

func (c *Config) handshakeTimeout() time.Duration {
	return patience.Handshake.Or(c.HandshakeTimeout)
}

// base returns a copy of the configured TLS settings with the settings that both kinds of
// connection share.
func (c *Config) base() *tls.Config {
	t := &tls.Config{}
	if c.TLS != nil {
		t = c.TLS.Clone()
	}
	if t.ServerName == "" {
		t.ServerName = c.ServerName
	}
	t.ServerName = withoutZone(t.ServerName)
	if t.MinVersion == 0 {
		t.MinVersion = tls.VersionTLS12
	}
	if t.NextProtos == nil {
		t.NextProtos = []string{alpnFTP}
	}
	if c.Verify != nil {
		t.InsecureSkipVerify = true // verifyControl and verifyData verify the certificate
	}
	t.ClientSessionCache = nil
	t.SessionTicketsDisabled = c.Resumption == ResumeOff
	return t
}

// controlConfig returns the configuration of a control connection, whose
// tickets go to store and which never offers one. The context is that of the
// handshake.
func (c *Config) controlConfig(ctx context.Context, store *ticketStore) *tls.Config {
	t := c.base()
	t.VerifyConnection = c.verifyControl(ctx, t.VerifyConnection)
	if t.InsecureSkipVerify {
		t.VerifyConnection = c.holdClock(&store.clock, t.VerifyConnection)
		t.Time = store.clock.of(c.now)
	}
	if c.Resumption != ResumeOff {
		t.ClientSessionCache = controlCache{store}
	}
	return t
}

// dataConfig returns the configuration of one data connection beside the
// control connection p. The view may be nil: nothing is offered then.
func (c *Config) dataConfig(p *controlState, view *dataView) *tls.Config {
	t := c.base()
	t.MinVersion, t.MaxVersion = p.version, p.version
	t.DynamicRecordSizingDisabled = true // bulk data: no small first records

	// A server that ignored ALPN on the control connection does not need it here, and one
	// that chose a protocol must not choose again.
	t.NextProtos = nil
	if p.alpn != "" {
		t.NextProtos = []string{p.alpn}
	}
	// If a server wants a curve other than the first ones offered, a HelloRetryRequest
	// costs one more round trip for every file. The control connection has shown which
	// curve it accepts. TLS 1.2 has no such retry, and there the list also limits the
	// curves of certificates.
	if p.version == tls.VersionTLS13 && p.curve != 0 {
		t.CurvePreferences = []tls.CurveID{p.curve}
	}
	if view != nil {
		t.ClientSessionCache = view
	}
	if c.NoDataCertificate {
		t.Certificates, t.GetClientCertificate = nil, nil
	}
	if t.InsecureSkipVerify {
		t.Time = p.tickets.clock.of(c.now)
	}
	if c.Identity == IdentityNone {
		t.InsecureSkipVerify = true
	}
	t.VerifyConnection = c.verifyData(t.VerifyConnection, p, view)
	return t
}

// verifyData returns the check of a data connection. Unlike VerifyPeerCertificate it runs
// on resumed handshakes too, and it runs before our Finished: a connection that it
// refuses is never complete for the server.
func (c *Config) verifyData(next func(tls.ConnectionState) error, p *controlState, view *dataView) func(tls.ConnectionState) error {
	return func(st tls.ConnectionState) error {
		if err := c.verifyIdentity(p, st); err != nil {
			return err
		}
		if next != nil {
			if err := next(st); err != nil {
				return err
			}
		}
		if c.Resumption == ResumeRequired && !st.DidResume {
			return view.notResumed()
		}
		return nil
	}
}
