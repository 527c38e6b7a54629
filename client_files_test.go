package ftpwire_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// A replyCutter cuts control connections, which go to server.
type replyCutter struct {
	server string
	verb   atomic.Pointer[string] // the next command of this verb is carried out, and its reply is lost
	before atomic.Bool            // the command is lost, too
	deny   atomic.Pointer[string] // commands of this verb are answered with denial
	denial string
	hang   func()      // called in place of the next command of verb, which nobody hears of
	always bool        // not only the next one
	wrong  atomic.Bool // the password of further logins
	logins atomic.Int32
}

func (k *replyCutter) arm(verb string, before bool) {
	k.before.Store(before)
	k.verb.Store(&verb)
}

// A replyCutConn is a control connection of a replyCutter.
type replyCutConn struct {
	net.Conn
	k   *replyCutter
	cut atomic.Bool

	denied atomic.Bool // the next reply
}

func (c *replyCutConn) Write(b []byte) (int, error) {
	if v := c.k.deny.Load(); v != nil && strings.HasPrefix(string(b), *v) {
		c.denied.Store(true)
		_, err := io.WriteString(c.Conn, "NOOP\r\n")
		return len(b), err
	}
	if v := c.k.verb.Load(); v != nil && strings.HasPrefix(string(b), *v) {
		if !c.k.always {
			c.k.verb.Store(nil)
		}
		if c.k.hang != nil {
			c.k.hang()
			return len(b), nil
		}
		if c.k.before.Load() {
			c.Close()
			return 0, io.ErrClosedPipe
		}
		c.cut.Store(true)
	}
	if c.k.wrong.Load() && strings.HasPrefix(string(b), "PASS ") {
		_, err := io.WriteString(c.Conn, "PASS other\r\n")
		return len(b), err
	}
	return c.Conn.Write(b)
}

func (c *replyCutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.cut.Load() {
		c.Close()
		return 0, io.EOF
	}
	if c.denied.Swap(false) {
		return copy(b, c.k.denial+"\r\n"), err
	}
	return n, err
}

// filesClient logs in to a server in memory, within a bubble.
func filesClient(t *testing.T, cfg ftptest.Config, change func(*ftpwire.Profile)) (*ftptest.Server, *ftpwire.Client, *replyCutter) {
	t.Helper()
	network := &memnet.Network{}
	cfg.Listen = func(n, address string) (net.Listener, error) { return network.ListenContext(t.Context(), n, address) }
	cfg.Dial = network.DialContext
	s := ftptest.NewServer(t, &cfg)
	for name, data := range map[string]string{"/a.txt": "hello\n", "/d/b.txt": "b", "/d/e/c.txt": "cc", "/d/e/f/g.txt": "ggg"} {
		write(t, s, name, []byte(data))
	}
	k := &replyCutter{server: s.Addr(), denial: "550 Permission denied"}
	p := profileOf(s, cfg.TLS)
	p.Dial = func(ctx context.Context, n, address string) (net.Conn, error) {
		c, err := network.DialContext(ctx, n, address)
		if err != nil || address != k.server {
			return c, err
		}
		k.logins.Add(1)
		return &replyCutConn{Conn: c, k: k}, nil
	}
	if change != nil {
		change(p)
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn().Close() })
	return s, c, k
}
