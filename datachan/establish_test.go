package datachan_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// certificate is valid in a bubble, whose clock starts in 2000, and outside.
var certificate = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
})

// sessions returns both sides' TLS of a control connection that is up.
func sessions(t *testing.T) (*tlsx.Session, *tlsx.ServerControl) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(certificate().Leaf)
	client := tlsx.NewSession(&tlsx.Config{TLS: &tls.Config{RootCAs: pool}, ServerName: "127.0.0.1"})
	server := tlsx.NewServerSessions(&tls.Config{Certificates: []tls.Certificate{certificate()}}).NewControl(tlsx.BindNone)
	a, b := memnet.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	done := make(chan error, 1)
	go func() { done <- tls.Server(b, server.Config()).Handshake() }()
	if _, err := client.Control(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return client, server
}

// An opened is a passive opening with the server's end of its connection.
func opened(t *testing.T, w *world, m *datachan.Manager) (*datachan.Opening, *memnet.Conn) {
	t.Helper()
	ln := w.listenAt(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	o, err := m.Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||" + port + "|)"}))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return o, srv.(*memnet.Conn)
}

// The handshake begins at the preliminary reply, or after the delay.
func TestEstablishStart(t *testing.T) {
	for _, tt := range []struct {
		name  string
		delay time.Duration // HandshakeDelay
		play  func(p *progress)
		first time.Duration // when the ClientHello comes
	}{
		{"150 at once", 0, func(p *progress) { p.start() }, 0},
		{"150 after 100 ms", 0, func(p *progress) { time.AfterFunc(100*time.Millisecond, p.start) }, 100 * time.Millisecond},
		{"150 never", 0, func(p *progress) {}, 200 * time.Millisecond},
		{"final reply without 150", 0, func(p *progress) { time.AfterFunc(50*time.Millisecond, func() { p.end(false) }) }, 50 * time.Millisecond},
		{"longer delay", 3 * time.Second, func(p *progress) {}, 3 * time.Second},
		{"no delay", -1, func(p *progress) {}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := sessions(t)
				w := &world{}
				o, srv := opened(t, w, w.manager(datachan.Config{HandshakeDelay: tt.delay}))
				p := newProgress()
				start := time.Now()
				tt.play(p)
				first := make(chan time.Duration, 1)
				go func() {
					b := &firstByte{Conn: srv, start: start, at: first}
					if conn, err := server.Data(t.Context(), b); err == nil {
						io.WriteString(conn, "abc")
						conn.CloseWrite()
					}
				}()
				c, err := o.Establish(t.Context(), p, client)
				if err != nil {
					t.Fatal(err)
				}
				if got := <-first; got != tt.first {
					t.Errorf("ClientHello after %v; want %v", got, tt.first)
				}
				if got, err := io.ReadAll(c); err != nil || string(got) != "abc" || c.Moved() != 3 || c.Mode() != "EPSV" {
					t.Errorf("%q, %v, %d bytes by %s", got, err, c.Moved(), c.Mode())
				}
				c.Close()
			})
		})
	}
}

// A firstByte tells when the first byte came.
type firstByte struct {
	net.Conn
	start time.Time
	at    chan time.Duration
	once  sync.Once
}

func (f *firstByte) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	f.once.Do(func() { f.at <- time.Since(f.start) })
	return n, err
}

// A refusal ends the wait, before and during the handshake; so does the context.
func TestEstablishEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		tls  bool
		play func(p *progress, cancel func())
		is   error
		took time.Duration
	}{
		{"refused before the handshake", true, func(p *progress, _ func()) { time.AfterFunc(100*time.Millisecond, func() { p.end(true) }) }, datachan.ErrEnded, 100 * time.Millisecond},
		{"refused during the handshake", true, func(p *progress, _ func()) {
			p.start()
			time.AfterFunc(time.Second, func() { p.end(true) })
		}, datachan.ErrEnded, time.Second + 200*time.Millisecond},
		{"cancelled before the handshake", true, func(_ *progress, cancel func()) { time.AfterFunc(100*time.Millisecond, cancel) }, context.Canceled, 100 * time.Millisecond},
		{"cancelled during the handshake", true, func(p *progress, cancel func()) {
			p.start()
			time.AfterFunc(time.Second, cancel)
		}, context.Canceled, time.Second},
		{"refused in clear", false, func(p *progress, _ func()) { time.AfterFunc(100*time.Millisecond, func() { p.end(true) }) }, datachan.ErrEnded, 100 * time.Millisecond},
		{"cancelled in clear", false, func(_ *progress, cancel func()) { time.AfterFunc(100*time.Millisecond, cancel) }, context.Canceled, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _ := sessions(t)
				if !tt.tls {
					client = nil
				}
				w := &world{}
				o, srv := opened(t, w, w.manager(datachan.Config{}))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := newProgress()
				tt.play(p, cancel)
				start := time.Now()
				_, err := o.Establish(ctx, p, client)
				if took := time.Since(start); !errors.Is(err, tt.is) || took != tt.took {
					t.Errorf("%v after %v; want %v after %v", err, took, tt.is, tt.took)
				}
				if tt.is != context.Canceled && errors.Is(err, context.Canceled) {
					t.Errorf("%v looks as if the caller had cancelled", err)
				}
				srv.SetReadDeadline(time.Now().Add(time.Hour))
				if _, err := io.Copy(io.Discard, srv); errors.Is(err, context.DeadlineExceeded) {
					t.Error("the connection is still open")
				}
			})
		})
	}
}

// An early handshake that the server reset is an error of that transfer; one that
// waits for the 150 is not reset.
func TestEarlyHandshakeReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := sessions(t)
		w := &world{}
		for _, delay := range []time.Duration{-1, 0} {
			o, srv := opened(t, w, w.manager(datachan.Config{HandshakeDelay: delay}))
			p := newProgress()
			go func() { // a server that resets what comes before it has read the command
				time.Sleep(50 * time.Millisecond)
				srv.SetReadDeadline(time.Now().Add(time.Nanosecond))
				if n, _ := srv.Read(make([]byte, 1)); n > 0 {
					srv.Reset()
					return
				}
				srv.SetReadDeadline(time.Time{})
				p.start()
				if conn, err := server.Data(t.Context(), srv); err == nil {
					conn.CloseWrite()
				}
			}()
			c, err := o.Establish(t.Context(), p, client)
			if (err == nil) != (delay == 0) {
				t.Errorf("delay %v: %v", delay, err)
			}
			if err == nil {
				c.Abort()
			} else if _, ok := errors.AsType[*tlsx.HandshakeError](err); !ok {
				t.Errorf("%T %v; want a HandshakeError", err, err)
			}
			synctest.Wait()
		}
	})
}

// Once a server has shown that it sends 150 behind the handshake, the delay is spared.
func TestHoldsTLSMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := sessions(t)
		w := &world{}
		m := w.manager(datachan.Config{})
		for i, want := range []time.Duration{200 * time.Millisecond, 0, 0} {
			o, srv := opened(t, w, m)
			p := newProgress()
			go func() {
				conn, err := server.Data(t.Context(), srv)
				if err != nil {
					return
				}
				time.Sleep(time.Millisecond)
				p.start()
				conn.CloseWrite()
			}()
			start := time.Now()
			c, err := o.Establish(t.Context(), p, client)
			if took := time.Since(start); err != nil || took != want {
				t.Fatalf("transfer %d: %v after %v; want %v", i, err, took, want)
			}
			if _, err := io.ReadAll(c); err != nil {
				t.Error(err)
			}
			c.Close()
		}
	})
}
