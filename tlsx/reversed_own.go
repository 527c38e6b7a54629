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

// ownCertificates are the certificates of a Session that has to be TLS server and was
// given none. They are made when they are needed, once, and signed by nobody.
type ownCertificates struct {
	ecdsa, rsa ownCertificate
}

type ownCertificate struct {
	once sync.Once
	cert *tls.Certificate
	err  error
}

// choose is a tls.Config.GetCertificate. The key is one of P-256, or of RSA for a peer
// that takes no other, as with TLS 1.2 its suites may have it.
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

// newSelfSigned returns a certificate that names nobody and tells nothing of this host. It
// is good from a day before to a year behind now: the peer's clock may be wrong.
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
