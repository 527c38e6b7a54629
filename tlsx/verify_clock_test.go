package tlsx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"
)

// Data connections resume under a certificate that has expired and was
// accepted, by whatever means, or expires while the control connection lasts.
func TestResumeExpired(t *testing.T) {
	accept := func(context.Context, *CertificateQuestion) Answer { return AcceptOnce }
	clients := []struct {
		name string
		c    Config
	}{
		{"accepted", Config{Verify: &Verification{Roots: x509.NewCertPool(), Ask: accept}}},
		{"dates skipped", Config{Verify: &Verification{SkipChain: true, SkipDates: true}}},
		{"insecure", Config{TLS: &tls.Config{InsecureSkipVerify: true}}},
	}
	ends := map[string]time.Duration{"expired": -day, "long expired": -20000 * day, "expiring": time.Hour}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range clients {
			for name, end := range ends {
				t.Run(tt.name+"/"+name, func(t *testing.T) {
					cert := issue(t, certSpec{from: end - 90*day, to: end})
					e := newEnv(t, envConfig{version: version,
						base: func(c *tls.Config) { c.Certificates = []tls.Certificate{cert.server()} },
						client: func(c *Config) {
							c.TLS, c.Verify = tt.c.TLS, tt.c.Verify
							c.Resumption = ResumeRequired
						}})
					for _, later := range []time.Duration{0, 2 * time.Hour} {
						c := &tls.Config{}
						if tt.c.TLS != nil {
							c = tt.c.TLS.Clone()
						}
						c.Time = func() time.Time { return time.Now().Add(later) }
						e.client.config.TLS = c
						p := e.data()
						if !p.client.Resumed() {
							t.Errorf("%v later: %v", later, p.client.Reuse())
						}
						p.close()
					}
				})
			}
		}
	})
}

// The clock held back has no say in what is expired.
func TestClockJudgesNothing(t *testing.T) {
	cert := issue(t, certSpec{from: -90 * day, to: -day})
	s := verifying(Verification{SkipChain: true, Ask: func(_ context.Context, q *CertificateQuestion) Answer {
		if q.Reasons != ReasonExpired {
			t.Errorf("reasons %v", q.Reasons)
		}
		return AcceptOnce
	}})
	if err := tryControl(t, s, cert.server()); err != nil {
		t.Fatal(err)
	}
	s.config.Verify = &Verification{SkipChain: true}
	err := tryControl(t, s, cert.server())
	if e, ok := errors.AsType[*CertificateError](err); !ok || e.Reasons != ReasonExpired {
		t.Errorf("Control = %v, want expired", err)
	}
}
