package ftpwire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Trust the certificates of a company's own authority, and no others.
func Example_privateAuthority() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	os.WriteFile("company-ca.pem", server.CAPEM(), 0o644)
	ctx := context.Background()

	file, err := os.ReadFile("company-ca.pem")
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(file) {
		log.Fatal("company-ca.pem has no certificate")
	}
	profile := &ftpwire.Profile{Host: "company.example.com", User: "alice", Password: secret, RootCAs: roots}
	standIn(profile, server) // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	fmt.Println(err)
	client.Close(ctx)
	// Output: <nil>
}

// Ask a person about a certificate that can't be verified, and remember the answer. A
// changed certificate is asked about again.
func Example_trustPrompt() {
	server, done := exampleServer(ftptest.Config{})
	defer done()
	ctx := context.Background()
	yes := func() bool { return true }

	trusted, err := tlsx.OpenTrustStore("trusted") // made when the first certificate is accepted
	if err != nil {
		log.Fatal(err)
	}
	ask := func(ctx context.Context, q *tlsx.CertificateQuestion) tlsx.Answer {
		fmt.Printf("%s: %q\n", q.Host, q.Problems)
		if q.Changed() || !yes() { // compare q.Facts.SHA256 with what the administrator says
			return tlsx.Reject
		}
		return tlsx.AcceptAlways
	}
	profile := &ftpwire.Profile{
		Host: "appliance.example.com", User: "alice", Password: secret,
		Config: control.Config{Verify: &tlsx.Verification{Trust: trusted, Ask: ask}},
	}
	standIn(profile, server) // stands in for a real server
	profile.RootCAs = nil    // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	if refused, ok := errors.AsType[*tlsx.CertificateError](err); ok {
		log.Fatal(refused.Problems)
	}
	fmt.Println(err)
	client.Close(ctx)
	// Output:
	// appliance.example.com: ["it is signed by an authority that is not known here: CN=ftptest authority"]
	// <nil>
}

// Log in with a client certificate, for servers that ask for one.
func Example_clientCertificate() {
	server, done := exampleServer(ftptest.Config{ClientAuth: tls.RequireAndVerifyClientCert, Users: []ftptest.User{{Name: "carol", Certificate: "carol"}}})
	defer done()
	writeClientCertificate(server, "carol.pem", "carol.key")
	ctx := context.Background()

	certificate, err := tls.LoadX509KeyPair("carol.pem", "carol.key")
	if err != nil {
		log.Fatal(err)
	}
	profile := &ftpwire.Profile{Host: "partner.example.com", User: "carol", ClientCertificates: []tls.Certificate{certificate}}
	standIn(profile, server) // stands in for a real server
	client, err := ftpwire.Dial(ctx, profile)
	fmt.Println(err)
	client.Close(ctx)
	// Output: <nil>
}

func writeClientCertificate(server *ftptest.Server, certFile, keyFile string) {
	certificate, err := server.ClientCertificate("carol")
	if err != nil {
		panic(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		panic(err)
	}
	os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o600)
	os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600)
}
