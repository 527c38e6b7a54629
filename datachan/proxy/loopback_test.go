package proxy

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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// listen serves every connection of a loopback port by f, until the test ends.
func listen(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				f(c)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		wait.Wait()
	})
	return ln.Addr().String()
}

// tunnel is an HTTP proxy that is itself the server: behind its answer it sends hello,
// and then back what it was sent until the end of that.
func tunnel(hello string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := readRequest(newReader(c)); err != nil {
			return
		}
		io.WriteString(c, established+hello)
		data, _ := io.ReadAll(c)
		c.Write(data)
	}
}

// TestHalfClose: on every kind of connection that DialContext returns, CloseWrite ends
// our side and leaves the other open; and a plain one is a *net.TCPConn.
func TestHalfClose(t *testing.T) {
	cert, roots := certificate(t)
	plain, early := listen(t, tunnel("")), listen(t, tunnel("220 hello\r\n"))
	secure := listen(t, func(c net.Conn) {
		tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		defer tc.Close()
		tunnel("")(tc)
	})
	tests := []struct {
		name  string
		p     *Proxy
		want  string
		plain bool
	}{
		{"plain", &Proxy{Addr: plain}, "abc", true},
		{"early bytes", &Proxy{Addr: early}, "220 hello\r\nabc", false},
		{"TLS", &Proxy{Addr: secure, TLS: &tls.Config{RootCAs: roots}}, "abc", false},
		{"through another proxy", &Proxy{Addr: plain, Forward: (&Proxy{Addr: relay(t)}).DialContext}, "abc", true},
	}
	for _, tt := range tests {
		for _, control := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				dial := tt.p.DialContext
				if control {
					dial = tt.p.DialControl
				}
				c, err := dial(short(t), "tcp", "192.0.2.1:21")
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if _, ok := c.(*net.TCPConn); ok != (tt.plain && !control) && tt.name != "early bytes" {
					t.Errorf("the connection is a %T", c)
				}
				if got := c.RemoteAddr().String(); (got == "192.0.2.1:21") != control {
					t.Errorf("RemoteAddr %s", got)
				}
				if x, ok := c.(*conn); ok && tt.plain != (x.TCP() != nil) && tt.name != "early bytes" {
					t.Errorf("TCP() = %v", x.TCP())
				}
				io.WriteString(c, "abc")
				if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
					t.Error(err)
				}
				got, err := io.ReadAll(c)
				if string(got) != tt.want || err != nil {
					t.Errorf("got %q, %v; want %q", got, err, tt.want)
				}
			})
		}
	}
}

// TestNoHalfClose: nothing that is returned can end one side alone.
func TestNoHalfClose(t *testing.T) {
	p := &Proxy{Addr: listen(t, tunnel("220 hello\r\n")), NoHalfClose: true}
	for _, dial := range []func(context.Context, string, string) (net.Conn, error){p.DialContext, p.DialControl} {
		c, err := dial(short(t), "tcp", "a:21")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.(interface{ CloseWrite() error }); ok {
			t.Errorf("%T has CloseWrite", c)
		}
		if line, err := newReader(c).ReadString('\n'); line != "220 hello\r\n" || err != nil {
			t.Errorf("read %q, %v", line, err)
		}
		c.Close()
	}
	p.Addr = "127.0.0.1:1"
	if c, err := p.DialContext(t.Context(), "tcp", "a:0"); c != nil || err == nil {
		t.Errorf("%v, %v", c, err)
	}
}

// relay is an HTTP proxy that connects.
func relay(t *testing.T) string {
	return listen(t, func(c net.Conn) {
		r := newReader(c)
		request, err := readRequest(r)
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", strings.Fields(request)[1])
		if err != nil {
			io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
			return
		}
		defer to.Close()
		io.WriteString(c, established)
		go func() {
			io.Copy(to, r)
			to.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(c, to)
	})
}

func TestHops(t *testing.T) {
	cert, _ := certificate(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	nobody := closed.Addr().String()

	_, err = (&Proxy{Addr: nobody}).DialContext(short(t), "tcp", "a:21")
	wantError(t, err, StageConnect, 0, syscall.ECONNREFUSED)
	_, err = (&Proxy{Kind: SOCKS5, Addr: nobody}).DialControl(short(t), "tcp", "a:21")
	wantError(t, err, StageConnect, 0, syscall.ECONNREFUSED)
	_, err = (&Proxy{Kind: SOCKS5, Addr: nobody}).Listen(short(t), "tcp", "a:21")
	wantError(t, err, StageConnect, 0, syscall.ECONNREFUSED)

	secure := listen(t, func(c net.Conn) {
		tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
	})
	_, err = (&Proxy{Addr: secure, TLS: &tls.Config{RootCAs: x509.NewCertPool()}}).DialContext(short(t), "tcp", "a:21")
	wantError(t, err, StageTLS, 0, nil)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("error %v, want a CertificateVerificationError", err)
	}
	_, err = (&Proxy{Addr: listen(t, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad\r\n\r\n") }), TLS: &tls.Config{}}).DialContext(short(t), "tcp", "a:21")
	wantError(t, err, StageTLS, 0, nil)

	// The first proxy of two is the one that fails, and says so.
	outer := &Proxy{Addr: nobody, Forward: (&Proxy{Addr: relay(t)}).DialContext}
	_, err = outer.DialContext(short(t), "tcp", "a:21")
	e := wantError(t, err, StageConnect, 0, nil)
	inner, ok := errors.AsType[*Error](e.Err)
	if !ok || inner.Stage != StageTarget || inner.Status != 502 || inner.Target != nobody {
		t.Errorf("cause %v", e.Err)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("no more wanted")
	cancel(why)
	_, err = (&Proxy{Addr: nobody}).DialContext(ctx, "tcp", "a:21")
	wantError(t, err, StageConnect, 0, why)
}

// TestBasicInTLS: NoClearBasic has nothing against Basic in TLS.
func TestBasicInTLS(t *testing.T) {
	cert, roots := certificate(t)
	s := newScripted(t)
	secure := listen(t, func(c net.Conn) {
		tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		defer tc.Close()
		s.run(tc, []string{demand("Basic"), established})
	})
	p := &Proxy{Addr: secure, TLS: &tls.Config{RootCAs: roots}, User: "user", Password: "secret", NoClearBasic: true}
	c, err := p.DialContext(short(t), "tcp", "a:21")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if got := s.authorizations(); len(got) != 2 || got[1] != basicSecret {
		t.Errorf("authorizations %q", got)
	}
}

// certificate returns one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
