package ftpwire

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
)

// Format implements fmt.Formatter: it masks passwords, the account and private keys, whatever the verb. Package fmt can't call it
// for a Profile in an unexported field: store a *Profile there.
func (p Profile) Format(f fmt.State, verb rune) {
	// It is copied field by field, as what embeds the Config would be printed by the Config's own method, and be nothing else.
	protocol.PrintPlain(f, verb, struct {
		Host                    string
		Port                    int
		User, Password, Account string
		RootCAs                 *x509.CertPool
		Insecure                bool
		ClientCertificates      []tls.Certificate
		TLSMin, TLSMax          uint16
		CipherSuites            []uint16
		DataMode                datachan.Mode
		NAT                     datachan.NAT
		SyncDataChannel         datachan.Sync
		Timeout                 time.Duration
		List                    control.ListOptions
		Proxy                   *proxy.Proxy
		DirectData              bool
		Config                  control.Config
	}{
		p.Host, p.Port, p.User, mask(p.Password), mask(p.Account), p.RootCAs, p.Insecure, withoutKeys(p.ClientCertificates),
		p.TLSMin, p.TLSMax, p.CipherSuites, p.DataMode, p.NAT, p.SyncDataChannel, p.Timeout, p.List, p.Proxy, p.DirectData, p.Config,
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
