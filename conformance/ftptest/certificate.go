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
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// keys are a host's certificate and the authority that clients have to trust.
type keys struct {
	leaf      tls.Certificate
	authority *x509.Certificate
	signer    *ecdsa.PrivateKey // of the authority; nil if the certificate was given
}

// givenKeys returns keys of a certificate that a Config has.
func givenKeys(c *tls.Certificate) (*keys, error) {
	chain := c.Certificate
	if len(chain) == 0 {
		return nil, errors.New("ftptest: the Certificate of the Config is empty")
	}
	top, err := x509.ParseCertificate(chain[len(chain)-1])
	if err != nil {
		return nil, fmt.Errorf("ftptest: the Certificate of the Config: %w", err)
	}
	return &keys{leaf: *c, authority: top}, nil
}

// newAuthority makes an authority, which has no leaf yet.
func newAuthority(now time.Time) (*keys, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "ftptest authority"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, err
	}
	authority, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &keys{authority: authority, signer: key}, nil
}

// issueKeys makes an authority and has it issue a certificate for this computer.
func issueKeys(now time.Time) (*keys, error) {
	k, err := newAuthority(now)
	if err != nil {
		return nil, err
	}
	return k.sibling(now)
}

// sibling returns keys of the same authority with a new certificate, for names or,
// if there are none, for this computer.
func (k *keys) sibling(now time.Time, names ...string) (*keys, error) {
	template := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: names}
	if len(names) == 0 {
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	template.Subject.CommonName = template.DNSNames[0]
	leaf, err := k.issue(now, template)
	if err != nil {
		return nil, err
	}
	return &keys{leaf: leaf, authority: k.authority, signer: k.signer}, nil
}

// issue has the authority sign a certificate, as long-lived as itself.
func (k *keys) issue(now time.Time, template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template.SerialNumber = big.NewInt(now.UnixNano())
	template.NotBefore, template.NotAfter = k.authority.NotBefore, k.authority.NotAfter
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, k.authority, key.Public(), k.signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, k.authority.Raw}, PrivateKey: key}, nil
}

// parsed returns the certificate itself.
func (k *keys) parsed() (*x509.Certificate, error) {
	if k.leaf.Leaf != nil {
		return k.leaf.Leaf, nil
	}
	return x509.ParseCertificate(k.leaf.Certificate[0])
}

// newTLS returns TLS sessions that show the certificate of k, or of the virtual
// host that a client asks for by name.
func (s *Server) newTLS(k *keys) *tlsx.ServerSessions {
	if s.cfg.hugeChain {
		own := *k
		k, own.leaf.Certificate = &own, slices.Clone(k.leaf.Certificate)
		for size := 0; size < 300<<10; size += len(k.authority.Raw) {
			own.leaf.Certificate = append(own.leaf.Certificate, k.authority.Raw)
		}
	}
	t := tlsx.NewServerSessions(&tls.Config{
		Certificates:   []tls.Certificate{k.leaf},
		GetCertificate: s.certificate,
		MinVersion:     cmp.Or(s.cfg.MinTLS, tls.VersionTLS12),
		MaxVersion:     s.cfg.MaxTLS,
		ClientAuth:     s.cfg.ClientAuth,
		ClientCAs:      s.clientCAs(),
		NextProtos:     s.cfg.NextProtos,
	})
	t.NoTickets, t.LateTickets = s.cfg.NoTickets, s.cfg.LateTickets
	t.SingleUse, t.NoDataTickets = s.cfg.singleUse, s.cfg.noDataTickets
	return t
}

// certificate returns that of a virtual host, or nil for the sessions' own.
func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if h := s.virtualHost(hello.ServerName); h != nil {
		return &h.keys.leaf, nil
	}
	return nil, nil
}

func (s *Server) clientCAs() *x509.CertPool {
	if s.cfg.ClientCAs != nil || s.cfg.ClientAuth == tls.NoClientCert {
		return s.cfg.ClientCAs
	}
	pool := x509.NewCertPool()
	pool.AddCert(s.host.keys.authority)
	return pool
}
