package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestClientCertificates has servers that let in clients with a certificate only.
// What is wrong with one is told apart, with TLS 1.3 too, where the alert comes when
// the handshake is over, and the advice says what to do.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	known, foreign := peer.NewAuthority(t, "the known authority"), peer.NewAuthority(t, "a foreign authority")
	client := known.Client(t, "peer")
	tests := []struct {
		name   string
		certs  []tls.Certificate
		want   tlsx.ClientCertificateReason // 0: accepted
		advice []string
	}{
		{"accepted", []tls.Certificate{client}, 0, nil},
		{"the right one of two", []tls.Certificate{foreign.Client(t, "peer"), client}, 0, nil},
		{"missing", nil, tlsx.ClientCertificateMissing, []string{"Certificates", "with a certificate only", "CN=the known authority"}},
		{"wrong authority", []tls.Certificate{foreign.Client(t, "peer")}, tlsx.ClientCertificateUnknownIssuer,
			[]string{"Certificates", "does not trust the authority", "CN=a foreign authority", "CN=the known authority"}},
	}
	onClientCertificateServers(t, known, func(t *testing.T, s *peer.Server, mode tlsx.Mode, version uint16) {
		for _, tt := range tests {
			for _, policy := range []tlsx.Resumption{tlsx.ResumeRequired, tlsx.ResumeOff} {
				t.Run(tt.name+"/"+policy.String(), func(t *testing.T) {
					cfg := clientConfig(s, mode, version)
					cfg.TLS.Certificates, cfg.Resumption = tt.certs, policy
					if tt.want == 0 {
						transfersWith(t, s, cfg)
						return
					}
					err := tryLogin(t, s, cfg)
					e, ok := errors.AsType[*tlsx.ClientCertificateError](err)
					if !ok || e.Reason != tt.want {
						t.Fatalf("%v; want a *tlsx.ClientCertificateError: %v\n%s", err, tt.want, s.Log())
					}
					for _, word := range tt.advice {
						if got := ftpwire.Diagnose(err).String(); !strings.Contains(got, word) {
							t.Errorf("%v: advice %q lacks %q", err, got, word)
						}
					}
				})
			}
		}
	})
}

// TestDataConnectionsWithoutClientCertificate keeps the certificate back from data
// connections. Resumed ones need none; full ones are refused, which must say why.
func TestDataConnectionsWithoutClientCertificate(t *testing.T) {
	t.Parallel()
	known := peer.NewAuthority(t, "the known authority")
	certs := []tls.Certificate{known.Client(t, "peer")}
	onClientCertificateServers(t, known, func(t *testing.T, s *peer.Server, mode tlsx.Mode, version uint16) {
		cfg := clientConfig(s, mode, version)
		cfg.TLS.Certificates, cfg.NoDataCertificate, cfg.Resumption = certs, true, tlsx.ResumeRequired
		transfersWith(t, s, cfg)

		cfg.Resumption = tlsx.ResumeOff
		r := newCellRun(t, s, cell{})
		c := login(t, s, cfg)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err := r.list(ctx, c)
		e, ok := errors.AsType[*tlsx.ClientCertificateError](err)
		if !ok || e.Reason != tlsx.ClientCertificateMissing {
			t.Errorf("%v; want a *tlsx.ClientCertificateError: %v\n%s", err, tlsx.ClientCertificateMissing, s.Log())
		}
		if h, ok := errors.AsType[*tlsx.HandshakeError](err); !ok || h.Phase != tlsx.PhaseData {
			t.Errorf("%v; want that it is the data connection", err)
		}
	})
}

// onClientCertificateServers runs f against each server that can demand client
// certificates, in each mode and version.
func onClientCertificateServers(t *testing.T, ca *peer.Authority, f func(*testing.T, *peer.Server, tlsx.Mode, uint16)) {
	for _, server := range []string{"vsftpd", "proftpd", "pyftpdlib"} {
		for _, mode := range []tlsx.Mode{peer.Explicit, peer.Implicit} {
			t.Run(fmt.Sprintf("%s/%s", server, mode), func(t *testing.T) {
				t.Parallel()
				s := peer.Start(t, server, peer.Options{TLS: mode, ClientCA: ca.CertPEM})
				for _, version := range tlsVersions {
					t.Run(versionName(version), func(t *testing.T) { f(t, s, mode, version) })
				}
			})
		}
	}
}

// transfersWith runs the matrix's transfers with cfg.
func transfersWith(t *testing.T, s *peer.Server, cfg *control.Config) {
	t.Helper()
	r := newCellRun(t, s, cell{})
	c := login(t, s, cfg)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, op := range operations {
		info, err := op.run(r, ctx, c)
		if err != nil {
			t.Fatalf("%s: %v\n%s", op.name, err, s.Log())
		}
		if !info.TLS || (info.Reuse == tlsx.Resumed) != (cfg.Resumption == tlsx.ResumeRequired) {
			t.Errorf("%s: TLS %v, %s", op.name, info.TLS, info.Reuse)
		}
	}
	r.wantFile("small", []byte(newContent))
}

// tryLogin returns the error of connecting or logging in.
func tryLogin(t *testing.T, s *peer.Server, cfg *control.Config) error {
	t.Helper()
	cfg.Trace = tracer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := control.Dial(ctx, s.Addr, cfg)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Login(ctx, s.User, s.Password, "")
}
