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
	"regexp"
	"strings"
	"testing"
	"time"
)

var listeningOn = regexp.MustCompile(`listening on (\S+),`)

// TestServeLogins shows what --host, --user with an account, --quota, --auth, --ccc,
// --tls-max and --reuse make of the server.
func TestServeLogins(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	s := startServe(t, "--host", "a.example", "--user", "bob:"+testPassword+":accounting", "--quota", "1000", "--auth", "tls,ssl",
		"--ccc", "refused", "--tls-max", "1.2", "--reuse", "control", "--ca-out", ca)
	defer s.stop(t)
	url := "ftpes://bob@" + listeningOn.FindStringSubmatch(s.stdout.String())[1] + "/"
	env := setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}
	runIn(t, env, "ls", "--ca", ca, url).want(t, exitLogin, "332")
	runIn(t, env, "ls", "--ca", ca, "--acct", "accounting", "--tls-min", "1.3", url).want(t, exitConnect, "protocol version")
	r := runIn(t, env, "quote", "--ca", ca, "--acct", "accounting", url, "FEAT", "SITE QUOTA", "STAT")
	for _, want := range []string{" AUTH TLS;SSL", " HOST", "Maximum disk quota: 1000 bytes", "protected by TLS 1.2"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in %q", want, r.out)
		}
	}
	if strings.Contains(r.out, " CCC") {
		t.Errorf("CCC is listed: %q", r.out)
	}
	runIn(t, env, "ls", "--ca", ca, "--acct", "accounting", url).want(t, exitGood)
}

// TestServeForeignHosts shows that --allow-fxp has the server take the address of another host.
func TestServeForeignHosts(t *testing.T) {
	runIn(t, setting{}, "serve", "--allow-fxp", "here").want(t, exitUsage, "no IP address and no network")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "504 Data connections go to your own address"},
		{[]string{"--allow-fxp", "127.0.0.3", "--allow-fxp", "192.0.2.0/24"}, "200 Address accepted"},
	} {
		s := startServe(t, append([]string{"--tls", "none", "--anonymous"}, tt.args...)...)
		url := "ftp://" + listeningOn.FindStringSubmatch(s.stdout.String())[1] + "/"
		for _, address := range []string{"127,0,0,3,156,64", "192,0,2,9,156,64"} {
			if r := runIn(t, setting{}, "quote", url, "PORT "+address); !strings.Contains(r.out+r.err, tt.want) {
				t.Errorf("%v: PORT %s: %s%s; want %s", tt.args, address, r.out, r.err, tt.want)
			}
		}
		s.stop(t)
	}
}

// TestServeClientCA shows that a client certificate is demanded, and logs a user in.
func TestServeClientCA(t *testing.T) {
	dir := t.TempDir()
	ca, own := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "alice.pem")
	writeSelfSigned(t, own, "alice")
	s := startServe(t, "--client-ca", own, "--user", "alice:"+testPassword, "--ca-out", ca)
	defer s.stop(t)
	url := "ftpes://alice@" + listeningOn.FindStringSubmatch(s.stdout.String())[1] + "/"
	wrong := setting{env: map[string]string{"FTPWIRE_PASSWORD": "not needed"}}
	runIn(t, wrong, "ls", "--ca", ca, url).want(t, exitLogin, "certificate required")
	runIn(t, wrong, "ls", "--ca", ca, "--cert", own, url).want(t, exitGood)

	// A stored connection needs no password either, if a certificate logs in.
	none := setting{env: map[string]string{"FTPWIRE_CONFIG": filepath.Join(dir, "connections.toml")}}
	runIn(t, none, "ls", "--ca", ca, url).want(t, exitUsage, "no password")
	runIn(t, none, "probe", "--ca", ca, "--cert", own, "--save", "lab", url).want(t, exitGood)
	runIn(t, none, "ls", "lab:").want(t, exitGood)
	other := filepath.Join(dir, "bob.pem")
	writeSelfSigned(t, other, "bob")
	both := startServe(t, "--client-ca", other, "--user", "alice:"+testPassword, "--ca-out", ca)
	defer both.stop(t)
	url = "ftpes://alice@" + listeningOn.FindStringSubmatch(both.stdout.String())[1] + "/"
	runIn(t, none, "ls", "--ca", ca, "--cert", other, url).want(t, exitLogin, "530")
}

// writeSelfSigned writes a certificate that is its own authority, with its key.
func writeSelfSigned(t *testing.T, file, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestServeOneTimePasswords(t *testing.T) {
	s := startServe(t, "--tls", "none", "--otp", "sha1", "--user", "otto:"+testPassword)
	defer s.stop(t)
	url := "ftp://otto@" + listeningOn.FindStringSubmatch(s.stdout.String())[1] + "/"
	r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": "0000000000000000"}}, "quote", url, "NOOP")
	r.want(t, exitLogin, "530")
	runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "quote", url, "NOOP").want(t, exitGood)
	if log := s.stderr.String(); !strings.Contains(log, "otp-sha1 99 ftp1 ext") {
		t.Errorf("no challenge in %q", log)
	}
}

func TestServeUsage(t *testing.T) {
	for name, tt := range map[string]struct{ args, want string }{
		"user without a password": {"--user alice", "NAME:PASSWORD"},
		"mechanism":               {"--auth KERBEROS", "KERBEROS"},
		"virtual host":            {"--host a:21", "a:21"},
		"quota":                   {"--quota -1", "--quota"},
		"versions crossed":        {"--tls-min 1.3 --tls-max 1.2", "above --tls-max"},
		"old version by half":     {"--tls-max 1.1", "default minimum"},
		"no client authority":     {"--client-ca /nonexistent", "/nonexistent"},
		"TLS flags without TLS":   {"--tls none --reuse any", "make no sense"},
		"policy of CCC":           {"--ccc maybe", "ccc"},
	} {
		t.Run(name, func(t *testing.T) {
			runIn(t, setting{}, append([]string{"serve", "--listen", "127.0.0.1:0"}, strings.Fields(tt.args)...)...).want(t, exitUsage, tt.want)
		})
	}
}
