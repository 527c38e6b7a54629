package tlsx

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A certSpec says what a certificate made for a test is like. The zero
// certSpec is a good server certificate for testHost, signed by itself.
type certSpec struct {
	name   string    // common name; if empty, testHost
	hosts  []string  // if nil, {testHost}
	issuer *testCert // if nil, the certificate signs itself
	ca     bool
	from   time.Duration // validity from now on; if zero, -1h
	to     time.Duration // if zero, +1h
	usage  []x509.ExtKeyUsage
}

// A testCert is a certificate and its key.
type testCert struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func issue(t *testing.T, s certSpec) *testCert {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return issueFor(t, s, key)
}

func issueFor(t *testing.T, s certSpec, key *ecdsa.PrivateKey) *testCert {
	t.Helper()
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: cmp.Or(s.name, testHost)},
		NotBefore:             now.Add(cmp.Or(s.from, -time.Hour)),
		NotAfter:              now.Add(cmp.Or(s.to, time.Hour)),
		IsCA:                  s.ca,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           s.usage,
	}
	if s.ca {
		template.KeyUsage |= x509.KeyUsageCertSign
	} else if template.DNSNames = s.hosts; s.hosts == nil {
		template.DNSNames = []string{testHost}
	}
	parent, signer := template, key
	if s.issuer != nil {
		parent, signer = s.issuer.cert, s.issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &testCert{cert, key}
}

func (c *testCert) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c.cert)
	return p
}

// server returns c as a server presents it, with the certificates of chain
// behind it.
func (c *testCert) server(chain ...*testCert) tls.Certificate {
	s := tls.Certificate{Certificate: [][]byte{c.cert.Raw}, PrivateKey: c.key, Leaf: c.cert}
	for _, i := range chain {
		s.Certificate = append(s.Certificate, i.cert.Raw)
	}
	return s
}

// tryControl makes a control connection to a server with that certificate and
// returns the client's error. The server's end is closed.
func tryControl(t *testing.T, s *Session, cert tls.Certificate) error {
	t.Helper()
	client, server := tcpPair(t)
	done := async(func() (struct{}, error) {
		defer server.Close()
		tc := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}})
		return struct{}{}, tc.HandshakeContext(t.Context())
	})
	tc, err := s.Control(t.Context(), client)
	wait(t, done)
	if err == nil {
		tc.Close()
	}
	return err
}

func verifying(v Verification) *Session {
	return NewSession(&Config{ServerName: testHost, HandshakeTimeout: testTimeout, Verify: &v})
}

// reissue signs a changed template.
func reissue(t *testing.T, template *x509.Certificate, issuer *testCert, key *ecdsa.PrivateKey) *testCert {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.cert, &key.PublicKey, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &testCert{cert, key}
}

// newStore returns an empty store in a folder of its own.
func newStore(t *testing.T) *TrustStore {
	t.Helper()
	s, err := OpenTrustStore(filepath.Join(t.TempDir(), "ftp", "trusted"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
