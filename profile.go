package ftpwire

import (
	"cmp"
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
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Profile says how to reach a server and how to speak to it. The zero Profile
// with a Host is ready to use and secure.
//
// It embeds the Config of the control connection, so that it has every setting of it, and
// those of data connections in its Data. The other fields are simple forms of the
// settings that are used most. If one is zero, the Config's own setting counts.
type Profile struct {
	Host string // DNS name, internationalised or not, or IP address
	Port int    // if zero, 21, or 990 for implicit TLS

	// User and Password log in. If User is empty, the login is anonymous, with an
	// e-mail-like password if Password is empty (RFC 1635).
	User, Password string

	// Account is sent only to servers that ask for one (ACCT).
	Account string

	// RootCAs verify the server's certificate. If nil, those of TLS do, or the system's.
	RootCAs *x509.CertPool

	// Insecure accepts any certificate: the connection is encrypted, but an attacker may
	// be at its other end. It excludes Verify.
	Insecure bool

	// ClientCertificates are shown to servers that want one. If nil, those of TLS.
	ClientCertificates []tls.Certificate

	// TLSMin and TLSMax bound the TLS version. If zero, those of TLS count; if these are
	// zero too, 1.2 and the newest.
	TLSMin, TLSMax uint16

	// CipherSuites are those of TLS 1.2 and older to offer. If nil, those of TLS, or the
	// secure ones that crypto/tls has; see tlsx.ParseCipherSuites.
	CipherSuites []uint16

	// DataMode says who opens data connections. If zero, Data.Mode does, whose zero value
	// is passive.
	DataMode datachan.Mode

	// NAT says which host passive data connections go to. If zero, Data.NAT does, whose
	// zero value is the control connection's host.
	NAT datachan.NAT

	// SyncDataChannel says whether the TLS handshake of a data connection waits for the
	// preliminary reply. SyncOn helps if transfers hang before the first data. If zero,
	// Data.Sync says it.
	SyncDataChannel datachan.Sync

	// Timeout bounds each wait for which neither Config nor Data has a timeout of its own:
	// connecting, a reply, a silence of a data connection, the final reply of a transfer.
	// If zero, each has its own default of 30 to 60 seconds; if negative, only the context
	// limits it. docs/patience.md has these and all other waits.
	Timeout time.Duration

	// List says how listings are read: the server's zone, format, dates and code page
	// where they can't be told from the lines, and the limits.
	List control.ListOptions

	// Proxy, if not nil, is the proxy that connections go through. With DirectData, data
	// connections do not. Proxy excludes Dial; the proxy's Forward can be another proxy.
	Proxy      *proxy.Proxy
	DirectData bool

	control.Config
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

// A ProfileError reports a Profile that cannot be used.
type ProfileError struct{ Field, Reason string }

func (e *ProfileError) Error() string { return "ftp: profile: " + e.Field + " " + e.Reason }

// Control returns the configuration of the control connection that p describes.
func (p *Profile) Control() *control.Config {
	c := p.Config
	c.TLS = p.tls()
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, p.Timeout)
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, p.Timeout)
	c.FinalTimeout = cmp.Or(c.FinalTimeout, p.Timeout)

	d := &c.Data
	d.Mode = cmp.Or(p.DataMode, d.Mode)
	d.NAT = cmp.Or(p.NAT, d.NAT)
	d.Sync = cmp.Or(p.SyncDataChannel, d.Sync)
	d.ConnectTimeout = cmp.Or(d.ConnectTimeout, p.Timeout)
	d.IdleTimeout = cmp.Or(d.IdleTimeout, p.Timeout)
	p.throughProxy(&c)
	return &c
}

// tls returns the TLS of the Config with what p says of it.
func (p *Profile) tls() *tls.Config {
	t := p.TLS.Clone()
	if t == nil {
		t = &tls.Config{}
	}
	if p.RootCAs != nil {
		t.RootCAs = p.RootCAs
	}
	if p.ClientCertificates != nil {
		t.Certificates = p.ClientCertificates
	}
	if p.CipherSuites != nil {
		t.CipherSuites = p.CipherSuites
	}
	t.InsecureSkipVerify = t.InsecureSkipVerify || p.Insecure
	t.MinVersion = cmp.Or(p.TLSMin, t.MinVersion, tls.VersionTLS12)
	t.MaxVersion = cmp.Or(p.TLSMax, t.MaxVersion)
	return t
}

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
		c.Data.FINDelay = patience.ProxyFIN.Default
	}
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
