package tlsx

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// reversed makes a data connection whose server's end is the TLS client, by cfg.
func (e *env) reversed(cfg *tls.Config) (p dataPair, clientErr, serverErr error) {
	e.t.Helper()
	p.clientTCP, p.serverTCP = tcpPair(e.t)
	p.serverTap = &tap{Conn: p.serverTCP}
	ctx, cancel := context.WithTimeout(e.t.Context(), testTimeout)
	defer cancel()
	cfg.InsecureSkipVerify = true
	done := async(func() (*tls.Conn, error) {
		tc := tls.Client(p.serverTap, cfg)
		err := tc.HandshakeContext(ctx)
		if err != nil {
			p.serverTCP.Close()
		}
		return tc, err
	})
	p.client, clientErr = e.client.DataAsServer(ctx, p.clientTCP)
	p.server, serverErr = wait(e.t, done)
	return p, clientErr, serverErr
}

// wantReversed makes such a connection, which has to succeed.
func (e *env) wantReversed(cfg *tls.Config) dataPair {
	e.t.Helper()
	p, cerr, serr := e.reversed(cfg)
	if cerr != nil || serr != nil {
		e.t.Fatalf("data handshake: this side %v, the server %v", cerr, serr)
	}
	return p
}

// showing is the configuration of a TLS client that shows a certificate whatever
// authorities it is asked for.
func showing(c tls.Certificate) *tls.Config {
	return &tls.Config{GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c, nil }}
}

// A ticketCount counts the tickets that come.
type ticketCount struct{ n int }

func (c *ticketCount) Get(string) (*tls.ClientSessionState, bool) { return nil, false }
func (c *ticketCount) Put(_ string, cs *tls.ClientSessionState) {
	if cs != nil {
		c.n++
	}
}

// As TLS server the connection is what it is as TLS client: the version is fixed, ends
// are told apart, both directions can be ended in order.
func TestReversedEnds(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})

		for range 2 { // a full handshake, and one that resumes
			usual := e.data()
			if !usual.client.Proven() {
				t.Errorf("as TLS client: not proven, %s", usual.client.Reuse())
			}
			usual.close()
		}

		tickets := &ticketCount{}
		p := e.wantReversed(&tls.Config{ClientSessionCache: tickets}) // a download
		if got := p.client.ConnectionState().Version; got != version || p.client.Reuse() != Reversed || p.client.Resumed() {
			t.Errorf("%s, %s", VersionName(got), p.client.Reuse())
		}
		io.WriteString(p.server, "abc")
		p.server.CloseWrite()
		if b, err := io.ReadAll(p.client); string(b) != "abc" || err != nil || p.client.Truncated() {
			t.Errorf("download: %q, %v", b, err)
		}
		if err := p.client.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := p.server.Read(make([]byte, 1)); err != io.EOF || p.serverTap.ended.Load() {
			t.Errorf("the server read %v; want close_notify", err)
		}
		if tickets.n > 0 {
			t.Errorf("%d session tickets were sent; a server that only sends would leave them unread", tickets.n)
		}

		p = e.wantReversed(&tls.Config{}) // a download that is cut off
		io.WriteString(p.server, "abc")
		p.serverTCP.CloseWrite()
		if b, err := io.ReadAll(p.client); string(b) != "abc" || !errors.Is(err, ErrTruncated) || !p.client.Truncated() {
			t.Errorf("cut off: %q, %v", b, err)
		}
		p.close()

		p = e.wantReversed(&tls.Config{}) // an upload
		p.client.Drain()
		done := async(func() ([]byte, error) { return io.ReadAll(p.server) })
		data := strings.Repeat("0123456789", 100_000)
		if _, err := io.WriteString(p.client, data); err != nil {
			t.Fatal(err)
		}
		if err := p.client.CloseWrite(); err != nil {
			t.Errorf("CloseWrite: %v", err)
		}
		if b, err := wait(t, done); string(b) != data || err != nil || p.serverTap.ended.Load() {
			t.Errorf("upload: %d bytes, %v; want %d and close_notify", len(b), err, len(data))
		}
		p.server.Close()
		if err := p.client.Finish(time.Second); err != nil || p.client.DrainErr() != nil {
			t.Errorf("Finish: %v, %v", err, p.client.DrainErr())
		}
	})
}

// A certificate that the server shows is held to the policy; none is taken for what it
// is.
func TestReversedIdentity(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		own, second, stranger := e.cert, newCert(t, testHost), newCert(t, testHost)
		for _, tt := range []struct {
			name     string
			identity Identity
			verify   *Verification
			peer     *tls.Config
			ok       bool
			proven   bool
		}{
			{"none, same", IdentitySame, nil, &tls.Config{}, true, false},
			{"none, verified", IdentityVerified, &Verification{}, &tls.Config{}, true, false},
			{"own, same", IdentitySame, nil, showing(own), true, true},
			{"own, verified", IdentityVerified, nil, showing(own), true, true},
			{"own, none", IdentityNone, nil, showing(own), true, true},
			{"second, same", IdentitySame, nil, showing(second), false, false},
			{"second, verified", IdentityVerified, nil, showing(second), true, false},
			{"second, verified by us", IdentityVerified, &Verification{}, showing(second), true, false},
			{"stranger, same", IdentitySame, nil, showing(stranger), false, false},
			{"stranger, verified", IdentityVerified, nil, showing(stranger), false, false},
			{"stranger, verified by us", IdentityVerified, &Verification{}, showing(stranger), false, false},
			{"stranger, none", IdentityNone, nil, showing(stranger), true, false},
		} {
			t.Run(tt.name, func(t *testing.T) {
				c := &e.client.config
				c.Identity, c.Verify = tt.identity, tt.verify
				c.TLS = &tls.Config{RootCAs: pool(own, second)}
				p, err, _ := e.reversed(tt.peer)
				if (err == nil) != tt.ok {
					t.Fatalf("DataAsServer = %v; want success: %v", err, tt.ok)
				}
				if err != nil {
					if tt.identity == IdentitySame && !errors.Is(err, ErrIdentity) {
						t.Errorf("%v; want an *IdentityError", err)
					}
					wantClosed(t, p.clientTCP)
					return
				}
				if p.client.Proven() != tt.proven {
					t.Errorf("Proven() = %v", !tt.proven)
				}
				p.close()
			})
		}
	})
}

