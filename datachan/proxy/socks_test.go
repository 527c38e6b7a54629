package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// An exchange of SOCKS: what must come, and what is answered.
type step struct{ want, answer string }

// A socksPeer plays steps on each connection, byte for byte.
type socksPeer struct {
	*scripted
	forward func(context.Context, string, string) (net.Conn, error)
	got     string
}

func newSOCKS(t *testing.T, steps ...step) *socksPeer {
	p := &socksPeer{scripted: newScripted(t)}
	p.forward = p.serve(func(c net.Conn) {
		for _, s := range steps {
			b := make([]byte, len(s.want))
			n, err := io.ReadFull(c, b)
			p.mu.Lock()
			p.got += string(b[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
			io.WriteString(c, s.answer)
		}
		io.Copy(io.Discard, c)
	})
	return p
}

const (
	ok4 = "\x00\x5a\x00\x15\xc0\x00\x02\x01"
	ok5 = "\x05\x00\x00\x01\xc0\x00\x02\x01\x00\x15"
)

func want(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.want)
	}
	return b.String()
}

func TestSOCKSBytes(t *testing.T) {
	long := strings.Repeat("n", 255)
	resolve := func(_ context.Context, network, host string) ([]netip.Addr, error) {
		if network != "ip4" && network != "ip" || host != "ftp.example" {
			return nil, errors.New(network + " " + host)
		}
		return []netip.Addr{netip.MustParseAddr("192.0.2.7")}, nil
	}
	tests := []struct {
		name  string
		p     *Proxy
		addr  string
		steps []step
	}{
		{"4", &Proxy{Kind: SOCKS4}, "192.0.2.1:21", []step{{"\x04\x01\x00\x15\xc0\x00\x02\x01\x00", ok4}}},
		{"4 with user", &Proxy{Kind: SOCKS4, User: "joe"}, "192.0.2.1:2121", []step{{"\x04\x01\x08\x49\xc0\x00\x02\x01joe\x00", ok4}}},
		{"4 with name", &Proxy{Kind: SOCKS4, Resolve: resolve}, "ftp.example:21", []step{{"\x04\x01\x00\x15\xc0\x00\x02\x07\x00", ok4}}},
		{"4a", &Proxy{Kind: SOCKS4A, User: "joe"}, "ftp.example:21", []step{{"\x04\x01\x00\x15\x00\x00\x00\x01joe\x00ftp.example\x00", ok4}}},
		{"4a, resolved here", &Proxy{Kind: SOCKS4A, LocalResolve: true, Resolve: resolve}, "ftp.example:21", []step{{"\x04\x01\x00\x15\xc0\x00\x02\x07\x00", ok4}}},
		{"5", &Proxy{Kind: SOCKS5}, "192.0.2.1:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}},
		{"5 with name", &Proxy{Kind: SOCKS5}, "ftp.example:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x03\x0bftp.example\x00\x15", ok5}}},
		{"5, resolved here", &Proxy{Kind: SOCKS5, LocalResolve: true, Resolve: resolve}, "ftp.example:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x15", ok5}}},
		{"5 with IPv6", &Proxy{Kind: SOCKS5}, "[2001:db8::5]:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x15", ok5}}},
		{"5 with a name of 255", &Proxy{Kind: SOCKS5}, long + ":21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x03\xff" + long + "\x00\x15", ok5}}},
		{"5 with credentials", &Proxy{Kind: SOCKS5, User: "joe", Password: "pw"}, "192.0.2.1:21",
			[]step{{"\x05\x02\x00\x02", "\x05\x02"}, {"\x01\x03joe\x02pw", "\x01\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}},
		{"5 with credentials not wanted", &Proxy{Kind: SOCKS5, User: "joe", Password: "pw"}, "192.0.2.1:21",
			[]step{{"\x05\x02\x00\x02", "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}},
		{"5 with credentials of 255", &Proxy{Kind: SOCKS5, User: long, Password: long}, "192.0.2.1:21",
			[]step{{"\x05\x02\x00\x02", "\x05\x02"}, {"\x01\xff" + long + "\xff" + long, "\x01\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}},
		{"5, reply with IPv6", &Proxy{Kind: SOCKS5}, "192.0.2.1:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", "\x05\x00\x00\x04" + strings.Repeat("\x00", 18)}}},
		{"5, reply with name", &Proxy{Kind: SOCKS5}, "192.0.2.1:21", []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", "\x05\x00\x00\x03\x02ab\x00\x15"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The greeting comes with the last answer: not a byte of it may be lost.
			tt.steps[len(tt.steps)-1].answer += "220 hello\r\n"
			s := newSOCKS(t, tt.steps...)
			tt.p.Addr, tt.p.Forward = "proxy:1080", s.forward
			c, err := tt.p.DialContext(short(t), "tcp", tt.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, ok := c.(*memnet.Conn); !ok {
				t.Errorf("the connection is a %T, not the plain one", c)
			}
			line, err := bufio.NewReader(c).ReadString('\n')
			if line != "220 hello\r\n" || err != nil {
				t.Errorf("behind the reply: %q, %v", line, err)
			}
			if diff := cmp.Diff(want(tt.steps), s.got); diff != "" {
				t.Errorf("sent: mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSOCKSRefusals(t *testing.T) {
	hello := step{"\x05\x01\x00", "\x05\x00"}
	helloUser := step{"\x05\x02\x00\x02", "\x05\x02"}
	request := "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15"
	reply := func(status string) []step { return []step{hello, {request, "\x05" + status}} }
	four := func(answer string) []step { return []step{{"\x04\x01\x00\x15\xc0\x00\x02\x01\x00", answer}} }
	user := func(k Kind) *Proxy { return &Proxy{Kind: k, User: "joe", Password: "canary"} }
	tests := []struct {
		name   string
		p      *Proxy
		steps  []step
		stage  Stage
		status int
		is     error
		text   string
	}{
		{"general failure", &Proxy{Kind: SOCKS5}, reply("\x01"), StageTarget, 1, nil, "general failure"},
		{"rules", &Proxy{Kind: SOCKS5}, reply("\x02"), StageTarget, 2, fs.ErrPermission, "not allowed"},
		{"network", &Proxy{Kind: SOCKS5}, reply("\x03"), StageTarget, 3, syscall.ENETUNREACH, "network unreachable"},
		{"host", &Proxy{Kind: SOCKS5}, reply("\x04"), StageTarget, 4, syscall.EHOSTUNREACH, "host unreachable"},
		{"refused", &Proxy{Kind: SOCKS5}, reply("\x05"), StageTarget, 5, syscall.ECONNREFUSED, "connection refused"},
		{"refused, whole reply", &Proxy{Kind: SOCKS5}, reply("\x05\x00\x01\x00\x00\x00\x00\x00\x00"), StageTarget, 5, syscall.ECONNREFUSED, "connection refused"},
		{"TTL", &Proxy{Kind: SOCKS5}, reply("\x06"), StageTarget, 6, syscall.ETIMEDOUT, "time to live"},
		{"command", &Proxy{Kind: SOCKS5}, reply("\x07"), StageTarget, 7, errors.ErrUnsupported, "command"},
		{"address type", &Proxy{Kind: SOCKS5}, reply("\x08"), StageTarget, 8, syscall.EAFNOSUPPORT, "type of address"},
		{"unknown", &Proxy{Kind: SOCKS5}, reply("\x09"), StageTarget, 9, nil, "unknown failure 9"},
		{"reply of another type", &Proxy{Kind: SOCKS5}, reply("\x00\x00\x02"), StageExchange, 0, nil, "type 2"},
		{"reply of version 4", &Proxy{Kind: SOCKS5}, []step{hello, {request, ok4}}, StageExchange, 0, nil, "SOCKS5"},
		{"an HTTP proxy", &Proxy{Kind: SOCKS5}, []step{{hello.want, "HTTP/1.1 400 Bad\r\n\r\n"}}, StageExchange, 0, nil, "HTTP proxy"},
		{"an FTP server", &Proxy{Kind: SOCKS4}, four("220 ready\r\n"), StageExchange, 0, nil, "FTP server"},
		{"demands credentials", &Proxy{Kind: SOCKS5}, []step{{hello.want, "\x05\xff"}}, StageAuth, 255, nil, "demands credentials"},
		{"takes none of ours", user(SOCKS5), []step{{helloUser.want, "\x05\xff"}}, StageAuth, 255, nil, "neither"},
		{"method not offered", &Proxy{Kind: SOCKS5}, []step{{hello.want, "\x05\x02"}}, StageExchange, 0, nil, "method 2"},
		{"GSSAPI", user(SOCKS5), []step{{helloUser.want, "\x05\x01"}}, StageExchange, 0, nil, "method 1"},
		{"wrong credentials, dante", user(SOCKS5), []step{helloUser, {"\x01\x03joe\x06canary", "\x01\x01"}}, StageAuth, 1, nil, "does not accept"},
		{"wrong credentials, microsocks", user(SOCKS5), []step{helloUser, {"\x01\x03joe\x06canary", "\x01\x02"}}, StageAuth, 2, nil, "does not accept"},
		{"4: rejected", &Proxy{Kind: SOCKS4}, four("\x00\x5b\x00\x00\x00\x00\x00\x00"), StageTarget, 91, nil, "rejected"},
		{"4: no identd", &Proxy{Kind: SOCKS4}, four("\x00\x5c\x00\x00\x00\x00\x00\x00"), StageAuth, 92, nil, "identd"},
		{"4: other user", &Proxy{Kind: SOCKS4}, four("\x00\x5d\x00\x00\x00\x00\x00\x00"), StageAuth, 93, nil, "identd"},
		{"4: unknown", &Proxy{Kind: SOCKS4}, four("\x00\x00\x00\x00\x00\x00\x00\x00"), StageExchange, 0, nil, "status 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSOCKS(t, tt.steps...)
			tt.p.Addr, tt.p.Forward = "proxy:1080", s.forward
			_, err := tt.p.DialContext(short(t), "tcp", "192.0.2.1:21")
			wantError(t, err, tt.stage, tt.status, tt.is)
			if !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "canary") {
				t.Errorf("error %q: want one with %q and without the password", err, tt.text)
			}
		})
	}
}

// TestSOCKSCut: a proxy that ends the connection behind any byte of its answers.
func TestSOCKSCut(t *testing.T) {
	steps := []step{{"\x05\x02\x00\x02", "\x05\x02"}, {"\x01\x03joe\x02pw", "\x01\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}
	total := 0
	for _, s := range steps {
		total += len(s.answer)
	}
	for n := range total {
		s := newScripted(t)
		p := &Proxy{Kind: SOCKS5, Addr: "proxy:1080", User: "joe", Password: "pw"}
		p.Forward = s.serve(func(c net.Conn) {
			left := n
			for _, st := range steps {
				io.ReadFull(c, make([]byte, len(st.want)))
				k := min(left, len(st.answer))
				io.WriteString(c, st.answer[:k])
				if left -= k; left == 0 {
					return
				}
			}
		})
		_, err := p.DialContext(short(t), "tcp", "192.0.2.1:21")
		e := wantError(t, err, StageExchange, 0, nil)
		if !strings.Contains(e.Reason, "ended the connection") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestAddresses: where names are resolved here, their addresses are tried in turn.
func TestAddresses(t *testing.T) {
	s := newScripted(t)
	var asked []string
	p := &Proxy{Kind: SOCKS5, Addr: "proxy:1080", LocalResolve: true}
	p.Resolve = func(context.Context, string, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("192.0.2.2")}, nil
	}
	p.Forward = s.serve(func(c net.Conn) {
		io.ReadFull(c, make([]byte, 3))
		io.WriteString(c, "\x05\x00")
		b := make([]byte, 4)
		io.ReadFull(c, b)
		answer := "\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00"
		rest := make([]byte, 18)
		if b[3] == 1 {
			answer, rest = ok5, rest[:6]
		}
		io.ReadFull(c, rest)
		ip, _ := netip.AddrFromSlice(rest[:len(rest)-2])
		asked = append(asked, ip.String())
		io.WriteString(c, answer)
		io.Copy(io.Discard, c)
	})
	c, err := p.DialControl(short(t), "tcp", "ftp.example:21")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if diff := cmp.Diff([]string{"2001:db8::1", "192.0.2.1"}, asked); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := c.RemoteAddr().String(); got != "192.0.2.1:21" {
		t.Errorf("RemoteAddr %s", got)
	}

	p.Kind = SOCKS4
	p.Resolve = func(context.Context, string, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("2001:db8::1")}, nil
	}
	_, err = p.DialContext(short(t), "tcp", "ftp.example:21")
	wantError(t, err, StageRequest, 0, nil)
	_, err = p.DialContext(short(t), "tcp", "[2001:db8::1]:21")
	wantError(t, err, StageRequest, 0, nil)
}

func TestBind(t *testing.T) {
	tests := []struct {
		name   string
		p      *Proxy
		steps  []step
		second string
		addr   string
		remote string
	}{
		{"5", &Proxy{Kind: SOCKS5}, []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15", "\x05\x00\x00\x01\xc6\x33\x64\x09\x27\x10"}},
			"\x05\x00\x00\x01\xc0\x00\x02\x01\x00\x14", "198.51.100.9:10000", "192.0.2.1:20"},
		{"5, address of the proxy", &Proxy{Kind: SOCKS5}, []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15", "\x05\x00\x00\x01\x00\x00\x00\x00\x27\x10"}},
			"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", "127.0.0.1:10000", "127.0.0.1:21"},
		{"4", &Proxy{Kind: SOCKS4}, []step{{"\x04\x02\x00\x15\xc0\x00\x02\x01\x00", "\x00\x5a\x27\x10\x00\x00\x00\x00"}},
			"\x00\x5a\x00\x14\xc0\x00\x02\x01", "127.0.0.1:10000", "192.0.2.1:20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScripted(t)
				tt.p.Addr = "proxy:1080"
				tt.p.Forward = s.serve(func(c net.Conn) {
					for _, st := range tt.steps {
						b := make([]byte, len(st.want))
						if io.ReadFull(c, b); string(b) != st.want {
							t.Errorf("sent %q, want %q", b, st.want)
						}
						io.WriteString(c, st.answer)
					}
					time.Sleep(20 * time.Second)
					io.WriteString(c, tt.second+"data")
				})
				ln, err := tt.p.Listen(t.Context(), "tcp", "192.0.2.1:21")
				if err != nil {
					t.Fatal(err)
				}
				defer ln.Close()
				if got := ln.Addr().String(); got != tt.addr {
					t.Errorf("Addr %s, want %s", got, tt.addr)
				}
				c, err := ln.Accept()
				if err != nil {
					t.Fatal(err)
				}
				if got := c.RemoteAddr().String(); got != tt.remote {
					t.Errorf("RemoteAddr %s, want %s", got, tt.remote)
				}
				if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("second Accept: %v", err)
				}
				ln.Close() // leaves the connection alone
				got, err := io.ReadAll(c)
				if string(got) != "data" || err != nil {
					t.Errorf("data %q, %v", got, err)
				}
				c.Close()
			})
		})
	}
}

func TestBindWaits(t *testing.T) {
	first := []step{{"\x05\x01\x00", "\x05\x00"}, {"\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15", ok5}}
	listen := func(t *testing.T, then string) net.Listener {
		s := newSOCKS(t, append(first[:1:1], step{first[1].want, ok5 + then})...)
		p := &Proxy{Kind: SOCKS5, Addr: "proxy:1080", Forward: s.forward}
		ln, err := p.Listen(t.Context(), "tcp", "192.0.2.1:21")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	t.Run("nobody", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ln := listen(t, "")
			start := time.Now()
			_, err := ln.Accept()
			wantError(t, err, StageTarget, 0, os.ErrDeadlineExceeded)
			if d := time.Since(start); d != 30*time.Second {
				t.Errorf("ended after %v", d)
			}
			ln.Close()
		})
	})
	t.Run("own deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ln := listen(t, "")
			start := time.Now()
			ln.(interface{ SetDeadline(time.Time) error }).SetDeadline(start.Add(time.Second))
			_, err := ln.Accept()
			wantError(t, err, StageTarget, 0, nil)
			if d := time.Since(start); d != time.Second {
				t.Errorf("ended after %v", d)
			}
			ln.Close()
		})
	})
	t.Run("closed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ln := listen(t, "")
			time.AfterFunc(time.Second, func() { ln.Close() })
			if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("error %v, want net.ErrClosed", err)
			}
		})
	})
	t.Run("refused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ln := listen(t, "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
			_, err := ln.Accept()
			wantError(t, err, StageTarget, 5, syscall.ECONNREFUSED)
			ln.Close()
		})
	})
	t.Run("HTTP", func(t *testing.T) {
		_, err := (&Proxy{Addr: "proxy:1"}).Listen(t.Context(), "tcp", "192.0.2.1:21")
		wantError(t, err, StageRequest, 0, errors.ErrUnsupported)
	})
	t.Run("no BIND, microsocks", func(t *testing.T) {
		s := newSOCKS(t, first[0], step{first[1].want, "\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"})
		p := &Proxy{Kind: SOCKS5, Addr: "proxy:1080", Forward: s.forward}
		_, err := p.Listen(t.Context(), "tcp", "192.0.2.1:21")
		wantError(t, err, StageTarget, 7, errors.ErrUnsupported)
	})
}
