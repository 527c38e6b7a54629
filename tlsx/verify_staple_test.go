package tlsx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// response returns an OCSP response for cert, signed by signer on behalf of
// issuer.
func response(t *testing.T, cert, issuer, signer *testCert, status int) []byte {
	t.Helper()
	now := time.Now().Truncate(time.Minute)
	b, err := ocsp.CreateResponse(issuer.cert, signer.cert, ocsp.Response{
		Status:       status,
		SerialNumber: cert.cert.SerialNumber,
		ThisUpdate:   now.Add(-time.Hour),
		NextUpdate:   now.Add(time.Hour),
		RevokedAt:    now.Add(-2 * time.Hour),
	}, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestStapleStatus(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	stranger := issue(t, certSpec{name: "root", ca: true})
	leaf, other := issue(t, certSpec{issuer: root}), issue(t, certSpec{issuer: root})
	tests := []struct {
		name     string
		staple   []byte
		sent     bool // the server sends its issuer's certificate
		want     OCSPStatus
		unsigned bool
	}{
		{"none", nil, true, StapleNone, false},
		{"good", response(t, leaf, root, root, ocsp.Good), true, StapleGood, false},
		{"revoked", response(t, leaf, root, root, ocsp.Revoked), true, StapleRevoked, false},
		{"unknown", response(t, leaf, root, root, ocsp.Unknown), true, StapleUnknown, false},
		{"good, issuer not sent", response(t, leaf, root, root, ocsp.Good), false, StapleGood, true},
		{"for another certificate", response(t, other, root, root, ocsp.Good), true, StapleInvalid, false},
		{"signed by a stranger", response(t, leaf, root, stranger, ocsp.Good), true, StapleInvalid, false},
		{"malformed", []byte("\x30\x03\x0a\x01"), true, StapleInvalid, false},
		{"error response", ocsp.TryLaterErrorResponse, true, StapleInvalid, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := tls.ConnectionState{OCSPResponse: tt.staple, PeerCertificates: []*x509.Certificate{leaf.cert}}
			if tt.sent {
				st.PeerCertificates = append(st.PeerCertificates, root.cert)
			}
			s := StapleStatus(st)
			if s.Status != tt.want || s.Unsigned != tt.unsigned {
				t.Errorf("%v, unsigned %v; want %v, %v (%v)", s.Status, s.Unsigned, tt.want, tt.unsigned, s.Err)
			}
			if (s.Err != nil) != (tt.want == StapleInvalid) {
				t.Errorf("Err = %v", s.Err)
			}
			if dated := !s.ThisUpdate.IsZero() && !s.NextUpdate.IsZero(); dated != (tt.want == StapleGood || tt.want == StapleRevoked || tt.want == StapleUnknown) {
				t.Errorf("dates %v to %v", s.ThisUpdate, s.NextUpdate)
			}
			if s.RevokedAt.IsZero() == (tt.want == StapleRevoked) {
				t.Errorf("revoked at %v", s.RevokedAt)
			}
			if s.Stale(time.Now()) || s.Stale(time.Now().Add(day)) != !s.NextUpdate.IsZero() {
				t.Error("Stale is wrong")
			}
		})
	}
	if s := StapleStatus(tls.ConnectionState{OCSPResponse: []byte("x")}); s.Status != StapleInvalid {
		t.Errorf("without a certificate: %v", s.Status)
	}
}

// A revoked certificate is refused whoever judges, and nobody is asked. A
// staple that says nothing does not matter.
func TestRevokedIsRefused(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	leaf := issue(t, certSpec{issuer: root})
	ask := func(context.Context, *CertificateQuestion) Answer { t.Error("asked"); return AcceptAlways }
	configs := []struct {
		name string
		c    Config
	}{
		{"crypto/tls", Config{TLS: &tls.Config{RootCAs: root.pool()}}},
		{"Verify", Config{Verify: &Verification{Roots: root.pool(), Ask: ask}}},
		{"Verify, all skipped", Config{Verify: &Verification{SkipChain: true, SkipDates: true, SkipName: true, Ask: ask}}},
	}
	for _, tt := range configs {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.ServerName = testHost
			cert := leaf.server(root)
			cert.OCSPStaple = response(t, leaf, root, root, ocsp.Revoked)
			err := tryControl(t, NewSession(&tt.c), cert)
			e, ok := errors.AsType[*CertificateError](err)
			if !ok || e.Reasons != ReasonRevoked || !errors.Is(err, errRevoked) || !strings.Contains(err.Error(), "revoked it on") {
				t.Errorf("revoked: %v", err)
			}
			for _, staple := range [][]byte{response(t, leaf, root, root, ocsp.Good), []byte("rubbish")} {
				cert.OCSPStaple = staple
				if err := tryControl(t, NewSession(&tt.c), cert); err != nil {
					t.Errorf("not revoked: %v", err)
				}
			}
		})
	}
}
