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
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Profile says how to reach a server and how to speak to it. The zero Profile
// with a Host is ready to use and secure.
//
// It embeds the Config of the control connection, so that it has every setting of it, and
// those of data connections in its Data. The other fields are simple forms of the
// settings that are used most. If one is zero, the Config's own setting counts.
// docs/connection.md lists all settings with what they change.
type Profile struct {
	// Name and Group are what a stored connection is called, and what it is listed under.
	// They change nothing else.
	Name, Group string

	// Variant says whether there is TLS, when it begins, and how it is asked for. If zero,
	// Security and Auth say it, whose zero values are VariantTLSExplicit.
	Variant Variant

	Host string // DNS name, internationalised or not, or IP address
	Port int    // if zero, 21, or 990 for implicit TLS

	// Authentication is how the login is proven: "password", which "" means, too. FTP has
	// no other way; "publickey" is refused with an error that says where it belongs.
	Authentication string

	// User and Password log in. If User is empty, the login is anonymous, with an
	// e-mail-like password if Password is empty (RFC 1635).
	User, Password string

	// Account is sent only to servers that ask for one (ACCT).
	Account string

	// RootCAs verify the server's certificate. If nil, those of TLS do, or the system's.
	RootCAs *x509.CertPool

	// Insecure accepts any certificate: the connection is encrypted, but an attacker may
	// be at its other end. It excludes Verify and Trust.
	Insecure bool

	// Trust holds the certificates that were accepted before, although a check failed. If
	// nil, that of Verify counts.
	Trust *tlsx.TrustStore

	// ClientCertificates are shown to servers that want one. If nil, those of TLS.
	ClientCertificates []tls.Certificate

	// TLSMin and TLSMax bound the TLS version, such as tls.VersionTLS12. If zero, those of
	// TLS count; if these are zero too, 1.2 and the newest, and with a variant of SSL 1.0
	// and the newest.
	TLSMin, TLSMax tlsx.Version

	// CipherSuites are those of TLS 1.2 and older to offer; those of TLS 1.3 can't be
	// chosen. If nil, those of TLS, or the secure ones that crypto/tls has; see
	// tlsx.ParseCipherSuites.
	CipherSuites tlsx.CipherSuites

	// Type says what is moved. If zero, files are moved as they are. A Client is told
	// otherwise by control.Conn.SetFileFormat.
	Type TransferType

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

	// CodePage is the code page of commands, names and listings: an IANA name or the number
	// of a Windows or IBM code page, such as "windows-1252" or "850". It is used whatever
	// FEAT says, unless it has "auto:" before it: then what is valid UTF-8 is UTF-8, and
	// names are sent in UTF-8 to servers that list UTF8. "auto" and "" are UTF-8 alone. If
	// "", Login.CodePage, Login.Encoding and List.Lines.CodePage count.
	CodePage string

	// DateFormat is how LIST writes dates, as listing.ParseDateFormat reads it, such as
	// "dd.MM.yyyy HH:mm". If "", List.Lines.Dates counts; if that is nil, all known forms
	// are recognised.
	DateFormat string

	// TimeZone is the zone of the times in LIST: a name such as "Europe/Vienna", "UTC",
	// "Local", or an offset such as "+05:30". With "auto" a Client finds it before its
	// first LIST, as Client.DetectZone does. If "", List.Lines.Location counts.
	TimeZone string

	// List says how listings are read in other respects: the format, and the limits.
	List control.ListOptions

	// Timeout bounds each wait that has no timeout of its own: ConnectTimeout, ReplyTimeout
	// and FinalTimeout of the Config, and those that follow. If zero, each has its own
	// default of 30 to 60 seconds; if negative, only the context limits it.
	// docs/patience.md has these and all other waits.
	Timeout time.Duration

	// DataConnectTimeout bounds the connecting of a data connection, from either side, and
	// the TLS handshake on it. If zero, Data.ConnectTimeout counts, then Timeout.
	DataConnectTimeout time.Duration

	// IdleTimeout is the longest time without a byte moving on a data connection. If zero,
	// Data.IdleTimeout counts, then Timeout.
	IdleTimeout time.Duration

	// CloseTimeout bounds how long Client.Close waits for the server to answer QUIT. If
	// zero, it is Timeout; if that is zero too, ReplyTimeout counts.
	CloseTimeout time.Duration

	// LocalAddress is the address of this host that connections come from. If invalid, the
	// system chooses. It excludes Dial.
	LocalAddress netip.Addr

	// AddressFamily says which of the server's addresses are used. If zero, any.
	AddressFamily AddressFamily

	// Proxy, if not nil, is the proxy that connections go through. With DirectData, data
	// connections do not. Proxy excludes Dial; the proxy's Forward can be another proxy.
	// FTP proxies are told in the login: see Login.Proxy.
	Proxy      *proxy.Proxy
	DirectData bool

	// Config has the settings of package control; Host, Port and the proxy above decide what it dials.
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
		if reason := misplaced(p.Host); reason != "" {
			return "", &ProfileError{Field: "Host", Reason: reason}
		}
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
		if p.Protocol().Security() == control.SecurityImplicit {
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
type ProfileError struct {
	Field  string // as in [Field]: "TLSMin", "Data.ActivePorts"
	Reason string // what is wrong with it, in words that follow the field's name
}

func (e *ProfileError) Error() string { return "ftp: profile: " + e.Field + " " + e.Reason }

// Control returns the configuration of the control connection that p describes. The error
// is a *[ProfileError].
func (p *Profile) Control() (*control.Config, error) {
	c := p.Config
	c.Security = p.Protocol().Security()
	if p.Variant == VariantSSLExplicit && c.Auth == nil {
		c.Auth = []string{"SSL"}
	}
	c.TLS = p.tls()
	c.Verify = p.verify()
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, p.Timeout)
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, p.Timeout)
	c.FinalTimeout = cmp.Or(c.FinalTimeout, p.Timeout)

	d := &c.Data
	d.Mode = cmp.Or(p.DataMode, d.Mode)
	d.NAT = cmp.Or(p.NAT, d.NAT)
	d.Sync = cmp.Or(p.SyncDataChannel, d.Sync)
	d.ConnectTimeout = cmp.Or(p.DataConnectTimeout, d.ConnectTimeout, p.Timeout)
	d.IdleTimeout = cmp.Or(p.IdleTimeout, d.IdleTimeout, p.Timeout)
	p.route(&c)
	return &c, p.setCodePage(&c.Login)
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
	lowest := uint16(tls.VersionTLS12)
	if p.Protocol().SSL() {
		lowest = tls.VersionTLS10
	}
	t.MinVersion = cmp.Or(uint16(p.TLSMin), t.MinVersion, lowest)
	t.MaxVersion = cmp.Or(uint16(p.TLSMax), t.MaxVersion)
	return t
}

// verify returns how the certificate is verified, with p's trust store.
func (p *Profile) verify() *tlsx.Verification {
	if p.Trust == nil {
		return p.Verify
	}
	v := tlsx.Verification{}
	if p.Verify != nil {
		v = *p.Verify
	}
	v.Trust = p.Trust
	return &v
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
