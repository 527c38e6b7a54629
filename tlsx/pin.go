package tlsx

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Fingerprint is the SHA-256 of a certificate in DER: what people compare.
type Fingerprint [sha256.Size]byte

// fingerprintOf returns the fingerprint of cert.
func fingerprintOf(cert *x509.Certificate) Fingerprint { return sha256.Sum256(cert.Raw) }

// parseFingerprint reads 64 hexadecimal digits of either case, with or without
// colons between the bytes.
func parseFingerprint(s string) (Fingerprint, error) {
	digits := s
	if strings.Contains(s, ":") {
		for part := range strings.SplitSeq(s, ":") {
			if len(part) != 2 {
				return Fingerprint{}, fmt.Errorf("ftp: fingerprint %q: want two digits between colons", shorten(s))
			}
		}
		digits = strings.ReplaceAll(s, ":", "")
	}
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != sha256.Size {
		return Fingerprint{}, fmt.Errorf("ftp: fingerprint %q: want SHA-256 as 64 hexadecimal digits", shorten(s))
	}
	return Fingerprint(b), nil
}

// String returns upper-case hexadecimal digits with colons, as openssl x509
// -fingerprint prints it.
func (f Fingerprint) String() string {
	var b strings.Builder
	for i, c := range f {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", c)
	}
	return b.String()
}

// MarshalText returns lower-case hexadecimal digits without colons.
func (f Fingerprint) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, f[:]), nil }

// UnmarshalText is parseFingerprint.
func (f *Fingerprint) UnmarshalText(b []byte) (err error) {
	*f, err = parseFingerprint(string(b))
	return err
}

const (
	keyPinPrefix  = "sha256//"     // as curl's --pinnedpubkey
	certPinPrefix = "cert-sha256:" // ours
)

// A Pin names one certificate or one public key by its SHA-256. A pin of the
// key outlives a renewal that keeps the key. Pins are comparable; the zero Pin
// matches nothing.
type Pin struct {
	certificate bool
	sum         [sha256.Size]byte
}

// KeyPin returns the pin of cert's public key: the SHA-256 of its
// SubjectPublicKeyInfo (RFC 7469, Section 2.4).
func KeyPin(cert *x509.Certificate) Pin {
	return Pin{sum: sha256.Sum256(cert.RawSubjectPublicKeyInfo)}
}

// certificatePin returns the pin of cert itself.
func certificatePin(cert *x509.Certificate) Pin {
	return Pin{certificate: true, sum: sha256.Sum256(cert.Raw)}
}

// ParsePin reads a pin: "sha256//BASE64" is a public key, as curl writes it;
// "cert-sha256:HEX", with or without colons between the bytes, a certificate.
func ParsePin(s string) (Pin, error) {
	if b64, ok := strings.CutPrefix(s, keyPinPrefix); ok {
		b, err := base64.StdEncoding.Strict().DecodeString(b64)
		if err != nil || len(b) != sha256.Size || strings.ContainsAny(b64, "\r\n") {
			return Pin{}, fmt.Errorf("ftp: pin %q: want 44 characters of base64 after %s", shorten(s), keyPinPrefix)
		}
		return Pin{sum: [sha256.Size]byte(b)}, nil
	}
	if digits, ok := strings.CutPrefix(s, certPinPrefix); ok {
		f, err := parseFingerprint(digits)
		if err != nil {
			return Pin{}, fmt.Errorf("ftp: pin %q: want 64 hexadecimal digits after %s", shorten(s), certPinPrefix)
		}
		return Pin{certificate: true, sum: f}, nil
	}
	return Pin{}, fmt.Errorf("ftp: pin %q: want %sBASE64 for a public key or %sHEX for a certificate",
		shorten(s), keyPinPrefix, certPinPrefix)
}

// ParsePins reads pins separated by semicolons, as curl takes them, or by
// commas or spaces. At least one is needed.
func ParsePins(list string) ([]Pin, error) {
	var pins []Pin
	for _, s := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(";, \t", r) }) {
		p, err := ParsePin(s)
		if err != nil {
			return nil, err
		}
		pins = append(pins, p)
	}
	if len(pins) == 0 {
		return nil, fmt.Errorf("ftp: no pin in %q", shorten(list))
	}
	return pins, nil
}

// matches reports whether p names cert or its public key.
func (p Pin) matches(cert *x509.Certificate) bool {
	if p.certificate {
		return p == certificatePin(cert)
	}
	return p == KeyPin(cert)
}

// String returns the form that ParsePin reads, hexadecimal digits in lower
// case and without colons.
func (p Pin) String() string {
	if p.certificate {
		return certPinPrefix + hex.EncodeToString(p.sum[:])
	}
	return keyPinPrefix + base64.StdEncoding.EncodeToString(p.sum[:])
}

// MarshalText is String.
func (p Pin) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePin.
func (p *Pin) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePin(string(b))
	return err
}

// shorten cuts text for an error.
func shorten(s string) string {
	const most = 100
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
