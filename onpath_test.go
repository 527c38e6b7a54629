package ftpwire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// An onPath is somebody between client and server who owns no key. He can tell TLS records
// apart, passes as many as he likes on, and ends the connection as he likes; what the other
// side still sends he takes in, so that nobody notices.
type onPath struct {
	up    bool // he cuts what the client sends; else what the server sends
	pass  int  // records that he passes on in that direction
	reset bool // the end is a reset; else FIN

	cut atomic.Int64 // connections that he has cut
}

// dial opens data connections through him.
func (o *onPath) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	server, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	client, err := new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
	if err != nil {
		server.Close()
		return nil, err
	}
	inner, err := ln.Accept()
	if err != nil {
		return nil, errors.Join(err, client.Close(), server.Close())
	}
	go o.between(inner.(*net.TCPConn), server.(*net.TCPConn))
	return client, nil
}

// between passes on what goes from client to server and back.
func (o *onPath) between(client, server *net.TCPConn) {
	defer client.Close()
	defer server.Close()
	from, to := server, client
	if o.up {
		from, to = client, server
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		io.Copy(from, to)
		from.CloseWrite()
	}()
	for range o.pass {
		if !passRecord(to, from) {
			to.CloseWrite()
			<-back
			return
		}
	}
	o.cut.Add(1)
	if o.reset {
		to.SetLinger(0)
		to.Close()
	} else {
		to.CloseWrite()
	}
	io.Copy(io.Discard, from)
	<-back
}

// passRecord passes one TLS record on and reports whether there was one.
func passRecord(dst io.Writer, src io.Reader) bool {
	var head [5]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return false
	}
	dst.Write(head[:])
	_, err := io.CopyN(dst, src, int64(binary.BigEndian.Uint16(head[3:])))
	return err == nil
}

// Whatever somebody on the path cuts off, and wherever: no prefix, no empty listing and no
// empty file is ever called whole.
func TestOnPath(t *testing.T) {
	t.Parallel()
	const entries = 40
	file := bytes.Repeat([]byte("0123456789abcdef"), 4<<10)
	for _, tt := range []struct {
		name  string
		fault []ftptest.Fault
	}{{name: "MLSD"}, {"LIST", []ftptest.Fault{"feat-empty-list"}}} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			for _, up := range []bool{false, true} {
				for _, reset := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s/up=%v/reset=%v", tt.name, tls.VersionName(version), up, reset)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Faults: tt.fault, DataTimeout: time.Second})
						for n := range entries {
							write(t, s, fmt.Sprintf("/d/f%d", n), []byte("x"))
						}
						write(t, s, "/file", file)
						cut := int64(0)
						for pass := range 12 {
							o := &onPath{up: up, pass: pass, reset: reset}
							playOnPath(t, s, o, version, entries, file)
							cut += o.cut.Load()
						}
						if cut == 0 {
							t.Error("nothing was ever cut")
						}
					})
				}
			}
		}
	}
}

func write(t *testing.T, s *ftptest.Server, name string, data []byte) {
	t.Helper()
	if err := s.WriteFile(name, data); err != nil {
		t.Fatal(err)
	}
}

// playOnPath tries what moves data, on a connection of its own each, and compares what is
// called whole.
func playOnPath(t *testing.T, s *ftptest.Server, o *onPath, version uint16, entries int, file []byte) {
	t.Helper()
	host, port, _ := net.SplitHostPort(s.Addr())
	p := &ftpwire.Profile{
		Host: host, User: "user", Password: "password", RootCAs: s.RootCAs(),
		TLSMin: tlsx.Version(version), TLSMax: tlsx.Version(version), Timeout: 2 * time.Second,
	}
	p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == s.Addr() {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return o.dial(ctx, network, address)
	}
	p.Port, _ = strconv.Atoi(port)
	do := func(what string, f func(c *ftpwire.Client) error) {
		t.Helper()
		c, err := ftpwire.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Conn().Close()
		if err := f(c); err != nil {
			t.Errorf("%s, %d records passed: %v", what, o.pass, err)
		}
	}
	list := func(path string) func(c *ftpwire.Client) error {
		return func(c *ftpwire.Client) error {
			n := 0
			for _, err := range c.Entries(t.Context(), path) {
				if err != nil {
					return nil
				}
				n++
			}
			if n != entries {
				return fmt.Errorf("%d of %d entries, and no error", n, entries)
			}
			return nil
		}
	}
	do("listing of a name", list("/d"))
	do("listing of the working directory", func(c *ftpwire.Client) error {
		if err := c.Conn().Cwd(t.Context(), "/d"); err != nil {
			return err
		}
		return list("")(c)
	})
	do("names", func(c *ftpwire.Client) error {
		n := 0
		for _, err := range c.Conn().Nlst(t.Context(), "/d") {
			if err != nil {
				return nil
			}
			n++
		}
		if n != entries {
			return fmt.Errorf("%d of %d names, and no error", n, entries)
		}
		return nil
	})
	do("reading", func(c *ftpwire.Client) error {
		var b bytes.Buffer
		if _, err := c.Get(t.Context(), "/file", &b, nil); err == nil && !bytes.Equal(b.Bytes(), file) {
			return fmt.Errorf("%d of %d octets, and no error", b.Len(), len(file))
		}
		return nil
	})
	local := filepath.Join(t.TempDir(), "file")
	do("download", func(c *ftpwire.Client) error {
		_, err := c.Download(t.Context(), "/file", local, nil)
		b, rerr := os.ReadFile(local)
		if err != nil && !errors.Is(rerr, fs.ErrNotExist) {
			return fmt.Errorf("%w, and a file of %d octets is there", err, len(b))
		}
		if err == nil && !bytes.Equal(b, file) {
			return fmt.Errorf("%d of %d octets, and no error", len(b), len(file))
		}
		return nil
	})
	do("upload", func(c *ftpwire.Client) error {
		name := fmt.Sprintf("/up%d", o.pass)
		_, err := c.Put(t.Context(), name, bytes.NewReader(file), nil)
		if b, rerr := s.ReadFile(name); err == nil && !bytes.Equal(b, file) {
			return fmt.Errorf("%d of %d octets (%v), and no error", len(b), len(file), rerr)
		}
		return nil
	})
}
