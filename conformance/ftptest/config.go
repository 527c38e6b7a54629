package ftptest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// How TLS comes to a control connection, under the names that tests read best.
const (
	TLSNone     = tlsx.ModeNone     // clear text only; AUTH is refused
	TLSExplicit = tlsx.ModeExplicit // clear text until the client sends AUTH TLS (RFC 4217)
	TLSImplicit = tlsx.ModeImplicit // TLS before the greeting, as on port 990
)

// A Config configures a Server. The zero Config serves clear text on a free port
// of 127.0.0.1 from a tree in memory, to one user "user" with password "password".
// It must not be modified once a server has started with it.
type Config struct {
	// Addr is the address to listen on. If empty, it is "127.0.0.1:0".
	Addr string

	// TLS says how TLS comes to the control connection. If zero, it never does.
	TLS tlsx.Mode

	// Mechanism is a security mechanism of RFC 2228 that protects sessions in place of
	// TLS. If nil, there is none.
	Mechanism *Mechanism

	// RequireTLS refuses USER in clear with 533 and transfers without
	// protection (PROT C) with 521. It needs TLS.
	RequireTLS bool

	// Certificate is the certificate of control and data connections. If nil,
	// it is a fresh one for localhost, 127.0.0.1 and ::1, from a fresh authority.
	Certificate *tls.Certificate

	// Hosts are virtual hosts beside the one that the rest of the Config
	// describes. HOST (RFC 7151) and the server name of TLS choose among them.
	Hosts []VirtualHost

	// HostNames are further names of the host that the Config describes. If empty,
	// HOST knows it as "localhost", by the names of its certificate and by the
	// address that the client connected to.
	HostNames []string

	// Welcome is the text of the greeting. If empty, it is "ftptest ready".
	Welcome string

	// ClientAuth says whether clients must show a certificate. If zero, they are not
	// asked for one.
	ClientAuth tls.ClientAuthType

	// ClientCAs are the authorities of client certificates. If nil, it is the
	// server's own: see [Server.ClientCertificate].
	ClientCAs *x509.CertPool

	// AuthMechanisms are the mechanisms that AUTH takes: "TLS", "TLS-C", and the older
	// "TLS-P" and "SSL", under which data connections are private from the start. If nil,
	// they are TLS and TLS-C; others are refused with 504.
	AuthMechanisms []string

	// ClearCommands says whether CCC is carried out, and how. If zero, it is carried out
	// unless RequireTLS is set or TLS is implicit.
	ClearCommands ClearPolicy

	// NextProtos are the protocols that TLS may choose (RFC 7301). If nil, the
	// server takes no part in the choice.
	NextProtos []string

	// MinTLS and MaxTLS bound the protocol version. If zero, MinTLS is TLS 1.2
	// (RFC 8996) and MaxTLS the highest that crypto/tls has.
	MinTLS, MaxTLS uint16

	// Reuse says which TLS session a data connection must resume; one that does not is
	// refused with 522. If zero, data connections need not resume any. crypto/tls resumes
	// by tickets alone: curl 7, which has no tickets with TLS 1.2, cannot.
	Reuse tlsx.Binding

	// SSCNCertificate makes the server show its certificate, if it is asked for one, when
	// SSCN or CPSV make it the TLS client of data connections. If false, it shows none,
	// as most servers do.
	SSCNCertificate bool

	// NoTickets issues no session tickets, so that nothing resumes.
	NoTickets bool

	// StrictClose refuses uploads over TLS that end without close_notify with
	// 426, since they may be truncated.
	StrictClose bool

	// LateTickets sends tickets of TLS 1.3 after the handshake, as OpenSSL does.
	LateTickets bool

	// Users may log in. If empty, and Anonymous is not set, there is one "user"
	// with password "password".
	Users []User

	// Anonymous lets "anonymous" and "ftp" in, with any password, to read only.
	Anonymous bool

	// Root is a directory to serve. It is opened as an os.Root: neither ".." nor
	// symbolic links lead out of it. If empty, an empty tree in memory is served.
	Root string

	// ReadOnly refuses every command that changes the tree, to all users.
	ReadOnly bool

	// PassiveHost is the IPv4 address in replies to PASV, for a server after
	// address translation. If empty, it is the control connection's own.
	PassiveHost string

	// PassivePorts is the range of ports, both ends included, for passive data
	// connections. If zero, the system chooses.
	PassivePorts [2]uint16

	// ForeignHosts are the networks of other servers with which clients may have this one
	// exchange data (FXP): PORT and EPRT may name their addresses, and they may connect to
	// passive ports. If nil, data connections are with the client's own host alone, because
	// anyone could otherwise have the server connect to third parties, or take its data in
	// the client's place (RFC 2577, Sections 3 and 4).
	ForeignHosts []netip.Prefix

	// IdleTimeout ends a session that sends no command and runs no transfer.
	// If zero, it is 5 minutes (RFC 1123, Section 4.1.3.2). If negative, none.
	IdleTimeout time.Duration

	// DataTimeout bounds how long a data connection may take to open, and how
	// long a transfer may make no progress. If zero, it is 10 seconds.
	DataTimeout time.Duration

	// MaxLoginFailures is how many wrong passwords end a session, with 421
	// (RFC 2577, Section 5). If zero, it is 3. If negative, there is no limit.
	MaxLoginFailures int

	// MaxSessions is how many sessions may run at once; one more gets 421. If zero, it is
	// 256.
	MaxSessions int

	// ListStyle is the format of LIST, and of STAT with an argument. If zero,
	// it is that of "ls -l". SYST goes with it.
	ListStyle ListStyle

	// ListZone is the zone of the times of LIST and STAT. If nil, it is UTC.
	ListZone *time.Location

	// MarkEvery puts a restart marker after every so many octets of downloads in
	// MODE B and C. If zero, there are none.
	MarkEvery int64

	// EBCDIC is the code page of TYPE E, 1047 or 37. If zero, it is 1047.
	EBCDIC int

	// Faults are the ways to misbehave.
	Faults []Fault

	// Log receives commands, replies and transfers, secrets masked.
	// If nil, nothing is logged.
	Log *slog.Logger

	// Listen opens the control listener and those of passive data connections.
	// If nil, it is net.Listen.
	Listen func(network, address string) (net.Listener, error)

	// Dial opens active data connections. If nil, they come from the port below
	// the control port where the system allows it (RFC 959, Section 3.2), else
	// from any port.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	hugeChain, singleUse, noDataTickets, inclusiveHash, noDefaultPort bool // faults

	// Now is the clock of file times and listings. If nil, it is time.Now.
	Now func() time.Time
}

