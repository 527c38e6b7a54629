package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/tlsx"
)

// distrusted returns why the client of the scripts refused the certificate, 0 if it did
// not.
func distrusted(scripts []*dialogue.Script) (reasons tlsx.Reason) {
	for _, s := range scripts {
		for _, step := range s.Steps {
			if words, ok := step.How.Distrusted(); ok {
				for word := range strings.SplitSeq(words, ",") {
					var r tlsx.Reason
					if r.UnmarshalText([]byte(word)) == nil { // one of another version can't be imitated
						reasons |= r
					}
				}
			}
		}
	}
	return reasons
}

// freshKeyPair makes a certificate for localhost that has the same faults as the one that
// was recorded.
func freshKeyPair(faults tlsx.Reason) ([]tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "ftpwire replay"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 1, 0),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if faults.Has(tlsx.ReasonExpired) {
		template.NotBefore, template.NotAfter = now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)
	}
	if faults.Has(tlsx.ReasonNotYetValid) {
		template.NotBefore = now.AddDate(0, 0, 1)
	}
	if faults.Has(tlsx.ReasonWrongName) {
		template.DNSNames, template.IPAddresses = []string{"other.example"}, nil
	}
	authority, signer := template, key
	if faults.Has(tlsx.ReasonUnknownAuthority) {
		authority = &x509.Certificate{Subject: pkix.Name{CommonName: "ftpwire replay authority"}}
		if signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}

// writeCertificate writes the first certificate to a file that clients can trust.
func writeCertificate(file string, pairs []tls.Certificate) error {
	if file == "" || len(pairs) == 0 {
		return nil
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pairs[0].Certificate[0]})
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return usagef("--ca-out: %w", err)
	}
	return nil
}
