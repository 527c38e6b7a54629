package fuzz_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// A fedConn is a connection whose peer says what it has to say in given pieces and
// then ends; what is written to it is forgotten.
type fedConn struct{ pieces [][]byte }

func (c *fedConn) Read(b []byte) (int, error) {
	for len(c.pieces) > 0 && len(c.pieces[0]) == 0 {
		c.pieces = c.pieces[1:]
	}
	if len(c.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.pieces[0])
	c.pieces[0] = c.pieces[0][n:]
	return n, nil
}
func (c *fedConn) Write(b []byte) (int, error)      { return len(b), nil }
func (c *fedConn) Close() error                     { return nil }
func (c *fedConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *fedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *fedConn) SetDeadline(time.Time) error      { return nil }
func (c *fedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fedConn) SetWriteDeadline(time.Time) error { return nil }

// through connects by a proxy that answers every connection alike. It returns what
// can be read once the way is open, or the error.
func through(t *testing.T, p *proxy.Proxy, answer, cuts []byte) (string, error) {
	dials := 0
	p.Addr, p.User, p.Password, p.Domain = "proxy:1", "user", "canary-password", "domain"
	p.Forward = func(context.Context, string, string) (net.Conn, error) {
		if dials++; dials > 16 {
			t.Fatal("no end of connections")
		}
		return &fedConn{pieces: chunks(bytes.Clone(answer), cuts)}, nil
	}
	c, err := p.DialContext(t.Context(), "tcp", "ftp.example.com:21")
	if err != nil {
		e, ok := errors.AsType[*proxy.Error](err)
		if !ok || e.Proxy == "" || (e.Hop == proxy.HopTarget) != (e.Stage == proxy.StageTarget) || e.Stage == proxy.StageRequest || e.Stage == proxy.StageConnect {
			t.Fatalf("error %#v", err)
		}
		if strings.Contains(err.Error(), "canary-password") || len(err.Error()) > 1000 {
			t.Fatalf("error %q", err)
		}
		return "", err
	}
	rest, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(rest), nil
}

// same fails unless an answer means the same whole and in pieces, and what is left of
// it for the server's connection is its end, to the last byte.
func same(t *testing.T, kind proxy.Kind, answer, cuts []byte) {
	rest, err := through(t, &proxy.Proxy{Kind: kind}, answer, nil)
	again, errAgain := through(t, &proxy.Proxy{Kind: kind}, answer, cuts)
	if (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() || rest != again {
		t.Fatalf("%s: %q\nwhole: %q, %v\nby %v: %q, %v", kind, answer, rest, err, cuts, again, errAgain)
	}
	if err == nil && !bytes.HasSuffix(answer, []byte(rest)) {
		t.Fatalf("%s: %q leaves %q", kind, answer, rest)
	}
}

// FuzzConnect: whatever an HTTP proxy answers, however it is cut, the outcome is the
// same: the bytes behind the head of a 2xx, or an error that names the hop, is short
// and holds no password.
func FuzzConnect(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 Connection established\r\n\r\n220 hello\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nVia: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"a, b\"\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n220",
		"HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256-sess, Digest nonce=x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nHTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"m\", stale=true\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM TlRMTVNTUAACAAAACAAIADAAAAABAogAASNFZ4mrze8AAAAAAAAAABAAEAA4AAAAQwBPAFIAUAACAAgAQwBPAFIAUAAAAAAA\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.0 401 Unauthorized\r\nConnection: close\r\n\r\n<html>",
		"HTTP/1.1 503 No\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\nProxy-Status: p; error=dns_error\r\n\r\n",
		"HTTP/1.1 500 canary-password\r\n\r\n",
		"220 hello\r\n",
	} {
		f.Add([]byte(s), []byte{0})
		f.Add([]byte(s), []byte{7, 1, 30})
	}
	f.Fuzz(func(t *testing.T, answer, cuts []byte) { same(t, proxy.HTTP, answer, cuts) })
}

// FuzzSOCKS is FuzzConnect for SOCKS proxies.
func FuzzSOCKS(f *testing.F) {
	for _, s := range []string{
		"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x15220 hello\r\n",
		"\x05\x02\x01\x00\x05\x00\x00\x03\x04name\x00\x15220",
		"\x05\x02\x01\x01", "\x05\xff", "\x05\x00\x05\x05", "\x05\x00\x05\x00\x00\x04",
		"\x00\x5a\x00\x15\x7f\x00\x00\x01220 hello\r\n", "\x00\x5b\x00\x00\x00\x00\x00\x00", "HTTP/1.1 400 Bad\r\n\r\n",
	} {
		f.Add([]byte(s), []byte{0})
	}
	f.Fuzz(func(t *testing.T, answer, cuts []byte) {
		same(t, proxy.SOCKS4A, answer, cuts)
		same(t, proxy.SOCKS5, answer, cuts)
	})
}

// FuzzProxyURL: a proxy that was read writes itself as a URL that reads as the same
// proxy without its credentials, and an error shows nothing of what stood in the URL.
func FuzzProxyURL(f *testing.F) {
	for _, s := range []string{"http://u:p@h:1?domain=D", "socks5h://[::1]", "h:3128", `https://D\u:p@h`, "socks4a://u%00@h", "://", "http://u:%zz@h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := proxy.Parse(s)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "ftp: the proxy's URL ") || len(err.Error()) > 200 {
				t.Fatalf("%q: error %q", s, err)
			}
			return
		}
		q, err := proxy.Parse(p.String())
		if err != nil || q.String() != p.String() || q.Kind != p.Kind || q.User+q.Password+q.Domain != "" || (q.TLS == nil) != (p.TLS == nil) {
			t.Fatalf("%q: %v, then %v, %v", s, p, q, err)
		}
	})
}
