package ftpwire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Profile says how to reach a server and how to speak to it. The zero Profile
// with a Host is ready to use and secure.
type Profile struct {
	Host string // DNS name, internationalised or not, or IP address
	Port int    // if zero, 21, or 990 for implicit TLS

	// Security says when TLS protects the control connection. The zero value
	// demands explicit TLS.
	Security control.Security

	// Auth holds the mechanisms that AUTH names, in order; see control.Config.
	Auth []string

	// Mechanism has a security mechanism of RFC 2228 protect the session in place of TLS;
	// see control.Config. It needs Security to be control.SecurityNone.
	Mechanism *control.Mechanism

	// User and Password log in. If User is empty, the login is anonymous, with an
	// e-mail-like password if Password is empty (RFC 1635).
	User, Password string

	// Account is sent only to servers that ask for one (ACCT).
	Account string

	// Login adds to user and password: a virtual host, an FTP proxy, one-time
	// passwords, encodings, commands behind the login.
	Login control.LoginOptions

	// RootCAs verify the server's certificate. If nil, the system's do.
	RootCAs *x509.CertPool

	// Insecure accepts any certificate: the connection is encrypted, but it may be
	// an attacker who reads it.
	Insecure bool

	// Verify says how the server's certificate is judged: which checks are skipped,
	// which pins it must match, what was accepted before and whom to ask. If nil, it
	// needs a chain to RootCAs, dates and the name. It excludes Insecure.
	Verify *tlsx.Verification

	// Identity says which certificate data connections have to show. If zero, the
	// control connection's.
	Identity tlsx.Identity

	// Certificates are the client's, for servers that want one.
	// NoDataCertificate keeps them from data connections.
	Certificates      []tls.Certificate
	NoDataCertificate bool

	// TLSMin and TLSMax bound the TLS version. If zero, 1.2 and the newest.
	TLSMin, TLSMax uint16

	// CipherSuites are those of TLS 1.2 and older to offer. If nil, the secure ones
	// that crypto/tls has; see tlsx.ParseCipherSuites.
	CipherSuites []uint16

	// Resumption is the policy for TLS sessions of data connections.
	Resumption tlsx.Resumption

	// SessionIDs resumes sessions of TLS 1.2 by session ID where the server issues no
	// tickets; see tlsx.Config.
	SessionIDs bool

	// ClearCommands sends CCC behind the login; see control.Config.
	ClearCommands bool

	// ClearData leaves data connections unprotected (PROT C).
	ClearData bool

	// DataMode says who opens data connections. The zero value is passive.
	DataMode datachan.Mode

	// NAT says which host passive data connections go to. The zero value is the
	// control connection's.
	NAT datachan.NAT

	// List says how listings are read: the server's zone, format, dates and code page
	// where they can't be told from the lines, and the limits.
	List control.ListOptions

	// ActiveAddr is announced in active mode if the local address is not reachable.
	ActiveAddr netip.Addr

	// ActivePorts are the ports to listen on in active mode. If zero, the system chooses.
	ActivePorts datachan.PortRange

	// AnyPeer lets hosts other than the server open data connections in active mode,
	// for servers with several addresses; see datachan.Config.
	AnyPeer bool

	// BlockedPorts are passive ports that are never dialled; the server is asked for
	// another.
	BlockedPorts []datachan.PortRange

	// EPSVAll promises the server, and what is on the path, that no other way than
	// EPSV will be used; see datachan.Config.
	EPSVAll bool

	// SyncDataChannel says whether the TLS handshake of a data connection waits for the
	// preliminary reply. SyncOn is for connections that hang when data is to come.
	SyncDataChannel datachan.Sync

	// DataMemory is what an earlier connection to the server learned about its data
	// connections; see control.Conn.DataMemory.
	DataMemory datachan.Memory

	// Quirks forces or forbids workarounds for what particular servers do.
	Quirks control.QuirkPolicy

	// Timeout bounds each wait: connecting, a reply, a silence of a data
	// connection, the final reply of a transfer. If zero, each has its own default
	// of 30 to 60 seconds.
	Timeout time.Duration

	// LowestRate is how many octets a second a transfer must move at least, on the average
	// of any LowestTime; see [control.Config]. If zero, any rate will do.
	LowestRate int64
	LowestTime time.Duration

	// Down and Up bound how fast data comes and goes; several connections may share
	// one. If nil, nothing does.
	Down, Up *datachan.Limiter

	// KeepAlive is the interval of NOOPs during transfers, IdleKeepAlive that of
	// keepalives while the connection sits unused. If zero, none are sent; see
	// control.Config.
	KeepAlive, IdleKeepAlive time.Duration

	// Proxy is what connections go through, if not nil. DirectData leaves data
	// connections out. A proxy excludes Dial; its Forward can be another one.
	Proxy      *proxy.Proxy
	DirectData bool

	// Dial opens connections. If nil, a net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// TapData is told what goes over data connections; see datachan.Config.
	TapData func(sent bool, b []byte)

	// Trace is told everything that happens, secrets masked; see control.Config.
	Trace func(control.TraceEvent)
}

