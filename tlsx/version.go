package tlsx

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// VersionName returns the usual name of a protocol version, such as "TLS 1.3".
func VersionName(v uint16) string {
	switch v {
	case versionSSL30:
		return "SSL 3.0"
	case tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13:
		return fmt.Sprintf("TLS 1.%d", v-tls.VersionTLS10)
	}
	return fmt.Sprintf("version 0x%04x", v)
}

// ParseVersion returns the protocol version named by s: "1.2", "tls1.2",
// "TLS 1.2" or "TLSv1.2". SSL is refused by name: RFC 6176 and RFC 7568 forbid
// its use.
func ParseVersion(s string) (uint16, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	if number, ok := strings.CutPrefix(name, "ssl"); ok {
		if strings.HasPrefix(strings.TrimLeft(number, " v"), "2") {
			return 0, fmt.Errorf("ftp: %q: SSL 2.0 must not be used (RFC 6176); choose TLS 1.2 or 1.3", s)
		}
		return 0, fmt.Errorf("ftp: %q: SSL 3.0 must not be used (RFC 7568); choose TLS 1.2 or 1.3", s)
	}
	name = strings.TrimLeft(strings.TrimPrefix(name, "tls"), " v")
	switch name {
	case "1.0", "1":
		return tls.VersionTLS10, nil
	case "1.1":
		return tls.VersionTLS11, nil
	case "1.2":
		return tls.VersionTLS12, nil
	case "1.3":
		return tls.VersionTLS13, nil
	}
	return 0, fmt.Errorf("ftp: unknown version %q: want 1.0, 1.1, 1.2 or 1.3", s)
}

// ParseCipherSuites returns the suites of a list of IANA names, separated by commas,
// colons or spaces, for tls.Config.CipherSuites. Case does not matter. Suites that
// crypto/tls calls insecure are accepted, because the user has named them. Suites of TLS
// 1.3 are refused, because they are always enabled.
func ParseCipherSuites(list string) ([]uint16, error) {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ':' || r == ' ' })
	if len(names) == 0 {
		return nil, fmt.Errorf("ftp: no cipher suite in %q", list)
	}
	var ids []uint16
	for _, name := range names {
		cs := cipherSuite(name)
		if cs == nil {
			return nil, fmt.Errorf("ftp: unknown cipher suite %q", name)
		}
		if cs.SupportedVersions[0] == tls.VersionTLS13 {
			return nil, fmt.Errorf("ftp: cipher suite %s is of TLS 1.3, where suites cannot be chosen", cs.Name)
		}
		ids = append(ids, cs.ID)
	}
	return ids, nil
}

func cipherSuite(name string) *tls.CipherSuite {
	for _, cs := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if strings.EqualFold(cs.Name, name) {
			return cs
		}
	}
	return nil
}
