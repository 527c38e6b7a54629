package ftpwire_test

import (
	"context"
	"net"
	"os"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// secret is the password of the examples.
const secret = "password"

// exampleServer returns a server with a few files, which stands in for a real one: see
// standIn. done closes it. Meanwhile the current directory is an empty one.
func exampleServer(c ftptest.Config) (server *ftptest.Server, done func()) {
	c.TLS = ftptest.TLSExplicit
	c.Users = append(c.Users, ftptest.User{Name: "bob", Password: secret}, ftptest.User{Name: "alice", Password: secret})
	c.Now = func() time.Time { return time.Date(2026, 10, 1, 6, 30, 0, 0, time.UTC) }
	server, err := ftptest.Start(&c)
	if err != nil {
		panic(err)
	}
	for name, content := range map[string]string{"reports/q3.csv": "a;b\n1;2\n", "reports/2025/q4.csv": "a;b\n", "pub/hello.txt": "hello\n"} {
		if err := server.WriteFile("/"+name, []byte(content)); err != nil {
			panic(err)
		}
	}
	before, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	return server, func() {
		server.Close()
		os.Chdir(before)
		os.RemoveAll(dir)
	}
}

// standIn leads all connections of a profile to server, whose certificate is for localhost
// and from an authority of its own.
func standIn(p *ftpwire.Profile, server *ftptest.Server) {
	if p.RootCAs == nil {
		p.RootCAs = server.RootCAs()
	}
	p.ServerName = "localhost"
	p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if _, port, _ := net.SplitHostPort(address); port == "21" {
			address = server.Addr()
		} else {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}
