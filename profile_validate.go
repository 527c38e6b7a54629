package ftpwire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Validate reports settings that are impossible, or exclude each other. The error joins a *[ProfileError] for each of them. [Dial]
// calls it. It asks nobody: whether the server has what is set shows only there.
func (p *Profile) Validate() error {
	if p == nil {
		return &ProfileError{Field: "Host", Reason: "is not known: there is no Profile"}
	}
	v := validation{p: p}
	for _, check := range []func(*validation){
		(*validation).address, (*validation).credentials, (*validation).versions, (*validation).suites, (*validation).certificate,
		(*validation).clearing, (*validation).data, (*validation).network, (*validation).names, (*validation).durations, (*validation).choices,
	} {
		check(&v)
	}
	return errors.Join(v.faults...)
}

// A validation collects what is wrong with a Profile.
type validation struct {
	p      *Profile
	faults []error
}

func (v *validation) fault(field, format string, args ...any) {
	v.faults = append(v.faults, &ProfileError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

func (v *validation) address() {
	if _, err := v.p.Address(); err != nil {
		v.faults = append(v.faults, err)
	}
}

// misplaced says why a Host is more than a host, "" if it is not.
func misplaced(host string) string {
	if strings.Contains(host, "://") {
		return "is a URL; ParseURL reads it"
	}
	if name, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		return fmt.Sprintf("has a port in it: Host is %q, and %s belongs into Port", name, port)
	}
	if strings.Contains(host, "@") {
		return "has a user in it, which belongs into User"
	}
	return ""
}

func (v *validation) credentials() {
	switch a := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(v.p.Authentication)); {
	case a == "" || a == "password":
	case strings.Contains(a, "key"):
		v.fault("Authentication", "can't be by public key: that belongs to SFTP, which is SSH; FTP has passwords, and client certificates over TLS (ClientCertificates)")
	default:
		v.fault("Authentication", "is %q: FTP knows \"password\" only", v.p.Authentication)
	}
	for _, c := range []struct{ field, text string }{
		{"User", v.p.User}, {"Password", v.p.Password}, {"Account", v.p.Account}, {"Login.VirtualHost", v.p.Login.VirtualHost},
		{"Login.Language", v.p.Login.Language}, {"Login.ClientName", v.p.Login.ClientName},
	} {
		if strings.ContainsAny(c.text, "\r\n\x00") {
			v.fault(c.field, "has a line break or NUL in it, which no FTP command can carry")
		}
	}
}

const versionSSL30 = 0x0300

// versions checks the range of TLS versions, with what counts where the Profile says nothing.
func (v *validation) versions() {
	if v.p.Protocol().Security() == control.SecurityNone {
		return
	}
	bad := false
	for _, s := range []struct {
		field   string
		version tlsx.Version
	}{{"TLSMin", v.p.TLSMin}, {"TLSMax", v.p.TLSMax}} {
		switch {
		case s.version == versionSSL30:
			v.fault(s.field, "is SSL 3.0, which must not be used (RFC 7568): it can be broken. A server that has nothing newer can only be reached in clear text")
			bad = true
		case s.version != 0 && (s.version < tls.VersionTLS10 || s.version > tls.VersionTLS13):
			v.fault(s.field, "is %#04x, which is no version of TLS: there are 1.0 to 1.3", uint16(s.version))
			bad = true
		}
	}
	t := v.p.tls()
	switch {
	case bad || t.MaxVersion == 0 || t.MinVersion <= t.MaxVersion:
	case v.p.TLSMin != 0:
		v.fault("TLSMin", "(%s) is above TLSMax (%s)", tlsx.VersionName(t.MinVersion), tlsx.VersionName(t.MaxVersion))
	default:
		v.fault("TLSMax", "(%s) is below the lowest version, which is %s unless TLSMin says otherwise", tlsx.VersionName(t.MaxVersion), tlsx.VersionName(t.MinVersion))
	}
}

func (v *validation) suites() {
	for _, id := range v.p.CipherSuites {
		one := tlsx.CipherSuites{id}
		if _, err := one.MarshalText(); err != nil {
			v.fault("CipherSuites", "has %#04x, which is no suite of package crypto/tls", id)
		} else if _, err := tlsx.ParseCipherSuites(one.String()); err != nil {
			v.fault("CipherSuites", "has %s, a suite of TLS 1.3, where they can't be chosen", one)
		}
	}
	if len(v.p.CipherSuites) > 0 && v.p.tls().MinVersion >= tls.VersionTLS13 {
		v.fault("CipherSuites", "are those of TLS 1.2 and older, which TLSMin excludes")
	}
}

