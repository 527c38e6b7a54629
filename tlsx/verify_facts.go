package tlsx

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CertificateFacts holds what a person needs to recognise a certificate. Text from the
// certificate is escaped: it holds no control characters.
type CertificateFacts struct {
	Subject    string    `json:"subject"`     // distinguished name (RFC 2253)
	Issuer     string    `json:"issuer"`      // distinguished name
	Names      []string  `json:"names"`       // host names and addresses it is for; a common name does not count
	NotBefore  time.Time `json:"not_before"`  // valid from this time
	NotAfter   time.Time `json:"not_after"`   // until this time
	KeyType    string    `json:"key_type"`    // such as "ECDSA P-256" or "RSA 2048"
	Signature  string    `json:"signature"`   // algorithm, such as "SHA256-RSA"
	Serial     string    `json:"serial"`      // hexadecimal
	SelfSigned bool      `json:"self_signed"` // issuer and subject are the same, and it is signed by its own key

	SHA256 Fingerprint `json:"sha256"` // of the certificate
	Pin    Pin         `json:"pin"`    // of the public key
}

// Facts returns the facts of cert.
func Facts(cert *x509.Certificate) CertificateFacts {
	f := CertificateFacts{
		Subject:    clean(cert.Subject.String()),
		Issuer:     clean(cert.Issuer.String()),
		NotBefore:  cert.NotBefore.UTC(),
		NotAfter:   cert.NotAfter.UTC(),
		KeyType:    keyType(cert),
		Signature:  cert.SignatureAlgorithm.String(),
		SelfSigned: selfSigned(cert),
		SHA256:     fingerprintOf(cert),
		Pin:        KeyPin(cert),
	}
	if cert.SerialNumber != nil {
		f.Serial = cert.SerialNumber.Text(16)
	}
	for _, n := range cert.DNSNames {
		f.Names = append(f.Names, clean(n))
	}
	for _, ip := range cert.IPAddresses {
		f.Names = append(f.Names, ip.String())
	}
	return f
}

func keyType(cert *x509.Certificate) string {
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return cert.PublicKeyAlgorithm.String()
}

// selfSigned reports whether cert is signed with its own key, CA or not.
func selfSigned(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawIssuer, cert.RawSubject) &&
		cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

// maxText limits each text taken from a certificate, in bytes.
const maxText = 512

// clean escapes characters that are not graphic, so that text from a peer cannot control
// a terminal or reverse the direction of a line, and cuts the text to maxText.
func clean(s string) string {
	if len(s) > maxText {
		n := maxText
		for n > maxText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n] + "..."
	}
	q := strconv.Quote(s)
	q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
	return strings.ReplaceAll(q, `\\`, `\`)
}

// listNames returns at most four of the names in words.
func listNames(names []string) string {
	const most = 4
	switch n := len(names); {
	case n == 0:
		return "no host name"
	case n <= most:
		return strings.Join(names, ", ")
	default:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
	}
}
