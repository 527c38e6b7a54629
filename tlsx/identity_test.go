package tlsx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"

	"golang.org/x/crypto/ocsp"
)

// Who may answer on a data connection, by policy and by how certificates are
// judged.
func TestIdentityPolicy(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	own := issue(t, certSpec{issuer: root})
	node := issue(t, certSpec{issuer: root})
	renamed := issue(t, certSpec{issuer: root, hosts: []string{"evil.example"}})
	stranger := issue(t, certSpec{})
	revoked := issue(t, certSpec{issuer: root})
	ofRevoked := revoked.server(root)
	ofRevoked.OCSPStaple = response(t, revoked, root, root, ocsp.Revoked)

	const (
		good        = iota
		identity    // *IdentityError
		certificate // *CertificateError or one of crypto/tls
	)
	tests := []struct {
		name string
		data tls.Certificate
		want map[Identity]int
	}{
		{"same", own.server(), map[Identity]int{IdentitySame: good, IdentityVerified: good, IdentityNone: good}},
		{"another machine", node.server(), map[Identity]int{IdentitySame: identity, IdentityVerified: good, IdentityNone: good}},
		{"another name", renamed.server(), map[Identity]int{IdentitySame: identity, IdentityVerified: certificate, IdentityNone: good}},
		{"stranger", stranger.server(), map[Identity]int{IdentitySame: identity, IdentityVerified: certificate, IdentityNone: good}},
		{"revoked", ofRevoked, map[Identity]int{IdentitySame: identity, IdentityVerified: certificate, IdentityNone: good}},
	}
	judges := []struct {
		name string
		c    Config
	}{
		{"crypto/tls", Config{TLS: &tls.Config{RootCAs: root.pool()}}},
		{"Verify", Config{Verify: &Verification{Roots: root.pool(), Ask: func(context.Context, *CertificateQuestion) Answer {
			t.Error("asked about a data connection")
			return AcceptAlways
		}}}},
	}
	for _, j := range judges {
		for _, tt := range tests {
			for policy, want := range tt.want {
				t.Run(j.name+"/"+tt.name+"/"+policy.String(), func(t *testing.T) {
					e := &env{t: t}
					c := j.c
					c.ServerName, c.Identity, c.HandshakeTimeout = testHost, policy, testTimeout
					s := NewSession(&c)
					e.connect(s, NewServerSessions(&tls.Config{Certificates: []tls.Certificate{own.server()}}).NewControl(BindNone))
					p, err, _ := e.tryData(s, NewServerSessions(&tls.Config{Certificates: []tls.Certificate{tt.data}}).NewControl(BindNone))
					if want == good {
						if err != nil {
							t.Fatalf("Data = %v", err)
						}
						p.close()
						return
					}
					if err == nil {
						t.Fatal("the data connection was accepted")
					}
					if got := isType[*IdentityError](err); got != (want == identity) {
						t.Errorf("Data = %v, want an *IdentityError: %v", err, want == identity)
					}
					if ce, ok := errors.AsType[*CertificateError](err); want == certificate && j.c.Verify != nil && (!ok || ce.Reasons == 0) {
						t.Errorf("Data = %v, want a *CertificateError", err)
					}
					wantClosed(t, p.clientTCP)
				})
			}
		}
	}
}

// What a person accepted once holds for that certificate alone; what stands in
// the trust store for another one does too.
func TestIdentityVerifiedAsksNobody(t *testing.T) {
	own, other := issue(t, certSpec{}), issue(t, certSpec{})
	var asked int
	for _, answer := range []Answer{AcceptOnce, AcceptAlways} {
		store := newStore(t)
		asked = 0
		s := verifying(Verification{Roots: x509.NewCertPool(), Trust: store, Ask: func(context.Context, *CertificateQuestion) Answer {
			asked++
			return answer
		}})
		s.config.Identity = IdentityVerified
		e := &env{t: t}
		e.connect(s, NewServerSessions(&tls.Config{Certificates: []tls.Certificate{own.server()}}).NewControl(BindNone))
		if _, err, _ := e.tryData(s, NewServerSessions(&tls.Config{Certificates: []tls.Certificate{other.server()}}).NewControl(BindNone)); !isType[*CertificateError](err) {
			t.Errorf("%v: another certificate: %v", answer, err)
		}
		p, err, _ := e.tryData(s, NewServerSessions(&tls.Config{Certificates: []tls.Certificate{own.server()}}).NewControl(BindNone))
		if err != nil {
			t.Fatalf("%v: same certificate: %v", answer, err)
		}
		p.close()
		if asked != 1 {
			t.Errorf("%v: asked %d times", answer, asked)
		}
	}
}

func TestParseIdentity(t *testing.T) {
	for _, want := range []Identity{IdentitySame, IdentityVerified, IdentityNone} {
		if got, err := parseIdentity(want.String()); got != want || err != nil {
			t.Errorf("ParseIdentity(%q) = %v, %v", want, got, err)
		}
	}
	if _, err := parseIdentity("Same"); err == nil {
		t.Error("upper case was accepted")
	}
}
