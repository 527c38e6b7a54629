package peer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"testing"
)

// An Authority signs certificates of clients, for [Options.ClientCA].
type Authority struct {
	// CertPEM is the authority's own certificate.
	CertPEM []byte

	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority that nothing trusts yet. Two authorities of the
// same name differ in their keys only.
func NewAuthority(tb testing.TB, name string) *Authority {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("peer: authority: %v", err)
	}
	ca := template(10, name)
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		tb.Fatalf("peer: authority: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("peer: authority: %v", err)
	}
	return &Authority{CertPEM: encodePEM("CERTIFICATE", der), cert: cert, key: key}
}

// Client makes a certificate for a client of that name, and its key.
func (a *Authority) Client(tb testing.TB, name string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("peer: client certificate: %v", err)
	}
	leaf := template(11, name)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, key.Public(), a.key)
	if err != nil {
		tb.Fatalf("peer: client certificate: %v", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// PEM returns the certificate and the key of c in one file, as client programs
// read them.
func PEM(tb testing.TB, c tls.Certificate) []byte {
	tb.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		tb.Fatalf("peer: client key: %v", err)
	}
	var b bytes.Buffer
	for _, der := range c.Certificate {
		b.Write(encodePEM("CERTIFICATE", der))
	}
	b.Write(encodePEM("PRIVATE KEY", key))
	return b.Bytes()
}
