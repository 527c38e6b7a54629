package ftptest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

// A client is a raw FTP client: it writes lines as they are and reads replies.
// Everything it waits for is bounded.
type client struct {
	t    *testing.T
	srv  *Server
	tcp  net.Conn
	conn net.Conn
	r    *bufio.Reader
	tls  *tls.Config // for control and data; nil in clear
	prot bool

	begun bool // by startMode
}

const patience = 10 * time.Second

// dial connects and reads the greeting.
func dial(t *testing.T, s *Server) *client {
	t.Helper()
	c := connect(t, s)
	if s.cfg.TLS == TLSImplicit {
		c.handshake()
		c.prot = true
	}
	c.want("greeting", 220)
	return c
}

func connect(t *testing.T, s *Server) *client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(3 * patience))
	c := &client{t: t, srv: s, tcp: conn, conn: conn, r: bufio.NewReader(conn), tls: s.TLSConfig()}
	c.tls.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	return c
}

// login connects and logs in as the first user, over TLS with PROT P if the
// server has it.
func login(t *testing.T, s *Server) *client {
	t.Helper()
	c := dial(t, s)
	if s.cfg.TLS == TLSExplicit {
		c.authTLS()
		c.do("PBSZ 0", 200)
		c.do("PROT P", 200)
		c.prot = true
	}
	u := s.host.users[0]
	c.do("USER "+u.Name, 331)
	c.do("PASS "+u.Password, 230)
	return c
}

func (c *client) handshake() {
	c.t.Helper()
	tc := tls.Client(c.tcp, c.tls)
	if err := tc.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	c.conn, c.r = tc, bufio.NewReader(tc)
}

func (c *client) authTLS() {
	c.t.Helper()
	c.do("AUTH TLS", 234)
	c.handshake()
}

func (c *client) write(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.t.Fatal(err)
	}
}

// reply reads one reply: its code and its lines as they came.
func (c *client) reply() (int, []string, error) {
	var lines []string
	for {
		l, err := c.r.ReadString('\n')
		if err != nil {
			return 0, lines, err
		}
		lines = append(lines, strings.TrimSuffix(l, "\r\n"))
		var code int
		if fmt.Sscanf(lines[0], "%3d", &code); code < 100 {
			return 0, lines, fmt.Errorf("not a reply: %q", l)
		}
		if strings.HasPrefix(l, fmt.Sprintf("%d ", code)) {
			return code, lines, nil
		}
	}
}

// want reads a reply with the code and returns its text.
func (c *client) want(why string, code int) string {
	c.t.Helper()
	got, lines, err := c.reply()
	if err != nil {
		c.t.Fatalf("%s: %v, after %q; want %d", why, err, lines, code)
	}
	if got != code {
		c.t.Fatalf("%s: reply %q; want %d", why, lines, code)
	}
	return strings.Join(lines, "\n")
}

// do sends a command and reads the reply that must have the code.
func (c *client) do(line string, code int) string {
	c.t.Helper()
	c.write(line + "\r\n")
	return c.want(line, code)
}

// wantEnd reads the end of the control connection.
func (c *client) wantEnd(why string) {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err == nil {
		c.t.Fatalf("%s: byte %q; want the end of the connection", why, b)
	}
}

// passive opens a data connection with EPSV, in clear.
func (c *client) passive() net.Conn {
	c.t.Helper()
	ap, err := parse.EPSV(c.do("EPSV", 229))
	if err != nil {
		c.t.Fatal(err)
	}
	return c.connectPort(int(ap.Port()))
}

func (c *client) connectPort(port int) net.Conn {
	c.t.Helper()
	host, _, _ := net.SplitHostPort(c.srv.Addr())
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, fmt.Sprint(port)), patience)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(2 * patience))
	return conn
}

// secure puts TLS on a data connection if PROT P is in force.
func (c *client) secure(conn net.Conn) net.Conn {
	c.t.Helper()
	if !c.prot {
		return conn
	}
	tc := tls.Client(conn, c.tls)
	if err := tc.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	return tc
}

// down runs a command that sends data, and returns them.
func (c *client) down(line string) string {
	c.t.Helper()
	conn := c.passive()
	c.do(line, 150)
	data, err := io.ReadAll(c.secure(conn))
	if err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	conn.Close()
	c.want(line, 226)
	return string(data)
}

// up runs a command that takes data, and returns the preliminary reply.
func (c *client) up(line, data string) string {
	c.t.Helper()
	conn := c.passive()
	text := c.do(line, 150)
	data2 := c.secure(conn)
	if _, err := io.WriteString(data2, data); err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	data2.(interface{ CloseWrite() error }).CloseWrite()
	io.Copy(io.Discard, data2)
	conn.Close()
	c.want(line, 226)
	return text
}