// The certificate that this side shows: the caller's, or one of the Session.
func TestReversedCertificate(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		shown := func(cfg *tls.Config) *x509.Certificate {
			t.Helper()
			p := e.wantReversed(cfg)
			defer p.close()
			return p.server.ConnectionState().PeerCertificates[0]
		}
		first := shown(&tls.Config{})
		if again := shown(&tls.Config{}); !again.Equal(first) {
			t.Error("each data connection has a certificate of its own; want one a Session")
		}
		if err := first.CheckSignature(first.SignatureAlgorithm, first.RawTBSCertificate, first.Signature); err != nil {
			t.Errorf("not signed by itself: %v", err)
		}
		if now := time.Now(); now.Before(first.NotBefore) || now.After(first.NotAfter) {
			t.Errorf("good from %v to %v", first.NotBefore, first.NotAfter)
		}
		if version == tls.VersionTLS12 {
			rsaOnly := shown(&tls.Config{MaxVersion: version, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}})
			if _, ok := rsaOnly.PublicKey.(*rsa.PublicKey); !ok {
				t.Errorf("a peer without ECDSA got a %T", rsaOnly.PublicKey)
			}
		}
		other := e.newClient(nil)
		e.connect(other, e.server)
		mine := e.client
		e.client = other
		if shown(&tls.Config{}).Equal(first) {
			t.Error("two Sessions have the same certificate")
		}
		e.client = mine
		given := newCert(t, "client.example")
		e.client.config.TLS.Certificates = []tls.Certificate{given, newCert(t, "second.example")}
		if got := shown(&tls.Config{}); !got.Equal(given.Leaf) {
			t.Errorf("shows %v; want the first given", got.Subject)
		}
		e.client.config.NoDataCertificate = true
		if got := shown(&tls.Config{}); !got.Equal(first) {
			t.Errorf("shows %v; want the Session's", got.Subject)
		}
	})
}

// What the caller checks of servers is checked where there is something to check.
func TestReversedChecksOfTheCaller(t *testing.T) {
	e := newEnv(t, envConfig{})
	refuse := errors.New("not today")
	calls := 0
	e.client.config.TLS.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
		calls += len(raw)
		return nil
	}
	e.client.config.TLS.VerifyConnection = func(st tls.ConnectionState) error {
		if st.PeerCertificates[0] == nil {
			t.Error("called without a certificate")
		}
		return refuse
	}
	e.wantReversed(&tls.Config{}).close()
	if _, err, _ := e.reversed(showing(e.cert)); !errors.Is(err, refuse) || calls != 1 {
		t.Errorf("DataAsServer = %v after %d calls; want the caller's error", err, calls)
	}
}

func TestReversedErrors(t *testing.T) {
	t.Run("before the control connection", func(t *testing.T) {
		conn := hanging(t)
		_, err := NewSession(nil).DataAsServer(t.Context(), conn)
		if he, ok := errors.AsType[*HandshakeError](err); !ok || he.Phase != PhaseData {
			t.Errorf("%v; want a *HandshakeError", err)
		}
		wantClosed(t, conn)
	})
	e := newEnv(t, envConfig{version: tls.VersionTLS12})
	t.Run("resumption required", func(t *testing.T) {
		e.client.config.Resumption = ResumeRequired
		defer func() { e.client.config.Resumption = ResumePreferred }()
		conn := hanging(t)
		_, err := e.client.DataAsServer(t.Context(), conn)
		if nr, ok := errors.AsType[*NotResumedError](err); !ok || nr.Reuse != Reversed {
			t.Errorf("%v; want a *NotResumedError", err)
		}
		wantClosed(t, conn)
	})
	t.Run("another version", func(t *testing.T) {
		p, err, _ := e.reversed(&tls.Config{MinVersion: tls.VersionTLS13})
		if _, ok := errors.AsType[*HandshakeError](err); !ok {
			t.Errorf("%v; want a *HandshakeError: the control connection has TLS 1.2", err)
		}
		wantClosed(t, p.clientTCP)
	})
	t.Run("a server that waits too", func(t *testing.T) {
		e.client.config.HandshakeTimeout = 20 * time.Millisecond
		defer func() { e.client.config.HandshakeTimeout = testTimeout }()
		conn := hanging(t)
		_, err := e.client.DataAsServer(t.Context(), conn)
		he, ok := errors.AsType[*HandshakeError](err)
		if !ok || !he.Silent || !strings.Contains(he.Hint, "did not begin TLS") || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v; want a timeout with a hint", err)
		}
		wantClosed(t, conn)
	})
	t.Run("clear text", func(t *testing.T) {
		c, s := tcpPair(t)
		io.WriteString(s, "total 0\r\n")
		_, err := e.client.DataAsServer(t.Context(), c)
		if he, ok := errors.AsType[*HandshakeError](err); !ok || !strings.Contains(he.Hint, "clear text") {
			t.Errorf("%v; want a hint at clear text", err)
		}
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		conn := hanging(t)
		if _, err := e.client.DataAsServer(ctx, conn); !errors.Is(err, context.Canceled) {
			t.Errorf("%v; want context.Canceled", err)
		}
		wantClosed(t, conn)
	})
}
