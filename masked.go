package ftpwire

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Format implements fmt.Formatter: it masks passwords, the account and private keys, whatever the verb. Package fmt can't call it
// for a Profile in an unexported field: store a *Profile there.
func (p Profile) Format(f fmt.State, verb rune) {
	// It is copied field by field, as what embeds the Config would be printed by the Config's own method, and be nothing else.
	protocol.PrintPlain(f, verb, struct {
		Name, Group                                            string
		Variant                                                Variant
		Host                                                   string
		Port                                                   int
		Authentication                                         string
		User, Password, Account                                string
		RootCAs                                                *x509.CertPool
		Insecure                                               bool
		Trust                                                  *tlsx.TrustStore
		ClientCertificates                                     []tls.Certificate
		TLSMin, TLSMax                                         tlsx.Version
		CipherSuites                                           tlsx.CipherSuites
		Type                                                   TransferType
		DataMode                                               datachan.Mode
		NAT                                                    datachan.NAT
		SyncDataChannel                                        datachan.Sync
		CodePage, DateFormat, TimeZone                         string
		List                                                   control.ListOptions
		Timeout, DataConnectTimeout, IdleTimeout, CloseTimeout time.Duration
		LocalAddress                                           netip.Addr
		AddressFamily                                          AddressFamily
		Proxy                                                  *proxy.Proxy
		DirectData                                             bool
		Config                                                 control.Config
	}{
		p.Name, p.Group, p.Variant, p.Host, p.Port, p.Authentication, p.User, mask(p.Password), mask(p.Account), p.RootCAs, p.Insecure, p.Trust, withoutKeys(p.ClientCertificates),
		p.TLSMin, p.TLSMax, p.CipherSuites, p.Type, p.DataMode, p.NAT, p.SyncDataChannel, p.CodePage, p.DateFormat, p.TimeZone, p.List,
		p.Timeout, p.DataConnectTimeout, p.IdleTimeout, p.CloseTimeout, p.LocalAddress, p.AddressFamily, p.Proxy, p.DirectData, p.Config,
	})
}

// LogValue implements slog.LogValuer, with secrets masked; see [Profile.Format].
func (p Profile) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", p)) }

// withoutKeys returns certificates with their private keys masked.
func withoutKeys(certificates []tls.Certificate) []tls.Certificate {
	shown := slices.Clone(certificates)
	for i := range shown {
		if shown[i].PrivateKey != nil {
			shown[i].PrivateKey = protocol.Mask
		}
	}
	return shown
}

// mask returns what stands for a secret, and "" for none.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return protocol.Mask
}

// Format implements fmt.Formatter, with secrets masked; see [Profile.Format].
func (l Location) Format(f fmt.State, verb rune) {
	type plain Location
	protocol.PrintPlain(f, verb, plain(l))
}

// LogValue implements slog.LogValuer, with secrets masked; see [Profile.Format].
func (l Location) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", l)) }

// Format implements fmt.Formatter. It shows the connection of c, and nothing of the profile.
func (c *Client) Format(f fmt.State, _ rune) {
	if c == nil {
		fmt.Fprint(f, "ftpwire.Client(<nil>)")
		return
	}
	fmt.Fprintf(f, "ftpwire.Client(%v)", c.Conn())
}

// LogValue implements slog.LogValuer; see [Client.Format].
func (c *Client) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }
