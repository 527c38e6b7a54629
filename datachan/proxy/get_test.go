package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGet(t *testing.T) {
	const url = "ftp://joe:canary@ftp.example.com/pub/a%20b.txt"
	tests := []struct {
		name, answer string
		size         int64
		proven       bool
		body         string
		err          error // of reading
	}{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", 5, true, "hello", nil},
		{"nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, true, "", nil},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", -1, true, "hello", nil},
		{"to the end", "HTTP/1.0 200 OK\r\n\r\nhello", -1, false, "hello", nil},
		{"cut length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", 5, true, "hel", io.ErrUnexpectedEOF},
		{"cut chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nl", -1, true, "hell", io.ErrUnexpectedEOF},
		{"cut before the trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n", -1, true, "hel", io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, []string{tt.answer})
			p := &Proxy{Addr: "proxy:1", Forward: s.dial}
			d, err := p.Get(short(t), url)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Body.Close()
			got, err := io.ReadAll(d.Body)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.body, string(got)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if d.Size != tt.size || d.Proven != tt.proven {
				t.Errorf("size %d, proven %v, want %d, %v", d.Size, d.Proven, tt.size, tt.proven)
			}
			want := "GET " + url + " HTTP/1.1\r\nHost: ftp.example.com\r\nProxy-Connection: Keep-Alive\r\n\r\n"
			if diff := cmp.Diff([]string{want}, s.requests()); diff != "" {
				t.Errorf("request: mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGetFails(t *testing.T) {
	const url = "ftp://joe:canary@ftp.example.com/a"
	tests := []struct {
		name, url, answer string
		kind              Kind
		stage             Stage
		status            int
		is                error
	}{
		{"not found", url, "HTTP/1.1 404 Not Found\r\n\r\n", HTTP, StageTarget, 404, nil},
		{"password said back", url, "HTTP/1.1 502 no " + url + "\r\n\r\n", HTTP, StageTarget, 502, nil},
		{"redirected", url, "HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", HTTP, StageTarget, 302, nil},
		{"a part", url, "HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", HTTP, StageTarget, 206, nil},
		{"two lengths", url, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", HTTP, StageExchange, 0, nil},
		{"length and chunks", url, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nxx", HTTP, StageExchange, 0, nil},
		{"negative length", url, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxx", HTTP, StageExchange, 0, nil},
		{"SOCKS", url, "", SOCKS5, StageRequest, 0, errors.ErrUnsupported},
		{"HTTP URL", "http://joe:canary@a/", "", HTTP, StageRequest, 0, nil},
		{"line break in the path", "ftp://joe:canary@a/x%0d%0aDELE%20y", "", HTTP, StageRequest, 0, nil},
		{"line break in the user", "ftp://joe%0a:canary@a/x", "", HTTP, StageRequest, 0, nil},
		{"no host", "ftp:///x", "", HTTP, StageRequest, 0, nil},
		{"zone", "ftp://joe:canary@[fe80::1%25eth0]/x", "", HTTP, StageRequest, 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, []string{tt.answer})
			p := &Proxy{Kind: tt.kind, Addr: "proxy:1", Forward: s.dial}
			_, err := p.Get(short(t), tt.url)
			wantError(t, err, tt.stage, tt.status, tt.is)
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("error shows the password: %v", err)
			}
			if tt.stage == StageRequest && s.dials != 0 {
				t.Error("the proxy was dialled")
			}
		})
	}
}

// TestGetAuthenticates: the digest is over the URL and the method GET.
func TestGetAuthenticates(t *testing.T) {
	s := newScripted(t, []string{demand(`Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"})
	p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
	d, err := p.Get(short(t), "ftp://a/x")
	if err != nil {
		t.Fatal(err)
	}
	d.Body.Close()
	got := parseChallenges(s.authorizations()[1:])[0].params
	k, _ := newDigest(challenge{params: map[string]string{"algorithm": "SHA-256", "nonce": "x"}})
	if want := k.h(k.h("user:r:secret") + ":n:00000001:" + got["cnonce"] + ":auth:" + k.h("GET:ftp://a/x")); got["response"] != want {
		t.Errorf("response %s, want %s", got["response"], want)
	}
}

// TestGetWaits: a body that stops is bounded by Timeout, and by the context.
func TestGetWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted(t)
		p := &Proxy{Addr: "proxy:1", Forward: s.serve(func(c net.Conn) {
			readRequest(newReader(c))
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
			io.Copy(io.Discard, c)
		})}
		d, err := p.Get(t.Context(), "ftp://a/x")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := io.ReadAll(d.Body); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 30*time.Second {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
		d.Body.Close()

		why := errors.New("no more wanted")
		ctx, cancel := context.WithCancelCause(t.Context())
		if d, err = p.Get(ctx, "ftp://a/x"); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { cancel(why) })
		if _, err := io.ReadAll(d.Body); !errors.Is(err, why) {
			t.Errorf("error %v, want %v", err, why)
		}
		d.Body.Close()
	})
}
