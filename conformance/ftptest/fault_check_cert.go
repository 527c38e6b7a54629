package ftptest

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
	"net"
	"time"
)

// checkCertificateFaults are defects of the server's certificate.
func checkCertificateFaults() []deviation {
	return []deviation{
		flawed("certificate-expired", "the certificate has expired", func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().AddDate(-1, 0, 0), time.Now().Add(-time.Hour)
		}),
		flawed("certificate-expires", "the certificate expires in three days", func(c *x509.Certificate) {
			c.NotAfter = time.Now().AddDate(0, 0, 3)
		}),
		flawed("certificate-other-name", "the certificate is for another host", func(c *x509.Certificate) {
			c.DNSNames, c.IPAddresses = []string{"other.invalid"}, nil
		}),
		{name: "certificate-weak-key", doc: "the certificate has an RSA key of 1024 bits",
			config: func(c *Config) {
				key, err := rsa.GenerateKey(rand.Reader, 1024)
				noError(err)
				c.Certificate = selfMade(key, func(*x509.Certificate) {})
			}},
		{name: "certificate-disorder", doc: "a certificate that has nothing to do with it stands between the server's and its authority's",
			config: func(c *Config) {
				k, err := issueKeys(time.Now())
				noError(err)
				stranger, err := k.sibling(time.Now())
				noError(err)
				own := k.leaf
				own.Certificate = [][]byte{own.Certificate[0], stranger.leaf.Certificate[0], k.authority.Raw}
				c.Certificate = &own
			}},
	}
}

func noError(err error) {
	if err != nil {
		panic("ftptest: BUG: " + err.Error())
	}
}

// flawed is a fault of a certificate for this computer.
func flawed(name Fault, doc string, edit func(*x509.Certificate)) deviation {
	return deviation{name: name, doc: doc, config: func(c *Config) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		noError(err)
		c.Certificate = selfMade(key, edit)
	}}
}

// selfMade returns a self-signed certificate.
func selfMade(key crypto.Signer, edit func(*x509.Certificate)) *tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "localhost"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	edit(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	noError(err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
