package tlsx

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestIdentity(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		second := newCert(t, testHost) // as valid as the first, for the same name
		e.client.config.TLS = &tls.Config{RootCAs: pool(e.cert, second)}
		imposter := NewServerSessions(&tls.Config{Certificates: []tls.Certificate{second}, MaxVersion: version})

		p, cerr, _ := e.tryData(e.client, imposter.NewControl(BindNone))
		ie, ok := errors.AsType[*IdentityError](cerr)
		if !ok || !errors.Is(cerr, ErrIdentity) {
			t.Fatalf("Data = %v, want an *IdentityError", cerr)
		}
		if ie.Control == ie.Data {
			t.Error("both fingerprints are the same")
		}
		wantClosed(t, p.clientTCP)

		q := e.data()
		if !q.client.Resumed() {
			t.Errorf("after an imposter: %v", q.client.Reuse())
		}
		q.close()
	})
}

// The data connection is checked by the caller as well, resumed or not.
func TestVerifyConnectionOfTheCaller(t *testing.T) {
	refuse := errors.New("not today")
	e := newEnv(t, envConfig{})
	var calls int
	e.client.config.TLS.VerifyConnection = func(tls.ConnectionState) error {
		if calls++; calls > 1 {
			return refuse
		}
		return nil
	}
	p := e.data()
	if !p.client.Resumed() || calls != 1 {
		t.Errorf("%v, %d calls", p.client.Reuse(), calls)
	}
	p.close()
	if _, err, _ := e.tryData(e.client, e.server); !errors.Is(err, refuse) {
		t.Errorf("Data = %v, want the caller's error", err)
	}
}

// A server that takes P-256 only makes crypto/tls's usual ClientHello come
// twice. The control connection pays for that once, no data connection does.
func TestNoHelloRetryOnData(t *testing.T) {
	for _, policy := range []Resumption{ResumePreferred, ResumeOff} {
		t.Run(policy.String(), func(t *testing.T) {
			e := newEnv(t, envConfig{
				version: tls.VersionTLS13,
				base:    func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP256} },
				client:  func(c *Config) { c.Resumption = policy },
			})
			if !e.control.ConnectionState().HelloRetryRequest {
				t.Fatal("the control connection saw no HelloRetryRequest, so this test proves nothing")
			}
			p := e.data()
			if p.client.ConnectionState().HelloRetryRequest {
				t.Error("the data connection saw a HelloRetryRequest")
			}
			p.close()
		})
	}
}

// In TLS 1.2 the list of curves also limits certificates: with X25519 alone a
// server with a P-256 certificate finds no cipher suite.
func TestFullHandshakeOnDataTLS12(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS12, noTicket: true, base: func(c *tls.Config) {
		// OpenSSL makes this check with a single certificate too.
		c.GetCertificate = func(hi *tls.ClientHelloInfo) (*tls.Certificate, error) {
			cert := &c.Certificates[0]
			return cert, hi.SupportsCertificate(cert)
		}
	}})
	if got := e.control.ConnectionState().CurveID; got == tls.CurveP256 {
		t.Fatalf("the control connection uses %v, so this test proves nothing", got)
	}
	p := e.data()
	p.close()
}

// A data connection of another version than its control connection cannot
// resume it, and is a downgrade if the version is lower.
func TestVersionIsPinned(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		other := tls.VersionTLS12 + tls.VersionTLS13 - version
		sessions := NewServerSessions(&tls.Config{
			Certificates: []tls.Certificate{e.cert},
			MinVersion:   other,
			MaxVersion:   other,
		})
		_, cerr, serr := e.tryData(e.client, sessions.NewControl(BindNone))
		if cerr == nil || serr == nil {
			t.Errorf("client %v, server %v; want both to fail", cerr, serr)
		}
	})
}

func TestALPN(t *testing.T) {
	tests := []struct {
		name   string
		server []string
		want   string
	}{
		{"server chooses", []string{"ftp"}, "ftp"},
		{"server ignores", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var offered [][]string
			e := newEnv(t, envConfig{base: func(c *tls.Config) {
				c.NextProtos = tt.server
				c.GetCertificate = func(hi *tls.ClientHelloInfo) (*tls.Certificate, error) {
					offered = append(offered, hi.SupportedProtos)
					return &c.Certificates[0], nil
				}
			}, client: func(c *Config) { c.Resumption = ResumeOff }})
			p := e.data()
			if got := p.client.ConnectionState().NegotiatedProtocol; got != tt.want {
				t.Errorf("negotiated %q, want %q", got, tt.want)
			}
			p.close()
			want := [][]string{{"ftp"}, tt.server}
			if diff := cmp.Diff(want, offered); diff != "" {
				t.Errorf("offered mismatch (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("another service", func(t *testing.T) {
		cert := newCert(t, testHost)
		client, server := tcpPair(t)
		done := async(func() (struct{}, error) {
			tc := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}})
			return struct{}{}, tc.Handshake()
		})
		s := NewSession(&Config{TLS: &tls.Config{RootCAs: pool(cert)}, ServerName: testHost})
		_, err := s.Control(t.Context(), client)
		he, ok := errors.AsType[*HandshakeError](err)
		if !ok || he.Hint == "" {
			t.Errorf("Control = %v, want a *HandshakeError with a hint", err)
		}
		wait(t, done)
	})
}

func TestCancelStalledHandshake(t *testing.T) {
	e := newEnv(t, envConfig{})
	run := map[string]func(context.Context, net.Conn) error{
		"control": func(ctx context.Context, c net.Conn) error {
			_, err := e.newClient(nil).Control(ctx, c)
			return err
		},
		"data": func(ctx context.Context, c net.Conn) error {
			_, err := e.client.Data(ctx, c)
			return err
		},
		"server data": func(ctx context.Context, c net.Conn) error {
			_, err := e.server.Data(ctx, c)
			return err
		},
	}
	for name, f := range run {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			conn := hanging(t)
			done := async(func() (struct{}, error) { return struct{}{}, f(ctx, conn) })
			start := time.Now()
			cancel()
			_, err := wait(t, done)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("err = %v, want context.Canceled", err)
			}
			if d := time.Since(start); d > testTimeout/5 {
				t.Errorf("returned after %v", d)
			}
			wantClosed(t, conn)
		})
	}
}

func TestDataBeforeControl(t *testing.T) {
	conn := hanging(t)
	_, err := NewSession(nil).Data(t.Context(), conn)
	if he, ok := errors.AsType[*HandshakeError](err); !ok || he.Phase != PhaseData {
		t.Errorf("Data = %v, want a *HandshakeError", err)
	}
	wantClosed(t, conn)
}

func TestConfigIsNotModified(t *testing.T) {
	base := &tls.Config{}
	e := newEnv(t, envConfig{client: func(c *Config) {
		base.RootCAs = c.TLS.RootCAs
		c.TLS = base
	}})
	e.data().close()
	if base.ServerName != "" || base.MinVersion != 0 || base.NextProtos != nil ||
		base.ClientSessionCache != nil || base.VerifyConnection != nil || base.CurvePreferences != nil {
		t.Errorf("the caller's tls.Config was changed: %+v", base)
	}
}