// Address returns host and port as package net wants them. Internationalised
// names are converted to ASCII (RFC 5891).
func (p *Profile) Address() (string, error) {
	host := strings.TrimSuffix(strings.TrimPrefix(p.Host, "["), "]")
	if host == "" {
		return "", &ProfileError{Field: "Host", Reason: "is empty"}
	}
	if _, err := netip.ParseAddr(host); err != nil {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil && !plainName(host) {
			return "", &ProfileError{Field: "Host", Reason: "is no host name: " + err.Error()}
		}
		if err == nil {
			host = ascii
		}
	}
	port := p.Port
	if port == 0 {
		port = 21
		if p.Security == control.SecurityImplicit {
			port = 990
		}
	}
	if port < 0 || port > 65535 {
		return "", &ProfileError{Field: "Port", Reason: "is not between 1 and 65535"}
	}
	return net.JoinHostPort(host, strconv.Itoa(port)), nil
}

// plainName reports whether host is ASCII that resolvers take though IDNA does
// not, such as a name with an underscore.
func plainName(host string) bool {
	for _, b := range []byte(host) {
		if b <= ' ' || b >= 0x7f || strings.IndexByte("/\\@:?#", b) >= 0 {
			return false
		}
	}
	return true
}

// A ProfileError reports a profile that cannot be used as it is.
type ProfileError struct{ Field, Reason string }

func (e *ProfileError) Error() string { return "ftp: profile: " + e.Field + " " + e.Reason }

// Control returns the configuration of a control connection that p stands for.
func (p *Profile) Control() *control.Config {
	c := &control.Config{
		Security:  p.Security,
		Auth:      p.Auth,
		Mechanism: p.Mechanism,
		TLS: &tls.Config{
			RootCAs:            p.RootCAs,
			InsecureSkipVerify: p.Insecure,
			Certificates:       p.Certificates,
			MinVersion:         orVersion(p.TLSMin, tls.VersionTLS12),
			MaxVersion:         p.TLSMax,
			CipherSuites:       p.CipherSuites,
		},
		Verify:            p.Verify,
		Identity:          p.Identity,
		NoDataCertificate: p.NoDataCertificate,
		Resumption:        p.Resumption,
		SessionIDs:        p.SessionIDs,
		ClearCommands:     p.ClearCommands,
		ClearData:         p.ClearData,
		Login:             p.Login,
		Quirks:            p.Quirks,
		Data: datachan.Config{
			Mode:           p.DataMode,
			NAT:            p.NAT,
			ActiveAddr:     p.ActiveAddr,
			ActivePorts:    p.ActivePorts,
			AnyPeer:        p.AnyPeer,
			BlockedPorts:   p.BlockedPorts,
			EPSVAll:        p.EPSVAll,
			Sync:           p.SyncDataChannel,
			Down:           p.Down,
			Up:             p.Up,
			Tap:            p.TapData,
			Memory:         p.DataMemory,
			ConnectTimeout: p.Timeout,
			IdleTimeout:    p.Timeout,
		},
		Dial:           p.Dial,
		ConnectTimeout: p.Timeout,
		ReplyTimeout:   p.Timeout,
		FinalTimeout:   p.Timeout,
		LowestRate:     p.LowestRate,
		LowestTime:     p.LowestTime,
		KeepAlive:      p.KeepAlive,
		IdleKeepAlive:  p.IdleKeepAlive,
		Trace:          p.Trace,
	}
	p.throughProxy(c)
	return c
}

// proxyFINDelay is how long FIN waits behind close_notify on the way through a SOCKS
// proxy, of which some cut both directions then.
const proxyFINDelay = 2 * time.Second

// throughProxy has connections go through the proxy.
func (p *Profile) throughProxy(c *control.Config) {
	if p.Proxy == nil {
		return
	}
	c.Dial = p.Proxy.DialControl
	if p.DirectData {
		c.Data.Dial = new(net.Dialer).DialContext
		return
	}
	c.Data.Dial = p.Proxy.DialContext
	c.Data.ListenFor = p.Proxy.Listen
	if p.Proxy.Kind != proxy.HTTP {
		c.Data.FINDelay = proxyFINDelay
	}
}

func orVersion(v, def uint16) uint16 {
	if v == 0 {
		return def
	}
	return v
}

// credentials returns what to log in with.
func (p *Profile) credentials() (user, password string) {
	if p.User == "" {
		user, password = "anonymous", p.Password
		if password == "" {
			password = "anonymous@"
		}
		return user, password
	}
	return p.User, p.Password
}
