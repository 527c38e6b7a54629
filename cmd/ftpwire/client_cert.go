package main

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// clientCertificate reads the client's certificate and private key, from PEM files
// or from one in the format of PKCS #12. It returns none if no file is named.
func (a *app) clientCertificate(f *connFlags) ([]tls.Certificate, error) {
	switch {
	case f.pfx != "" && (f.cert != "" || f.key != ""):
		return nil, usagef("--pfx holds certificate and key: it excludes --cert and --key")
	case f.pfx != "":
		return a.readPFX(f.pfx)
	}
	return readKeyPair(f.cert, f.key)
}

// readKeyPair reads a certificate, the chain after it and its key in PEM format.
func readKeyPair(cert, key string) ([]tls.Certificate, error) {
	if cert == "" && key == "" {
		return nil, nil
	}
	if cert == "" {
		return nil, usagef("--key needs --cert")
	}
	if key == "" {
		key = cert
	}
	certText, err := os.ReadFile(cert)
	if err != nil {
		return nil, usagef("--cert: %w", err)
	}
	keyText, err := os.ReadFile(key)
	if err != nil {
		return nil, usagef("--key: %w", err)
	}
	if encryptedPEM(keyText) {
		return nil, &usageError{
			err:  fmt.Errorf("%s: the private key is encrypted", key),
			hint: "Keep it in a PKCS #12 file (--pfx), which is read with its password: openssl pkcs12 -export -in CERT -inkey KEY -out FILE.pfx",
		}
	}
	pair, err := tls.X509KeyPair(certText, keyText)
	if err != nil {
		return nil, usagef("--cert: %s: %w", cert, err)
	}
	return []tls.Certificate{pair}, nil
}

func encryptedPEM(text []byte) bool {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
	return false
}

// readPFX reads a PKCS #12 file. Its password is none, or the one in the
// environment, or asked for.
func (a *app) readPFX(name string) ([]tls.Certificate, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("--pfx: %w", err)
	}
	password, known := a.env("FTPWIRE_PFX_PASSWORD")
	if c := a.conn; c != nil && !c.pfxPassword.none() && name == c.text("pfx") {
		if password, err = a.secretOf(&c.pfxPassword, c.name); err != nil {
			return nil, err
		}
		known = true
	}
	a.secret(password)
	cert, err := decodePFX(data, password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) && !known {
		if password, err = a.ask(a.ctx, "Password of "+visible(name)+": ", "the password of "+name,
			`Give it in the environment variable FTPWIRE_PFX_PASSWORD.`); err != nil {
			return nil, err
		}
		a.secret(password)
		cert, err = decodePFX(data, password)
	}
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, &usageError{err: fmt.Errorf("--pfx: %s: the password is wrong", name), hint: "It is taken from FTPWIRE_PFX_PASSWORD, or asked for."}
	}
	if err != nil {
		return nil, usagef("--pfx: %s: %w", name, err)
	}
	return []tls.Certificate{cert}, nil
}

func decodePFX(data []byte, password string) (tls.Certificate, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return tls.Certificate{}, err
	}
	cert := tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert, nil
}
