package tlsx

import (
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Version is a version of TLS as a setting: tls.VersionTLS12 is one. Zero is none.
type Version uint16

// String returns the name that [ParseVersion] reads, such as "1.2"; "" for zero.
func (v Version) String() string {
	if v == 0 {
		return ""
	}
	return strings.TrimPrefix(VersionName(uint16(v)), "TLS ")
}

// MarshalText is String.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVersion, with zero for "". It refuses SSL by name.
func (v *Version) UnmarshalText(text []byte) error {
	*v = 0
	if len(text) == 0 {
		return nil
	}
	n, err := ParseVersion(string(text))
	*v = Version(n)
	return err
}

// CipherSuites are cipher suites of TLS 1.2 and older as a setting.
type CipherSuites []uint16

// String returns the IANA names, separated by commas.
func (c CipherSuites) String() string {
	names := make([]string, len(c))
	for i, id := range c {
		names[i] = tls.CipherSuiteName(id)
	}
	return strings.Join(names, ",")
}

// MarshalText is String. A suite that package crypto/tls does not have is an error.
func (c CipherSuites) MarshalText() ([]byte, error) {
	for _, id := range c {
		if cipherSuite(tls.CipherSuiteName(id)) == nil {
			return nil, fmt.Errorf("ftp: unknown cipher suite 0x%04X", id)
		}
	}
	return []byte(c.String()), nil
}

// UnmarshalText is [ParseCipherSuites], with none for "".
func (c *CipherSuites) UnmarshalText(text []byte) (err error) {
	*c = nil
	if len(text) > 0 {
		*c, err = ParseCipherSuites(string(text))
	}
	return err
}

// MarshalText is String.
func (r Resumption) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (r *Resumption) UnmarshalText(text []byte) (err error) {
	*r, err = errtext.Choose("resumption of TLS sessions", text, ResumePreferred, ResumeRequired, ResumeOff)
	return err
}

// MarshalText returns the name of the file.
func (s *TrustStore) MarshalText() ([]byte, error) { return []byte(s.Path()), nil }

// UnmarshalText makes s the store in the file of that name; see [OpenTrustStore].
func (s *TrustStore) UnmarshalText(text []byte) error {
	t, err := OpenTrustStore(string(text))
	if err != nil {
		return err
	}
	s.file = t.file
	return nil
}
