package tlsx

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"
)

// A server that demands a client certificate, and what it is given. With TLS 1.2 the
// handshake fails, with TLS 1.3 the first read.
func TestClientCertificate(t *testing.T) {
	known, foreign := newCert(t, "known client"), newCert(t, "foreign\nclient")
	alert := func(a tls.AlertError) func(tls.ConnectionState) error {
		return func(tls.ConnectionState) error { return a }
	}
	tests := []struct {
		name    string
		present []tls.Certificate
		verify  func(tls.ConnectionState) error // the server's, beyond its authorities
		want    ClientCertificateReason         // 0: accepted
		text    string                          // in the error
	}{
		{"accepted", []tls.Certificate{known}, nil, 0, ""},
		{"the right one of two", []tls.Certificate{foreign, known}, nil, 0, ""},
		{"missing", nil, nil, ClientCertificateMissing, "none was presented; it accepts those of CN=known client"},
		{"another authority's", []tls.Certificate{foreign}, nil, ClientCertificateUnknownIssuer,
			"client; it accepts those of CN=known client"},
		{"refused", []tls.Certificate{known}, alert(44), ClientCertificateRefused, "refused the client certificate: CN=known client"},
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, tt := range tests {
			t.Run(VersionName(version)+"/"+tt.name, func(t *testing.T) {
				checkGoroutines(t)
				cert := newCert(t, testHost)
				s := NewSession(&Config{ServerName: testHost, TLS: &tls.Config{RootCAs: pool(cert), Certificates: tt.present}})
				err := firstRead(t, s, &tls.Config{
					Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version,
					ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool(known), VerifyConnection: tt.verify,
				})
				if tt.want == 0 {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				e, ok := errors.AsType[*ClientCertificateError](err)
				if !ok || e.Reason != tt.want || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%v; want a *ClientCertificateError, %v, with %q", err, tt.want, tt.text)
				}
				if h, ok := errors.AsType[*HandshakeError](err); !ok || h.Phase != PhaseControl {
					t.Errorf("%v; want a *HandshakeError of the control connection", err)
				}
			})
		}
	}
}

// firstRead runs the handshake with a server that then sends a byte, and reads it.
func firstRead(t *testing.T, s *Session, server *tls.Config) error {
	t.Helper()
	c, raw := tcpPair(t)
	done := async(func() (int, error) {
		defer raw.Close()
		return tls.Server(raw, server).Write([]byte("2"))
	})
	defer wait(t, done)
	tc, err := s.Control(t.Context(), c)
	if err != nil {
		return err
	}
	_, err = io.ReadFull(tc, make([]byte, 1))
	return s.Explain(err)
}

// Explain leaves alone what is not about a client certificate.
func TestExplainOther(t *testing.T) {
	for _, err := range []error{nil, io.EOF, errors.New("x")} {
		if got := NewSession(nil).Explain(err); got != err {
			t.Errorf("before the handshake: %v became %v", err, got)
		}
		e := newEnv(t, envConfig{})
		if got := e.client.Explain(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// A data connection shows the certificate of the control connection, unless that is
// switched off.
func TestDataCertificate(t *testing.T) {
	known := newCert(t, "known client")
	for _, off := range []bool{false, true} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			name := VersionName(version) + map[bool]string{false: "/presented", true: "/kept back"}[off]
			t.Run(name, func(t *testing.T) {
				e := newEnv(t, envConfig{version: version,
					base: func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert },
					client: func(c *Config) {
						c.TLS.Certificates, c.Resumption, c.NoDataCertificate = []tls.Certificate{known}, ResumeOff, off
					}})
				if got := len(e.serverControl.ConnectionState().PeerCertificates); got != 1 {
					t.Errorf("%d certificates on the control connection", got)
				}
				c, raw := tcpPair(t)
				config := &tls.Config{Certificates: []tls.Certificate{e.cert}, MinVersion: version, MaxVersion: version,
					ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool(known)}
				done := async(func() (int, error) {
					defer raw.Close()
					return tls.Server(raw, config).Write([]byte("2"))
				})
				conn, err := e.client.Data(t.Context(), c)
				if err == nil {
					_, err = io.ReadFull(conn, make([]byte, 1))
					conn.Abort()
				}
				wait(t, done)
				got, missing := errors.AsType[*ClientCertificateError](err)
				switch {
				case !off && err != nil:
					t.Error(err)
				case off && (!missing || got.Reason != ClientCertificateMissing):
					t.Errorf("%v; want that the certificate is missing", err)
				}
			})
		}
	}
}

// Our own verdict on a data connection stands, though the context ends over it: a
// server may close the control connection because of it.
func TestVerdictOutlivesContext(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, noTicket: true,
		client: func(c *Config) { c.Resumption = ResumeRequired }})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	e.client.config.TLS.VerifyConnection = func(tls.ConnectionState) error { cancel(); return nil }
	c, raw := tcpPair(t)
	done := async(func() (int, error) {
		defer raw.Close()
		return 0, tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{e.cert}}).Handshake()
	})
	if _, err := e.client.Data(ctx, c); !errors.Is(err, ErrNotResumed) {
		t.Errorf("Data = %v, want ErrNotResumed", err)
	}
	wait(t, done)
}