func (v *validation) certificate() {
	if !v.p.Insecure {
		return
	}
	if v.p.Verify != nil {
		v.fault("Insecure", "accepts any certificate: it excludes Verify, whose checks would not be made")
	}
	if v.p.Trust != nil {
		v.fault("Insecure", "accepts any certificate: it excludes Trust, which would not be asked")
	}
}

func (v *validation) clearing() {
	if !v.p.ClearCommandChannel {
		return
	}
	if v.p.Protocol().Security() == control.SecurityImplicit {
		v.fault("ClearCommandChannel", "needs explicit TLS: implicit TLS lasts as long as the connection")
	}
	if v.p.ListProtection != v.p.FileProtection {
		v.fault("ClearCommandChannel", "excludes different ListProtection and FileProtection: after CCC the protection of data can't be changed (RFC 4217, Section 5)")
	}
}

func (v *validation) data() {
	mode := v.p.DataMode
	if mode == datachan.ModePassive {
		mode = v.p.Data.Mode
	}
	if v.p.Data.EPSVAll && mode != datachan.ModePassive && mode != datachan.ModeEPSV {
		v.fault("Data.EPSVAll", "promises that EPSV alone is used, which excludes DataMode %s", mode)
	}
	ranges := append([]datachan.PortRange{v.p.Data.ActivePorts}, v.p.Data.BlockedPorts...)
	for i, r := range ranges {
		if r.First > r.Last || r.First == 0 && r.Last != 0 {
			v.fault([]string{"Data.ActivePorts", "Data.BlockedPorts"}[min(i, 1)], "is no range of ports: %d to %d", r.First, r.Last)
		}
	}
}

func (v *validation) network() {
	p := v.p
	if p.Dial != nil && p.Proxy != nil {
		v.fault("Proxy", "excludes Dial: the proxy's Forward is what dials then")
	}
	if p.LooseReplies && p.StrictReplies {
		v.fault("LooseReplies", "excludes StrictReplies")
	}
	if !p.LocalAddress.IsValid() {
		return
	}
	if p.Dial != nil || p.Proxy != nil && p.Proxy.Forward != nil {
		v.fault("LocalAddress", "excludes a function that dials")
	}
	if four := p.LocalAddress.Unmap().Is4(); four && p.AddressFamily == FamilyIPv6 || !four && p.AddressFamily == FamilyIPv4 {
		v.fault("LocalAddress", "(%s) is no address of AddressFamily %s", p.LocalAddress, p.AddressFamily)
	}
}

func (v *validation) names() {
	if v.p.CodePage != "" {
		if _, err := listing.LookupCodePage(v.p.CodePage); err != nil {
			v.fault("CodePage", "can't be used: %s", errtext.Of(err))
		}
	}
	if v.p.DateFormat != "" {
		if _, err := listing.ParseDateFormat(v.p.DateFormat); err != nil {
			v.fault("DateFormat", "can't be read: %s", errtext.Of(err))
		}
	}
	if v.p.TimeZone != "" && v.p.TimeZone != zoneAuto {
		if _, err := zone(v.p.TimeZone); err != nil {
			v.fault("TimeZone", "is not known: %s", errtext.Of(err))
		}
	}
}

// durations refuses those that lack a unit: 30 is 30 nanoseconds.
func (v *validation) durations() {
	p := v.p
	for _, d := range []struct {
		field string
		d     time.Duration
	}{
		{"Timeout", p.Timeout}, {"ConnectTimeout", p.ConnectTimeout}, {"ReplyTimeout", p.ReplyTimeout}, {"DataConnectTimeout", p.DataConnectTimeout},
		{"IdleTimeout", p.IdleTimeout}, {"FinalTimeout", p.FinalTimeout}, {"CloseTimeout", p.CloseTimeout}, {"AbortTimeout", p.AbortTimeout},
	} {
		if d.d > 0 && d.d < patience.Shortest {
			v.fault(d.field, "is %v, in which nothing can happen: its unit is missing: a Duration counts nanoseconds", d.d)
		}
	}
}

// choices refuses numbers that stand for nothing.
func (v *validation) choices() {
	for _, c := range []struct{ field, name string }{
		{"Variant", v.p.Variant.String()}, {"Type", v.p.Type.String()}, {"AddressFamily", v.p.AddressFamily.String()},
		{"DataMode", v.p.DataMode.String()}, {"NAT", v.p.NAT.String()}, {"SyncDataChannel", v.p.SyncDataChannel.String()},
		{"DataProtection", v.p.DataProtection.String()}, {"ListProtection", v.p.ListProtection.String()}, {"FileProtection", v.p.FileProtection.String()},
	} {
		if c.name == "unknown" {
			v.fault(c.field, "has a value that stands for nothing")
		}
	}
}
