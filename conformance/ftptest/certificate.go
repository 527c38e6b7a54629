package ftptest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// keys are a server's certificate and the authority that clients have to trust.
type keys struct {
	leaf      tls.Certificate
	authority *x509.Certificate
}

func newKeys(c *Config) (*keys, error) {
	if c.Certificate == nil {
		return issueKeys(time.Now())
	}
	chain := c.Certificate.Certificate
	if len(chain) == 0 {
		return nil, errors.New("ftptest: Config.Certificate is empty")
	}
	top, err := x509.ParseCertificate(chain[len(chain)-1])
	if err != nil {
		return nil, fmt.Errorf("ftptest: Config.Certificate: %w", err)
	}
	return &keys{leaf: *c.Certificate, authority: top}, nil
}

// issueKeys makes an authority and has it issue a certificate.
func issueKeys(now time.Time) (*keys, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "ftptest authority"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	authority, err := x509.ParseCertificate(caDER)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "localhost"},
		NotBefore:    ca.NotBefore,
		NotAfter:     ca.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), caKey)
	if err != nil {
		return nil, err
	}
	return &keys{leaf: tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key}, authority: authority}, nil
}

// newTLS returns TLS sessions that show the certificate of k.
func (s *Server) newTLS(k *keys) *tlsx.ServerSessions {
	t := tlsx.NewServerSessions(&tls.Config{
		Certificates: []tls.Certificate{k.leaf},
		MinVersion:   cmp.Or(s.cfg.MinTLS, tls.VersionTLS12),
		MaxVersion:   s.cfg.MaxTLS,
	})
	t.NoTickets, t.LateTickets = s.cfg.NoTickets, s.cfg.LateTickets
	return t
}
