package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A keyPair is a client's certificate in the formats that the flags take.
type keyPair struct{ cert, key, both, pfx, plainPFX, encrypted string }

func writeKeyPair(t *testing.T) keyPair {
	t.Helper()
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := pkcs12.Modern.Encode(key, leaf, nil, "sesame")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := pkcs12.Modern.Encode(key, leaf, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return keyPair{
		cert: write("cert.pem", certPEM), key: write("key.pem", keyPEM), both: write("both.pem", append(certPEM, keyPEM...)),
		pfx: write("client.pfx", pfx), plainPFX: write("plain.pfx", plain),
		encrypted: write("encrypted.pem", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}})),
	}
}

func TestClientCertificateFiles(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	k := writeKeyPair(t)
	sesame := map[string]string{"FTPWIRE_PFX_PASSWORD": "sesame"}
	tests := []struct {
		name string
		args []string
		env  map[string]string
		code int
		err  []string
	}{
		{name: "PEM", args: []string{"--cert", k.cert, "--key", k.key}},
		{name: "PEM in one file", args: []string{"--cert", k.both}},
		{name: "PEM without key", args: []string{"--cert", k.cert}, code: exitUsage, err: []string{"--cert: "}},
		{name: "key alone", args: []string{"--key", k.key}, code: exitUsage, err: []string{"--key needs --cert"}},
		{name: "encrypted key", args: []string{"--cert", k.cert, "--key", k.encrypted}, code: exitUsage, err: []string{"is encrypted", "--pfx"}},
		{name: "missing file", args: []string{"--cert", k.cert + "x"}, code: exitUsage, err: []string{"no such file"}},
		{name: "PKCS 12", args: []string{"--pfx", k.pfx}, env: sesame},
		{name: "PKCS 12 without password", args: []string{"--pfx", k.plainPFX}},
		{name: "PKCS 12, nobody to ask", args: []string{"--pfx", k.pfx}, code: exitUsage, err: []string{"FTPWIRE_PFX_PASSWORD"}},
		{name: "PKCS 12, wrong password", args: []string{"--pfx", k.pfx}, env: map[string]string{"FTPWIRE_PFX_PASSWORD": "mumble"}, code: exitUsage, err: []string{"password is wrong"}},
		{name: "no PKCS 12", args: []string{"--pfx", k.cert}, code: exitUsage, err: []string{"--pfx: "}},
		{name: "both", args: []string{"--pfx", k.pfx, "--cert", k.cert}, code: exitUsage, err: []string{"excludes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
			for name, value := range tt.env {
				env[name] = value
			}
			r := f.runIn(t, setting{env: env}, append([]string{"ls", "URL/"}, tt.args...)...)
			r.want(t, tt.code, tt.err...)
			if strings.Contains(r.err, "sesame") || strings.Contains(r.err, "mumble") {
				t.Errorf("standard error holds the password:\n%s", r.err)
			}
		})
	}
}
