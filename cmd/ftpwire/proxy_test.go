package main

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A testProxy is an HTTP or SOCKS5 proxy. Whatever host it is asked for, it connects to
// this computer.
type testProxy struct {
	socks bool
	tls   *tls.Certificate                 // of an HTTP proxy with TLS
	login string                           // USER:PASSWORD; "" lets everybody in
	port  string                           // in place of port 21
	allow func(n int, target string) bool  // of the nth target; nil allows all
	get   func(w io.Writer, target string) // answers GET

	mu    sync.Mutex
	asked []string // targets, in order
}

// start starts it and returns its URL.
func (p *testProxy) start(t *testing.T) string {
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
				if p.tls != nil {
					c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*p.tls}})
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				if p.socks {
					p.serveSOCKS(c)
				} else {
					p.serveHTTP(c)
				}
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		wait.Wait()
	})
	if p.tls != nil {
		return strings.Replace("https://"+ln.Addr().String(), "127.0.0.1", "localhost", 1)
	}
	if p.socks {
		return "socks5://" + ln.Addr().String()
	}
	return "http://" + ln.Addr().String()
}

// targets returns what it was asked for.
func (p *testProxy) targets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// ask notes a target and reports whether it is allowed.
func (p *testProxy) ask(target string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, target)
	return p.allow == nil || p.allow(len(p.asked)-1, target)
}

func (p *testProxy) serveHTTP(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.login))
		switch {
		case p.login != "" && req.Header.Get("Proxy-Authorization") != want:
			io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n")
			continue
		case req.Method == "GET" && p.get != nil:
			p.ask(req.RequestURI)
			p.get(c, req.RequestURI)
			return
		case req.Method != "CONNECT" || !p.ask(req.RequestURI):
			io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			return
		}
		p.tunnel(c, req.RequestURI, "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
}

