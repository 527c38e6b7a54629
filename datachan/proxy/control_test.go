package proxy_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// A tunnelProxy is an HTTP proxy that knows one server by a name that nobody else
// does, and that lets a number of connections through.
type tunnelProxy struct {
	allow int

	mu    sync.Mutex
	asked []string
}

func (p *tunnelProxy) serve(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(c)
	line, _ := r.ReadString('\n')
	for more := ""; more != "\r\n"; {
		var err error
		if more, err = r.ReadString('\n'); err != nil {
			return
		}
	}
	addr := strings.Fields(line)[1]
	p.mu.Lock()
	p.asked = append(p.asked, addr)
	refuse := len(p.asked) > p.allow
	p.mu.Unlock()
	host, port, _ := net.SplitHostPort(addr)
	if refuse || host != "ftp.test" {
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\n\r\n")
		return
	}
	to, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\n\r\n")
		return
	}
	defer to.Close()
	io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		io.Copy(to, r)
		to.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(c, to)
}

// TestT80DataThroughProxy: data connections go to the server by the name that the
// control connection has for it, through the same proxy; and where the proxy refuses
// them, nowhere else.
func TestT80DataThroughProxy(t *testing.T) {
	for _, allow := range []int{100, 1} {
		s := ftptest.NewServer(t, nil)
		s.WriteFile("a.txt", []byte("hello"))
		via := &tunnelProxy{allow: allow}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				go via.serve(c)
			}
		}()
		p := &proxy.Proxy{Addr: ln.Addr().String()}
		cfg := &control.Config{Security: control.SecurityNone, Dial: p.DialControl}
		cfg.Data.Dial = p.DialContext
		_, port, _ := net.SplitHostPort(s.Addr())
		c, err := control.Dial(t.Context(), "ftp.test:"+port, cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.Login(t.Context(), "user", "password", ""); err != nil {
			t.Fatal(err)
		}
		d, err := c.Retr(t.Context(), "a.txt", 0)
		if allow > 1 {
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(d); string(got) != "hello" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		} else if e, ok := errors.AsType[*proxy.Error](err); !ok || e.Hop != proxy.HopTarget || e.Status != 403 {
			t.Errorf("error %v, want the proxy's 403", err)
		}
		via.mu.Lock()
		defer via.mu.Unlock()
		if len(via.asked) < 2 {
			t.Errorf("the proxy was asked for %q only", via.asked)
		}
		for _, addr := range via.asked {
			if !strings.HasPrefix(addr, "ftp.test:") {
				t.Errorf("the proxy was asked for %s", addr)
			}
		}
	}
}
