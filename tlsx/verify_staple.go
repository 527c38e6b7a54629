package tlsx

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"
)

// OCSPStatus is what a stapled OCSP response says about a certificate.
type OCSPStatus int

const (
	// StapleNone means that the server stapled nothing, as most do.
	StapleNone OCSPStatus = iota
	// StapleGood means that the authority says the certificate is not revoked.
	StapleGood
	// StapleRevoked means that the authority has revoked the certificate.
	StapleRevoked
	// StapleUnknown means that the authority does not know the certificate.
	StapleUnknown
	// StapleInvalid means that the response is malformed, not signed by the authority or
	// for another certificate. It proves nothing.
	StapleInvalid
)

// String returns "none", "good", "revoked", "unknown" or "invalid".
func (s OCSPStatus) String() string {
	switch s {
	case StapleNone:
		return "none"
	case StapleGood:
		return "good"
	case StapleRevoked:
		return "revoked"
	case StapleUnknown:
		return "unknown"
	case StapleInvalid:
		return "invalid"
	}
	return fmt.Sprintf("OCSPStatus(%d)", int(s))
}

// MarshalText is String.
func (s OCSPStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Staple is the OCSP response that a server sent along with its certificate
// (RFC 6066, Section 8).
type Staple struct {
	Status     OCSPStatus // what the response says of the certificate
	ThisUpdate time.Time  // the response is valid from this time
	NextUpdate time.Time  // until this time; zero if newer ones are always available
	RevokedAt  time.Time  // if Status is StapleRevoked
	// Unsigned means that the signature was not checked, because the server
	// did not send its issuer's certificate.
	Unsigned bool
	// Err says what is wrong if Status is StapleInvalid.
	Err error
}

// Stale reports whether the response is no longer valid by its own dates.
func (s Staple) Stale(now time.Time) bool {
	return !s.NextUpdate.IsZero() && now.After(s.NextUpdate)
}

func (s Staple) revoked() string {
	return "its authority revoked it on " + stampOf(s.RevokedAt) + " (stapled OCSP response)"
}

// StapleStatus reads the stapled OCSP response of a connection as client. It
// does not look at dates: see Stale.
func StapleStatus(st tls.ConnectionState) Staple {
	if len(st.OCSPResponse) == 0 {
		return Staple{}
	}
	if len(st.PeerCertificates) == 0 {
		return Staple{Status: StapleInvalid, Err: errNoCertificate}
	}
	leaf := st.PeerCertificates[0]
	issuer := issuerOf(leaf, st)
	r, err := ocsp.ParseResponseForCert(st.OCSPResponse, leaf, issuer)
	if err != nil {
		return Staple{Status: StapleInvalid, Err: errors.New("ftp: stapled OCSP response: " + clean(err.Error()))}
	}
	s := Staple{ThisUpdate: r.ThisUpdate, NextUpdate: r.NextUpdate, Unsigned: issuer == nil}
	switch r.Status {
	case ocsp.Good:
		s.Status = StapleGood
	case ocsp.Revoked:
		s.Status, s.RevokedAt = StapleRevoked, r.RevokedAt
	default:
		s.Status = StapleUnknown
	}
	return s
}

// issuerOf returns the certificate whose key signed leaf, or nil.
func issuerOf(leaf *x509.Certificate, st tls.ConnectionState) *x509.Certificate {
	if len(st.VerifiedChains) > 0 && len(st.VerifiedChains[0]) > 1 {
		return st.VerifiedChains[0][1]
	}
	for _, cert := range st.PeerCertificates {
		if bytes.Equal(cert.RawSubject, leaf.RawIssuer) && cert.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil {
			return cert
		}
	}
	return nil
}
