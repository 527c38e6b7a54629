package tlsx

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"
)

// ownCertificates are the certificates of a Session that must be TLS server and was given
// none. They are self-signed, and made once, when they are needed.
type ownCertificates struct {
	ecdsa, rsa ownCertificate
}

type ownCertificate struct {
	once sync.Once
	cert *tls.Certificate
	err  error
}

// choose is a tls.Config.GetCertificate. The key is a P-256 key, or an RSA key for a peer
// that only accepts RSA, as its TLS 1.2 suites may say.
func (o *ownCertificates) choose(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := o.ecdsa.get(func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
	if err != nil || hello.SupportsCertificate(cert) == nil {
		return cert, err
	}
	return o.rsa.get(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) })
}

func (o *ownCertificate) get(generate func() (crypto.Signer, error)) (*tls.Certificate, error) {
	o.once.Do(func() {
		key, err := generate()
		if err != nil {
			o.err = err
			return
		}
		o.cert, o.err = newSelfSigned(key, time.Now())
	})
	return o.cert, o.err
}

// newSelfSigned returns a certificate that names nobody and reveals nothing about this
// host. It is valid from a day before now to a year after now, because the peer's clock
// may be wrong.
func newSelfSigned(key crypto.Signer, now time.Time) (*tls.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "FTP client"},
		NotBefore:    now.AddDate(0, 0, -1),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}
