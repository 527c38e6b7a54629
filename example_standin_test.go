package ftpwire_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/datachan/proxy"
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
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, standInAddress(port, server))
	}
}

// standInAddress is where a connection to a port of the real server goes.
func standInAddress(port string, server *ftptest.Server) string {
	if port == "21" {
		return server.Addr()
	}
	return net.JoinHostPort("127.0.0.1", port) // of a data connection
}

// standInProxy leads a SOCKS proxy to one of the example, which leads to server.
func standInProxy(p *proxy.Proxy, server *ftptest.Server) {
	p.Forward = func(context.Context, string, string) (net.Conn, error) {
		client, end := net.Pipe()
		go serveSOCKS(end, server)
		return client, nil
	}
}

// serveSOCKS answers CONNECT with a name (RFC 1928), and relays.
func serveSOCKS(conn net.Conn, server *ftptest.Server) {
	defer conn.Close()
	greeting, request := make([]byte, 2), make([]byte, 5)
	io.ReadFull(conn, greeting)
	io.CopyN(io.Discard, conn, int64(greeting[1]))
	conn.Write([]byte{5, 0})
	io.ReadFull(conn, request)
	rest := make([]byte, int(request[4])+2) // the length of the name comes first
	io.ReadFull(conn, rest)
	port := binary.BigEndian.Uint16(rest[len(rest)-2:])
	target, err := net.Dial("tcp", standInAddress(strconv.Itoa(int(port)), server))
	if err != nil {
		return
	}
	defer target.Close()
	conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
	go io.Copy(target, conn)
	io.Copy(conn, target)
}
