package proxy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

func TestConnectRequest(t *testing.T) {
	tests := []struct {
		name, addr, want string
		header           http.Header
	}{
		{"name", "ftp.example.com:21", "CONNECT ftp.example.com:21 HTTP/1.1\r\nHost: ftp.example.com:21\r\nProxy-Connection: Keep-Alive\r\n\r\n", nil},
		{"IPv4", "192.0.2.1:2121", "CONNECT 192.0.2.1:2121 HTTP/1.1\r\nHost: 192.0.2.1:2121\r\nProxy-Connection: Keep-Alive\r\n\r\n", nil},
		{"IPv6", "[2001:db8::1]:21", "CONNECT [2001:db8::1]:21 HTTP/1.1\r\nHost: [2001:db8::1]:21\r\nProxy-Connection: Keep-Alive\r\n\r\n", nil},
		{"mapped IPv4", "[::ffff:192.0.2.1]:21", "CONNECT 192.0.2.1:21 HTTP/1.1\r\nHost: 192.0.2.1:21\r\nProxy-Connection: Keep-Alive\r\n\r\n", nil},
		{"international", "bücher.example:21", "CONNECT xn--bcher-kva.example:21 HTTP/1.1\r\nHost: xn--bcher-kva.example:21\r\nProxy-Connection: Keep-Alive\r\n\r\n", nil},
		{"added header", "a:21", "CONNECT a:21 HTTP/1.1\r\nHost: a:21\r\nProxy-Connection: Keep-Alive\r\nUser-Agent: x\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n",
			http.Header{"X-Two": {"1", "2"}, "User-Agent": {"x"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, []string{established})
			p := &Proxy{Addr: "proxy:3128", Forward: s.dial, Header: tt.header}
			c, err := p.DialContext(short(t), "tcp", tt.addr)
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			if diff := cmp.Diff([]string{tt.want}, s.requests()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestT78ConnectAnswers: what a proxy may answer, and what then holds.
func TestT78ConnectAnswers(t *testing.T) {
	fill := func(n int) string { return "X-F: " + strings.Repeat("x", n-len("X-F: \r\n")) + "\r\n" }
	status := "HTTP/1.1 200 OK\r\n"
	fits := maxHeadBytes - len(status) - len("\r\n")
	tests := []struct {
		name, answer string
		behind       string // what can be read then; if stage is 0
		stage        Stage
		status       int
		is           error
		text         string // in the error
	}{
		{name: "200", answer: established},
		{name: "HTTP/1.0", answer: "HTTP/1.0 200 OK\r\n\r\n"},
		{name: "no reason", answer: "HTTP/1.1 200\r\n\r\n"},
		{name: "2xx", answer: "HTTP/1.1 299 Fine\r\n\r\n"},
		{name: "LF alone", answer: "HTTP/1.1 200 OK\nVia: x\n\n"},
		{name: "greeting glued", answer: established + "220 hello\r\n", behind: "220 hello\r\n"},
		{name: "body headers mean nothing", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n220 hello\r\n", behind: "220 hello\r\n"},
		{name: "interim answers", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + established + "220", behind: "220"},
		{name: "folded header", answer: "HTTP/1.1 200 OK\r\nVia: a\r\n\tb\r\n c\r\n\r\n220", behind: "220"},
		{name: "100 lines", answer: status + strings.Repeat("A: b\r\n", maxHeadLines-2) + "\r\n"},
		{name: "64 KiB", answer: status + fill(fits) + "\r\n"},

		{name: "101 lines", answer: status + strings.Repeat("A: b\r\n", maxHeadLines-1) + "\r\n", stage: StageExchange, text: "100 lines"},
		{name: "64 KiB + 1", answer: status + fill(fits+1) + "\r\n", stage: StageExchange, text: "65536 bytes"},
		{name: "folded for ever", answer: "HTTP/1.1 200 OK\r\nVia: a\r\n" + strings.Repeat(" b\r\n", 100) + "\r\n", stage: StageExchange, text: "100 lines"},
		{name: "fold at once", answer: "HTTP/1.1 200 OK\r\n Via: a\r\n\r\n", stage: StageExchange, text: "continuation"},
		{name: "interim for ever", answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000), stage: StageExchange, text: "interim"},
		{name: "switching", answer: "HTTP/1.1 101 Switching Protocols\r\n\r\n", stage: StageExchange, text: "another protocol"},
		{name: "bare CR", answer: "HTTP/1.1 200 OK\r\nVia: a\rHTTP/1.1 407 No\r\n\r\n", stage: StageExchange, text: "bare CR"},
		{name: "NUL", answer: "HTTP/1.1 200 OK\r\nVia: \x00\r\n\r\n", stage: StageExchange, text: "NUL"},
		{name: "blank before colon", answer: "HTTP/1.1 200 OK\r\nVia : a\r\n\r\n", stage: StageExchange, text: "malformed"},
		{name: "no colon", answer: "HTTP/1.1 200 OK\r\nVia\r\n\r\n", stage: StageExchange, text: "malformed"},
		{name: "HTTP/2", answer: "HTTP/2 200\r\n\r\n", stage: StageExchange, text: "HTTP/1"},
		{name: "an FTP server", answer: "220 ready\r\n", stage: StageExchange, text: `"220 ready"`},
		{name: "status with sign", answer: "HTTP/1.1 +20 OK\r\n\r\n", stage: StageExchange, text: "status"},
		{name: "status of four digits", answer: "HTTP/1.1 2000 OK\r\n\r\n", stage: StageExchange, text: "status"},
		{name: "closed at once", answer: "", stage: StageExchange, is: io.EOF, text: "ended the connection"},
		{name: "closed in the status", answer: "HTTP/1.1 20", stage: StageExchange, is: io.ErrUnexpectedEOF, text: "ended the connection"},
		{name: "closed in the header", answer: "HTTP/1.1 200 OK\r\nVia: a\r\n", stage: StageExchange, is: io.ErrUnexpectedEOF, text: "ended the connection"},

		{name: "redirection", answer: "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n", stage: StageTarget, status: 302},
		{name: "forbidden", answer: "HTTP/1.1 403 Filtered\r\n\r\n", stage: StageTarget, status: 403, is: fs.ErrPermission, text: "Filtered"},
		{name: "gateway timeout", answer: "HTTP/1.1 504 Slow\r\n\r\n", stage: StageTarget, status: 504, is: syscall.ETIMEDOUT},
		{name: "tinyproxy refused", answer: "HTTP/1.0 500 Unable to connect\r\n\r\n", stage: StageTarget, status: 500, text: "Unable to connect"},
		{name: "squid refused", answer: "HTTP/1.1 503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n", stage: StageTarget, status: 503, is: syscall.ECONNREFUSED},
		{name: "squid unreachable", answer: "HTTP/1.1 503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 113\r\n\r\n", stage: StageTarget, status: 503, is: syscall.EHOSTUNREACH},
		{name: "squid no name", answer: "HTTP/1.1 503 Service Unavailable\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n", stage: StageTarget, status: 503, text: "no such host"},
		{name: "Proxy-Status", answer: "HTTP/1.1 502 Bad Gateway\r\nProxy-Status: p.example; error=connection_refused; details=\"x\"\r\n\r\n", stage: StageTarget, status: 502, is: syscall.ECONNREFUSED},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, []string{tt.answer})
			p := &Proxy{Addr: "proxy:3128", Forward: s.dial}
			c, err := p.DialContext(short(t), "tcp", "ftp.example.com:21")
			if tt.stage != 0 {
				wantError(t, err, tt.stage, tt.status, tt.is)
				if !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), "ftp.example.com:21") {
					t.Errorf("error %q: does not hold %q and the target", err, tt.text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			got, err := io.ReadAll(c)
			if string(got) != tt.behind || err != nil {
				t.Errorf("behind the answer: %q, %v; want %q", got, err, tt.behind)
			}
		})
	}
}

// TestT78EndlessHeader: a header of a gigabyte is read no further than the limit.
func TestT78EndlessHeader(t *testing.T) {
	for _, piece := range []string{"x", "X-A: b\r\n", " fold"} {
		a, b := net.Pipe()
		sent := make(chan int, 1)
		go func() {
			defer b.Close()
			readRequest(newReader(b))
			io.WriteString(b, "HTTP/1.1 200 OK\r\n")
			chunk, n := []byte(strings.Repeat(piece, 1024)), 0
			for n < 1<<30 {
				k, err := b.Write(chunk)
				n += k
				if err != nil {
					break
				}
			}
			sent <- n
		}()
		p := &Proxy{Addr: "proxy:1", Forward: func(context.Context, string, string) (net.Conn, error) { return a, nil }}
		_, err := p.DialContext(short(t), "tcp", "a:21")
		wantError(t, err, StageExchange, 0, nil)
		if n := <-sent; n > maxHeadBytes+8192 {
			t.Errorf("%q: %d bytes were read", piece, n)
		}
	}
}

// TestWaits: a silent proxy, and one that sends a byte now and then, end with Timeout
// or the context.
func TestWaits(t *testing.T) {
	proxies := map[string]func(net.Conn){
		"silent": func(c net.Conn) { io.Copy(io.Discard, c) },
		"slow": func(c net.Conn) {
			for {
				time.Sleep(10 * time.Second)
				if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nX: "[:1]); err != nil {
					return
				}
			}
		},
	}
	for name, serve := range proxies {
		for _, kind := range []Kind{HTTP, SOCKS4, SOCKS5} {
			t.Run(name+" "+kind.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScripted(t)
					p := &Proxy{Kind: kind, Addr: "proxy:1", Forward: s.serve(serve)}
					start := time.Now()
					_, err := p.DialContext(t.Context(), "tcp", "192.0.2.1:21")
					e, ok := errors.AsType[*Error](err)
					if !ok || e.Stage != StageExchange {
						t.Fatalf("error %v", err)
					}
					if !(name == "slow" && kind != HTTP) && !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("error %v, want os.ErrDeadlineExceeded", err)
					}
					if d := time.Since(start); d > 30*time.Second {
						t.Errorf("ended after %v", d)
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					why := errors.New("no more wanted")
					time.AfterFunc(time.Second, func() { cancel(why) })
					_, err = p.DialContext(ctx, "tcp", "192.0.2.1:21")
					wantError(t, err, StageExchange, 0, why)
				})
			})
		}
	}
}

func TestLargeTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted(t)
		p := &Proxy{Addr: "proxy:1", Timeout: -1, Forward: s.serve(func(c net.Conn) { io.Copy(io.Discard, c) })}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := p.DialContext(ctx, "tcp", "a:21")
		wantError(t, err, StageExchange, 0, context.DeadlineExceeded)
		if d := time.Since(start); d != time.Hour {
			t.Errorf("ended after %v, want an hour", d)
		}
	})
}

// TestAfterConnect: once the tunnel stands, neither Timeout nor the context of the
// call has a hold on it.
func TestAfterConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted(t, []string{established, stayOpen})
		p := &Proxy{Addr: "proxy:1", Forward: s.dial}
		ctx, cancel := context.WithCancel(t.Context())
		c, err := p.DialContext(ctx, "tcp", "a:21")
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		time.Sleep(time.Minute)
		if _, err := io.WriteString(c, "NOOP\r\n"); err != nil {
			t.Error(err)
		}
		c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
		c.Close()
	})
}

func TestTargets(t *testing.T) {
	for _, addr := range []string{
		"", "a", "a:", "a:0", "a:65536", "a:ftp", "a:-1", ":21", "a b:21", "a\r\nX: y:21", "a\x00:21", "a/b:21", "a@b:21", "a?b:21",
		"[fe80::1%eth0]:21", "[::1%25x]:21", strings.Repeat("x", 256) + ":21", "a\x7f:21", "a:21:21",
	} {
		for _, kind := range []Kind{HTTP, SOCKS4A, SOCKS5} {
			p := &Proxy{Kind: kind, Addr: "proxy:1", Forward: func(context.Context, string, string) (net.Conn, error) {
				t.Errorf("%q: the proxy was dialled", addr)
				return nil, errors.New("no")
			}}
			_, err := p.DialContext(t.Context(), "tcp", addr)
			wantError(t, err, StageRequest, 0, nil)
		}
	}
	p := &Proxy{Addr: "proxy:1"}
	_, err := p.DialContext(t.Context(), "udp", "a:21")
	wantError(t, err, StageRequest, 0, nil)
}
