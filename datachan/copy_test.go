package datachan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// tcp returns a plain passive data connection on loopback and the server's end.
// wrap, if not nil, stands between the Conn and the socket.
func tcp(t testing.TB, cfg datachan.Config, wrap func(*net.TCPConn) net.Conn) (*datachan.Conn, *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if wrap != nil {
		cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return wrap(c.(*net.TCPConn)), nil
		}
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	o, err := datachan.NewManager(&cfg).Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||" + port + "|)"}))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Establish(t.Context(), started(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Abort(); srv.Close() })
	return c, srv.(*net.TCPConn)
}

// createFile returns an open file that goes with the test.
func createFile(t testing.TB, data []byte) *os.File {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "f"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	return f
}

// wasRead returns how many bytes this process has moved through read(2).
func wasRead(t *testing.T) (n int64) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what went through read(2)")
	}
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skipf("no /proc/self/io: %v", err)
	}
	if _, err := fmt.Sscanf(string(b), "rchar: %d", &n); err != nil {
		t.Fatalf("/proc/self/io: %q: %v", b, err)
	}
	return n
}

// The kernel copy of a download keeps off read(2), which nobody else uses here: the
// server in the same process only writes.
func TestKernelCopy(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16) // more than all first chunks
	const slack = 1 << 20
	t.Run("download", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, nil)
		before := wasRead(t)
		go func() { srv.Write(data); srv.Close() }()
		n, err := c.WriteTo(f)
		after := wasRead(t)
		if err != nil || n != int64(len(data)) || c.Moved() != n {
			t.Fatalf("%d bytes, %v, Moved %d; want %d", n, err, c.Moved(), len(data))
		}
		if delta := after - before; delta > slack {
			t.Errorf("%d bytes went through read(2)", delta)
		}
		if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, data) {
			t.Errorf("the file has %d bytes, %v; want the %d sent", len(got), err, len(data))
		}
	})
	t.Run("upload", func(t *testing.T) { // sendfile counts like read and write: only the bytes are checked
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, data)
		got := make(chan []byte)
		go func() { b, _ := io.ReadAll(srv); got <- b }()
		if n, err := c.ReadFrom(f); err != nil || n != int64(len(data)) || c.Moved() != n {
			t.Fatalf("%d bytes, %v, Moved %d; want %d", n, err, c.Moved(), len(data))
		}
		c.CloseWrite()
		if b := <-got; !bytes.Equal(b, data) {
			t.Errorf("the server got %d bytes; want the %d of the file", len(b), len(data))
		}
	})
}

// A xorConn is a transport that transforms what passes: whoever goes by it to the
// socket moves wrong bytes.
type xorConn struct{ *net.TCPConn }

func (x xorConn) Read(b []byte) (int, error) {
	n, err := x.TCPConn.Read(b)
	flip(b[:n])
	return n, err
}

func (x xorConn) Write(b []byte) (int, error) {
	c := bytes.Clone(b)
	flip(c)
	return x.TCPConn.Write(c)
}

func flip(b []byte) {
	for i := range b {
		b[i] ^= 0x5a
	}
}

// Finding 9: a wrapper is never bypassed, on either side of a copy.
func TestWrappersAreNotBypassed(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	coded := bytes.Clone(data)
	flip(coded)
	t.Run("transport, download", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, func(c *net.TCPConn) net.Conn { return xorConn{c} })
		f := createFile(t, nil)
		go func() { srv.Write(coded); srv.Close() }()
		if _, err := c.WriteTo(f); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(f.Name()); !bytes.Equal(got, data) {
			t.Error("the wrapper was bypassed")
		}
	})
	t.Run("transport, upload", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, func(c *net.TCPConn) net.Conn { return xorConn{c} })
		f := createFile(t, data)
		got := make(chan []byte)
		go func() { b, _ := io.ReadAll(srv); got <- b }()
		if _, err := c.ReadFrom(f); err != nil {
			t.Fatal(err)
		}
		c.CloseWrite()
		if !bytes.Equal(<-got, coded) {
			t.Error("the wrapper was bypassed")
		}
	})
	t.Run("file, download", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, nil)
		go func() { srv.Write(coded); srv.Close() }()
		if _, err := c.WriteTo(xorFile{f}); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(f.Name()); !bytes.Equal(got, data) {
			t.Error("the wrapper was bypassed")
		}
	})
	t.Run("file, upload", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, data)
		got := make(chan []byte)
		go func() { b, _ := io.ReadAll(srv); got <- b }()
		if _, err := c.ReadFrom(xorFile{f}); err != nil {
			t.Fatal(err)
		}
		c.CloseWrite()
		if !bytes.Equal(<-got, coded) {
			t.Error("the wrapper was bypassed")
		}
	})
}

// A xorFile embeds the file, as a progress bar might.
type xorFile struct{ *os.File }

func (x xorFile) Read(b []byte) (int, error) {
	n, err := x.File.Read(b)
	flip(b[:n])
	return n, err
}

func (x xorFile) Write(b []byte) (int, error) {
	c := bytes.Clone(b)
	flip(c)
	return x.File.Write(c)
}

func TestCopyFaults(t *testing.T) {
	t.Parallel()
	t.Run("full device", func(t *testing.T) {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skipf("no /dev/full: %v", err)
		}
		defer full.Close()
		c, srv := tcp(t, datachan.Config{}, nil)
		go func() { io.WriteString(srv, "abc"); srv.Close() }()
		if _, err := c.WriteTo(full); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%v; want ENOSPC", err)
		}
	})
	t.Run("idle", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{IdleTimeout: 50 * time.Millisecond}, nil)
		io.WriteString(srv, "abc")
		f := createFile(t, nil)
		n, err := c.WriteTo(f)
		if n != 3 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes, %v; want 3 and a deadline", n, err)
		}
	})
	t.Run("slow but not idle", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{IdleTimeout: 400 * time.Millisecond}, nil)
		go func() {
			for range 6 { // 600 ms in all
				io.WriteString(srv, "ab")
				time.Sleep(100 * time.Millisecond)
			}
			srv.Close()
		}()
		f := createFile(t, nil)
		if n, err := c.WriteTo(f); n != 12 || err != nil {
			t.Errorf("%d bytes, %v; want 12", n, err)
		}
		if b, _ := os.ReadFile(f.Name()); string(b) != strings.Repeat("ab", 6) {
			t.Errorf("file: %q", b)
		}
	})
	t.Run("aborted", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		io.WriteString(srv, "abc")
		f := createFile(t, nil)
		time.AfterFunc(20*time.Millisecond, c.Abort)
		if _, err := c.WriteTo(f); err == nil {
			t.Error("no error")
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		io.WriteString(srv, "abc")
		f := createFile(t, nil)
		time.AfterFunc(20*time.Millisecond, c.Interrupt)
		if _, err := c.WriteTo(f); !errors.Is(err, datachan.ErrInterrupted) && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v; want ErrInterrupted", err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, datachan.ErrInterrupted) {
			t.Errorf("write: %v; want ErrInterrupted", err)
		}
	})
}
