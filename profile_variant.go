package ftpwire

import (
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Variant is a way to protect a connection: whether there is TLS, when it begins, and how it is asked for.
type Variant uint8

// The variants. Those of SSL are for old servers: they speak TLS all the same, but accept its versions from 1.0 on, and the explicit
// one sends AUTH SSL. Those of TLS accept versions from 1.2 on, and the explicit one sends AUTH TLS. TLSMin and Auth change that. The
// implicit ones begin with TLS before the greeting, on port 990.
const (
	VariantDefault     Variant = iota // what the Config says; if that says nothing, VariantTLSExplicit
	VariantFTP                        // clear text
	VariantSSLExplicit                // AUTH SSL
	VariantSSLImplicit                // TLS before the greeting
	VariantTLSExplicit                // AUTH TLS (RFC 4217)
	VariantTLSImplicit                // TLS before the greeting
	VariantAuto                       // AUTH TLS where the server takes it, else clear text; see control.SecurityAuto
)

var variantNames = [...]string{"", "ftp", "ftp-ssl-explicit", "ftp-ssl-implicit", "ftp-tls-explicit", "ftp-tls-implicit", "auto"}

// String returns the variant's name: "ftp", "ftp-ssl-explicit", "ftp-ssl-implicit", "ftp-tls-explicit", "ftp-tls-implicit" or "auto";
// "" for VariantDefault.
func (v Variant) String() string {
	if int(v) < len(variantNames) {
		return variantNames[v]
	}
	return "unknown"
}

// ParseVariant reads what [Variant.String] writes, in either case.
func ParseVariant(s string) (Variant, error) {
	if s == "" {
		return VariantDefault, nil
	}
	return errtext.Choose("variant", []byte(s), VariantFTP, VariantSSLExplicit, VariantSSLImplicit, VariantTLSExplicit, VariantTLSImplicit, VariantAuto)
}

// MarshalText is String.
func (v Variant) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVariant.
func (v *Variant) UnmarshalText(text []byte) (err error) {
	*v, err = ParseVariant(string(text))
	return err
}

// Security says when TLS begins. For VariantDefault it is explicit TLS.
func (v Variant) Security() control.Security {
	switch v {
	case VariantFTP:
		return control.SecurityNone
	case VariantSSLImplicit, VariantTLSImplicit:
		return control.SecurityImplicit
	case VariantAuto:
		return control.SecurityAuto
	}
	return control.SecurityExplicit
}

// SSL reports whether it is one of the variants for old servers.
func (v Variant) SSL() bool { return v == VariantSSLExplicit || v == VariantSSLImplicit }

// Protocol returns the variant in use, which is never VariantDefault: the field Variant, or what Security and Auth of the Config
// amount to.
func (p *Profile) Protocol() Variant {
	if p.Variant != VariantDefault {
		return p.Variant
	}
	switch p.Security {
	case control.SecurityNone:
		return VariantFTP
	case control.SecurityImplicit:
		return VariantTLSImplicit
	case control.SecurityAuto:
		return VariantAuto
	}
	if slices.Equal(p.Auth, []string{"SSL"}) {
		return VariantSSLExplicit
	}
	return VariantTLSExplicit
}
