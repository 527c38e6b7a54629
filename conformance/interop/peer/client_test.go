package peer

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// A client is the least that can log in and transfer, in the order that every
// one of the servers accepts. Anything unexpected fails the test.
type client struct {
	tb     testing.TB
	conn   net.Conn
	r      *bufio.Reader
	config *tls.Config // nil in clear text
}

// dial connects, starts TLS as the mode says, and expects the greeting.
func dial(tb testing.TB, s *Server, m tlsx.Mode, version uint16) *client {
	tb.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr, 5*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		tb.Fatal(err)
	}
	c := &client{tb: tb, conn: conn}
	if m != Plain {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(s.CertPEM)
		c.config = &tls.Config{
			RootCAs: roots, ServerName: "127.0.0.1", MinVersion: version, MaxVersion: version,
			ClientSessionCache: tls.NewLRUClientSessionCache(1),
		}
	}
	if m == Implicit {
		c.startTLS()
	}
	c.r = bufio.NewReader(c.conn)
	c.want("220")
	if m == Explicit {
		c.cmd("234", "AUTH TLS")
		c.startTLS()
		c.r = bufio.NewReader(c.conn)
	}
	return c
}

func (c *client) startTLS() {
	c.tb.Helper()
	conn := tls.Client(c.conn, c.config)
	if err := conn.Handshake(); err != nil {
		c.tb.Fatalf("handshake: %v", err)
	}
	c.conn = conn
}

// login logs in and protects data connections under TLS.
func (c *client) login(s *Server) {
	c.tb.Helper()
	c.cmd("331", "USER %s", s.User)
	c.cmd("230", "PASS %s", s.Password)
	if c.config != nil {
		c.cmd("200", "PBSZ 0")
		c.cmd("200", "PROT P")
	}
	c.cmd("200", "TYPE I")
}

// cmd sends a command and expects a reply with the code.
func (c *client) cmd(code, format string, args ...any) string {
	c.tb.Helper()
	c.send(format, args...)
	return c.want(code)
}

func (c *client) send(format string, args ...any) {
	c.tb.Helper()
	if _, err := fmt.Fprintf(c.conn, format+"\r\n", args...); err != nil {
		c.tb.Fatal(err)
	}
}

// want reads a reply and returns its last line.
func (c *client) want(code string) string {
	c.tb.Helper()
	line := c.reply()
	if !strings.HasPrefix(line, code) {
		c.tb.Fatalf("reply %q, want code %s", line, code)
	}
	return line
}

func (c *client) reply() string {
	c.tb.Helper()
	var first string
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.tb.Fatalf("read reply: %v", err)
		}
		if first == "" {
			first = line[:min(3, len(line))]
		}
		if strings.HasPrefix(line, first+" ") {
			return strings.TrimSpace(line)
		}
	}
}

// open sends EPSV, connects, and sends the command of the transfer; TLS starts
// once the server has said 150.
func (c *client) open(format string, args ...any) net.Conn {
	c.tb.Helper()
	data := c.connect(c.cmd("229", "EPSV"))
	c.cmd("1", format, args...)
	return data
}

// connect connects to the port of a reply to EPSV.
func (c *client) connect(reply string) net.Conn {
	c.tb.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", epsvPort(c.tb, reply))
	data, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		c.tb.Fatal(err)
	}
	c.tb.Cleanup(func() { data.Close() })
	if err := data.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		c.tb.Fatal(err)
	}
	return data
}

func epsvPort(tb testing.TB, reply string) (port int) {
	tb.Helper()
	_, rest, _ := strings.Cut(reply, "(|||")
	if _, err := fmt.Sscanf(rest, "%d|)", &port); err != nil {
		tb.Fatalf("reply %q: %v", reply, err)
	}
	return port
}

// protect starts TLS on the data connection and reports whether it resumed.
func (c *client) protect(data net.Conn) (net.Conn, bool) {
	c.tb.Helper()
	if c.config == nil {
		return data, false
	}
	conn := tls.Client(data, c.config)
	if err := conn.Handshake(); err != nil {
		c.tb.Fatalf("data handshake: %v", err)
	}
	return conn, conn.ConnectionState().DidResume
}

// retrieve runs RETR, LIST and their kind.
func (c *client) retrieve(format string, args ...any) (data []byte, resumed bool) {
	c.tb.Helper()
	conn, resumed := c.protect(c.open(format, args...))
	data, err := io.ReadAll(conn)
	if err != nil {
		c.tb.Fatalf("read data: %v", err)
	}
	conn.Close()
	c.want("226")
	return data, resumed
}

// store runs STOR. Our end closes its write side and waits for the reply: a
// plain close can lose the last bytes under TLS 1.3.
func (c *client) store(name string, content []byte) {
	c.tb.Helper()
	raw := c.open("STOR %s", name)
	conn, _ := c.protect(raw)
	if _, err := conn.Write(content); err != nil {
		c.tb.Fatalf("write data: %v", err)
	}
	if t, ok := conn.(*tls.Conn); ok {
		if err := t.CloseWrite(); err != nil {
			c.tb.Fatalf("close_notify: %v", err)
		}
	}
	if err := raw.(*net.TCPConn).CloseWrite(); err != nil {
		c.tb.Fatalf("close write side: %v", err)
	}
	c.want("226")
	conn.Close()
}