// check refuses an impossible configuration.
func (c *Config) check() error {
	switch p := c.PassivePorts; {
	case c.RequireTLS && c.TLS == TLSNone:
		return errors.New("ftptest: RequireTLS without TLS")
	case p[0] > p[1] || p[0] == 0 && p[1] != 0:
		return fmt.Errorf("ftptest: no range of ports from %d to %d", p[0], p[1])
	case c.ListStyle < ListUnix || c.ListStyle > ListEPLF:
		return fmt.Errorf("ftptest: unknown %v", c.ListStyle)
	case c.EBCDIC != 0 && c.EBCDIC != 37 && c.EBCDIC != 1047:
		return fmt.Errorf("ftptest: no code page %d for TYPE E", c.EBCDIC)
	}
	if err := cmp.Or(c.checkMechanisms(), c.checkMechanism()); err != nil {
		return err
	}
	if c.PassiveHost != "" {
		if a, err := netip.ParseAddr(c.PassiveHost); err != nil || !a.Unmap().Is4() {
			return fmt.Errorf("ftptest: PassiveHost %q is not an IPv4 address", c.PassiveHost)
		}
	}
	return c.checkHosts()
}

func (c *Config) addr() string {
	if c.Addr == "" {
		return "127.0.0.1:0"
	}
	return c.Addr
}

func (c *Config) idleTimeout() time.Duration {
	switch {
	case c.IdleTimeout == 0:
		return 5 * time.Minute
	case c.IdleTimeout < 0:
		return 1<<63 - 1
	}
	return c.IdleTimeout
}

func (c *Config) dataTimeout() time.Duration {
	if c.DataTimeout <= 0 {
		return 10 * time.Second
	}
	return c.DataTimeout
}

func (c *Config) maxLoginFailures() int {
	switch {
	case c.MaxLoginFailures == 0:
		return 3
	case c.MaxLoginFailures < 0:
		return 1<<31 - 1
	}
	return c.MaxLoginFailures
}

func (c *Config) maxSessions() int {
	if c.MaxSessions <= 0 {
		return 256
	}
	return c.MaxSessions
}

func (c *Config) codePage() mode.CodePage {
	if c.EBCDIC == 37 {
		return mode.CodePage037
	}
	return mode.CodePage1047
}

// listNow returns the time in the zone of listings.
func (c *Config) listNow() time.Time {
	if c.ListZone == nil {
		return c.now().UTC()
	}
	return c.now().In(c.ListZone)
}

func (c *Config) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Config) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

func (c *Config) listen(network, address string) (net.Listener, error) {
	if c.Listen != nil {
		return c.Listen(network, address)
	}
	return net.Listen(network, address)
}