// serveSOCKS is RFC 1928 and RFC 1929.
func (p *testProxy) serveSOCKS(c net.Conn) {
	b := make([]byte, 512)
	read := func(n int) []byte {
		if _, err := io.ReadFull(c, b[:n]); err != nil {
			return make([]byte, n)
		}
		return b[:n]
	}
	read(int(read(2)[1]))
	if p.login != "" {
		c.Write([]byte{5, 2})
		user := string(read(int(read(2)[1])))
		password := string(read(int(read(1)[0])))
		if user+":"+password != p.login {
			c.Write([]byte{1, 1})
			return
		}
		c.Write([]byte{1, 0})
	} else {
		c.Write([]byte{5, 0})
	}
	host := ""
	switch read(4)[3] {
	case 1:
		host = net.IP(read(4)).String()
	case 3:
		host = string(read(int(read(1)[0])))
	default:
		return
	}
	target := fmt.Sprintf("%s:%d", host, binary.BigEndian.Uint16(read(2)))
	if !p.ask(target) {
		c.Write([]byte{5, 2, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	p.tunnel(c, target, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
}

func (p *testProxy) tunnel(c net.Conn, target, yes, no string) {
	_, port, _ := net.SplitHostPort(target)
	if port == "21" && p.port != "" {
		port = p.port
	}
	s, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		io.WriteString(c, no)
		return
	}
	defer s.Close()
	io.WriteString(c, yes)
	var wait sync.WaitGroup
	wait.Go(func() {
		io.Copy(s, c)
		s.(*net.TCPConn).CloseWrite()
	})
	io.Copy(c, s)
	c.(interface{ CloseWrite() error }).CloseWrite()
	wait.Wait()
}

const proxyPassword = "staple-of-the-proxy"

// TestProxy has connections go through HTTP and SOCKS proxies, to a name that only the
// proxy knows.
func TestProxy(t *testing.T) {
	f := serve(t, ftptest.Config{})
	_, port, _ := net.SplitHostPort(f.Addr())
	for _, tt := range []struct {
		name  string
		proxy *testProxy // nil: an HTTP proxy that lets all through
		user  string     // in the proxy's URL
		vars  map[string]string
		env   string // the variable that has the proxy's URL, in place of --proxy
		args  []string
		conns int // that the proxy is asked for
		code  int
		err   string
	}{
		{name: "HTTP", conns: 2},
		{name: "SOCKS", proxy: &testProxy{socks: true}, conns: 2},
		{name: "HTTP with a login", proxy: &testProxy{login: "bob:" + proxyPassword}, user: "bob", conns: 2},
		{name: "SOCKS with a login", proxy: &testProxy{socks: true, login: "bob:" + proxyPassword}, user: "bob", conns: 2},
		{name: "password in the URL", proxy: &testProxy{login: "bob:" + proxyPassword}, user: "bob:" + proxyPassword, vars: map[string]string{},
			conns: 2, err: "warning: the proxy's password in --proxy can be seen"},
		{name: "no password", proxy: &testProxy{login: "bob:" + proxyPassword}, user: "bob", vars: map[string]string{}, code: exitUsage, err: `no password for user "bob" of the proxy`},
		{name: "wrong password, HTTP", proxy: &testProxy{login: "bob:other"}, user: "bob", code: exitConnect, err: "hint: The proxy rejected its own login"},
		{name: "wrong password, SOCKS", proxy: &testProxy{socks: true, login: "bob:other"}, user: "bob", code: exitConnect, err: "hint: The proxy rejected its own login"},
		{name: "login missing", proxy: &testProxy{login: "bob:other"}, code: exitConnect, err: "hint: The proxy lets nobody in without a login"},
		{name: "forbidden, HTTP", proxy: &testProxy{allow: func(int, string) bool { return false }}, conns: 1, code: exitConnect, err: "--proxy-get"},
		{name: "forbidden, SOCKS", proxy: &testProxy{socks: true, allow: func(int, string) bool { return false }}, conns: 1, code: exitConnect, err: "its rules forbid"},
		{name: "server down", proxy: &testProxy{port: "1"}, conns: 1, code: exitConnect, err: "could not connect to the server"},
		{name: "environment that forbids", proxy: &testProxy{allow: func(int, string) bool { return false }}, env: "http_proxy", conns: 1, code: exitConnect, err: "--no-proxy connects directly"},
		{name: "environment", env: "ftp_proxy", conns: 2},
		{name: "environment in capitals", proxy: &testProxy{socks: true}, env: "ALL_PROXY", conns: 2},
		{name: "environment excepted", env: "ftp_proxy", vars: map[string]string{"no_proxy": ".example.invalid"}, code: exitConnect, err: "no host of that name"},
		{name: "environment ignored", env: "ftp_proxy", args: []string{"--no-proxy"}, code: exitConnect, err: "no host of that name"},
		{name: "no TLS at the proxy", args: []string{"--proxy-ca", "/dev/null"}, code: exitUsage, err: "--proxy-ca needs a proxy with TLS"},
		{name: "active mode by HTTP", args: []string{"--active"}, conns: 1, code: exitConnect, err: "only a SOCKS proxy accepts connections"},
		{name: "log", args: []string{"--log"}, conns: 2, err: "> RETR hello.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noNames(t)
			p := tt.proxy
			if p == nil {
				p = new(testProxy)
			}
			if p.port == "" {
				p.port = port
			}
			url := p.start(t)
			if tt.user != "" {
				url = strings.Replace(url, "//", "//"+tt.user+"@", 1)
			}
			env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
			if tt.vars == nil {
				env["FTPWIRE_PROXY_PASSWORD"] = proxyPassword
			}
			for k, v := range tt.vars {
				env[k] = v
			}
			args := append([]string{"cat", "ftp://" + testUser + "@ftp.example.invalid/hello.txt"}, tt.args...)
			if tt.env != "" {
				env[tt.env] = url
			} else {
				args = append(args, "--proxy", url)
			}
			r := runIn(t, setting{env: env}, args...)
			r.want(t, tt.code, tt.err)
			if tt.code == exitGood && r.out != "hello\n" {
				t.Errorf("got %q", r.out)
			}
			if got := p.targets(); len(got) != tt.conns || len(got) > 0 && got[0] != "ftp.example.invalid:21" {
				t.Errorf("the proxy was asked for %q; want %d", got, tt.conns)
			}
			if strings.Contains(r.err, proxyPassword) || strings.Contains(r.err, testPassword) {
				t.Errorf("a password is on standard error:\n%s", r.err)
			}
		})
	}
}

// TestProxyData leaves data connections out.
func TestProxyData(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	p := &testProxy{allow: func(n int, _ string) bool { return n == 0 }}
	url := p.start(t)
	f.run(t, "cat", "URL/hello.txt", "--proxy", url).want(t, exitConnect, "not connections to the server's data ports")
	p = &testProxy{}
	r := f.run(t, "cat", "URL/hello.txt", "--proxy", p.start(t), "--proxy-data=false")
	r.want(t, exitGood)
	if got := p.targets(); r.out != "hello\n" || len(got) != 1 {
		t.Errorf("got %q; the proxy was asked for %q", r.out, got)
	}
	// This computer is never asked of a proxy that the environment names.
	p = &testProxy{}
	f.env["ftp_proxy"] = p.start(t)
	f.run(t, "cat", "URL/hello.txt").want(t, exitGood)
	if got := p.targets(); len(got) != 0 {
		t.Errorf("the proxy was asked for %q", got)
	}
	f.env["ftp_proxy"] = "gopher://bob:" + proxyPassword + "@h"
	r = f.run(t, "cat", "URL/hello.txt")
	r.want(t, exitUsage, "from ftp_proxy", "--no-proxy")
	if strings.Contains(r.err, proxyPassword) {
		t.Errorf("a password is on standard error:\n%s", r.err)
	}
}

// TestProxyGet has the proxy fetch the file.
func TestProxyGet(t *testing.T) {
	answer := func(head, body string) func(io.Writer, string) {
		return func(w io.Writer, _ string) { io.WriteString(w, "HTTP/1.1 "+head+"\r\n\r\n"+body) }
	}
	for _, tt := range []struct {
		name string
		get  func(io.Writer, string)
		path string // of the URL
		args []string
		asks string // behind the host
		code int
		err  string
		out  string // the file; "": there must be none
	}{
		{name: "file", get: answer("200 OK\r\nContent-Length: 6", "hello\n"), asks: "/sub/a%20b.txt", out: "hello\n"},
		{name: "absolute path", get: answer("200 OK\r\nContent-Length: 6", "hello\n"), path: "//sub/a%20b.txt", asks: "/%2Fsub/a%20b.txt", out: "hello\n"},
		{name: "text", get: answer("200 OK\r\nContent-Length: 6", "hello\n"), args: []string{"--ascii"}, asks: "/sub/a%20b.txt;type=a", out: "hello\n"},
		{name: "size demanded", get: answer("200 OK\r\nContent-Length: 6", "hello\n"), args: []string{"--require", "size"}, asks: "/sub/a%20b.txt", out: "hello\n"},
		{name: "cut", get: answer("200 OK\r\nContent-Length: 60", "hello\n"), asks: "/sub/a%20b.txt", code: exitTemporary, err: "unexpected EOF"},
		{name: "no length", get: answer("200 OK\r\nConnection: close", "hello\n"), asks: "/sub/a%20b.txt", err: "a part of it would look like the whole", out: "hello\n"},
		{name: "no length, size demanded", get: answer("200 OK\r\nConnection: close", "hello\n"), args: []string{"--require", "size"}, asks: "/sub/a%20b.txt", code: exitNo, err: "does not say how long"},
		{name: "no such file", get: answer("404 Not Found\r\nContent-Length: 0", ""), asks: "/sub/a%20b.txt", code: exitNotFound, err: "found no such file"},
		{name: "no FTP", get: answer("501 Not Implemented\r\nContent-Length: 0", ""), asks: "/sub/a%20b.txt", code: exitConnect, err: "does not speak FTP"},
		{name: "resume", args: []string{"--resume"}, code: exitUsage, err: "--resume: a proxy that fetches the file"},
		{name: "hash", args: []string{"--require", "hash"}, code: exitUsage, err: "--require: a proxy that fetches the file"},
		{name: "rate", args: []string{"--limit-rate", "1k"}, code: exitUsage, err: "--limit-rate"},
		{name: "TLS", args: []string{"--tls", "explicit"}, code: exitUsage, err: "is for ftp:// URLs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &testProxy{get: tt.get}
			local := filepath.Join(t.TempDir(), "out")
			path := tt.path
			if path == "" {
				path = "/sub/a%20b.txt"
			}
			args := append([]string{"get", "--proxy", p.start(t), "--proxy-get", "ftp://" + testUser + "@ftp.example.invalid" + path, local}, tt.args...)
			r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, args...)
			r.want(t, tt.code, tt.err)
			if got, _ := os.ReadFile(local); string(got) != tt.out {
				t.Errorf("got %q", got)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(local), ".*")); len(left) != 0 {
				t.Errorf("left behind: %q", left)
			}
			want := []string(nil)
			if tt.asks != "" {
				want = []string{"ftp://" + testUser + ":" + testPassword + "@ftp.example.invalid" + tt.asks}
			}
			if got := p.targets(); !slices.Equal(got, want) {
				t.Errorf("the proxy was asked for %q, want %q", got, want)
			}
			if strings.Contains(r.err, testPassword) {
				t.Errorf("the password is on standard error:\n%s", r.err)
			}
		})
	}
	t.Run("standard output", func(t *testing.T) {
		p := &testProxy{get: answer("200 OK\r\nContent-Length: 6", "hello\n")}
		r := runIn(t, setting{}, "get", "--proxy", p.start(t), "--proxy-get", "ftp://h/a", "-")
		r.want(t, exitGood)
		if r.out != "hello\n" {
			t.Errorf("got %q", r.out)
		}
	})
	t.Run("SOCKS", func(t *testing.T) {
		runIn(t, setting{}, "get", "--proxy", "socks5://h", "--proxy-get", "ftp://h/a", "-").want(t, exitUsage, "needs an HTTP proxy")
	})
}

