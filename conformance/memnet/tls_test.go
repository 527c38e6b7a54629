package memnet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"testing"
	"testing/synctest"
	"time"
)

// TestTLS does what deadlocks over net.Pipe: TLS 1.3 with a session cache and
// client certificates, the client writing first. The second connection resumes.
func TestTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cert := selfSigned(t)
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf)
		server := &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots}
		client := &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: roots, ServerName: "ftp.example.com",
			ClientSessionCache: tls.NewLRUClientSessionCache(1)}
		for _, resumes := range []bool{false, true} {
			a, b := Pipe()
			cc, sc := tls.Client(a, client), tls.Server(b, server)
			done := start(func() error {
				buf := make([]byte, 4)
				if _, err := sc.Read(buf); err != nil {
					return err
				}
				_, err := sc.Write(buf)
				return err
			})
			if _, err := cc.Write([]byte("NOOP")); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 4)
			if _, err := cc.Read(buf); err != nil || string(buf) != "NOOP" {
				t.Fatalf("got %q, error %v", buf, err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if got := cc.ConnectionState().DidResume; got != resumes {
				t.Errorf("resumed: got %t, want %t", got, resumes)
			}
		}
	})
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"ftp.example.com"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
