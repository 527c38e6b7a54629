package control

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// MarshalText is String.
func (s Security) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (s *Security) UnmarshalText(text []byte) (err error) {
	*s, err = errtext.Choose("security", text, SecurityExplicit, SecurityImplicit, SecurityNone, SecurityAuto)
	return err
}

// String returns "auto", "utf8" or "code page".
func (e NameEncoding) String() string {
	names := [...]string{"auto", "utf8", "code page"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown"
}

// MarshalText is String.
func (e NameEncoding) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (e *NameEncoding) UnmarshalText(text []byte) (err error) {
	*e, err = errtext.Choose("encoding of names", text, EncodingAuto, EncodingUTF8, EncodingCodePage)
	return err
}

// String returns the name that the command line uses: "auto", "never" or "require".
func (o OneTime) String() string {
	names := [...]string{"auto", "never", "require"}
	if int(o) < len(names) {
		return names[o]
	}
	return "unknown"
}

// MarshalText is String.
func (o OneTime) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (o *OneTime) UnmarshalText(text []byte) (err error) {
	*o, err = errtext.Choose("policy for one-time passwords", text, OneTimeAuto, OneTimeNever, OneTimeRequire)
	return err
}

// MarshalText is String.
func (k ProxyKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is parseProxyKind.
func (k *ProxyKind) UnmarshalText(text []byte) (err error) {
	*k, err = parseProxyKind(string(text))
	return err
}

// MarshalText returns the command, with a hyphen before it if it may fail.
func (a AfterLogin) MarshalText() ([]byte, error) {
	if a.MayFail {
		return []byte("-" + a.Command), nil
	}
	return []byte(a.Command), nil
}

// UnmarshalText reads what MarshalText writes.
func (a *AfterLogin) UnmarshalText(text []byte) error {
	s := string(text)
	*a = AfterLogin{Command: s}
	if len(s) > 0 && s[0] == '-' {
		*a = AfterLogin{Command: s[1:], MayFail: true}
	}
	return nil
}

// Secret reports whether the command holds a secret, which is masked where a is printed.
func (a AfterLogin) Secret() bool { return strings.Contains(maskedLine(a.Command), protocol.Mask) }