// TestProxyTrust shows a certificate through a proxy.
func TestProxyTrust(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	p := &testProxy{login: "bob:" + proxyPassword}
	url := strings.Replace(p.start(t), "//", "//bob@", 1)
	env := map[string]string{"FTPWIRE_PROXY_PASSWORD": proxyPassword}
	r := runIn(t, setting{env: env}, "trust", "show", "--trust-file", filepath.Join(t.TempDir(), "trusted"), "--proxy", url, "--ca", f.ca, f.url+"/")
	r.want(t, exitGood)
	if got := p.targets(); len(got) != 1 || !strings.Contains(r.out, "SHA-256") {
		t.Errorf("the proxy was asked for %q; got %s", got, r.out)
	}
}

// TestProxyTLS goes through a proxy with TLS of its own.
func TestProxyTLS(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	ca := filepath.Join(t.TempDir(), "proxy.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: selfSigned.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &testProxy{tls: selfSigned}
	url := p.start(t)
	r := f.run(t, "cat", "--proxy", url, "--proxy-ca", ca, "URL/hello.txt")
	r.want(t, exitGood)
	if got := p.targets(); r.out != "hello\n" || len(got) != 2 {
		t.Errorf("got %q; the proxy was asked for %q", r.out, got)
	}
	f.run(t, "cat", "--proxy", url, "URL/hello.txt").want(t, exitCertificate, "hint: TLS with the proxy failed", "The certificate is the proxy's")
}
