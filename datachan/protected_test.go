package datachan_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// marked protects nothing: a block is one octet, then the data.
type marked struct{}

func (marked) Room(buffer uint32) uint32 { return buffer - 1 }

func (marked) Protect(plain []byte) ([]byte, error) { return append([]byte{'m'}, plain...), nil }

func (marked) Unprotect(block []byte) ([]byte, error) {
	if block[0] != 'm' {
		return nil, errors.New("forged")
	}
	return block[1:], nil
}

// TestProtect: files and other readers go through the mechanism, and what is counted is
// the data.
func TestProtect(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	for _, name := range []string{"file", "reader"} {
		c, srv := tcp(t, datachan.Config{}, nil)
		c.Protect(marked{}, 1000)
		src := io.Reader(bytes.NewReader(data))
		if name == "file" {
			src = createFile(t, data)
		}
		received := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(srv)
			received <- b
		}()
		n, err := c.ReadFrom(src)
		if err = errors.Join(err, c.CloseWrite()); err != nil || n != int64(len(data)) || c.Moved() != n {
			t.Fatalf("%s: %d sent, %d moved, %v", name, n, c.Moved(), err)
		}
		wire := <-received
		if want := len(data) + 5*((len(data)+998)/999+1); len(wire) < want || !bytes.HasSuffix(wire, []byte("\x00\x00\x00\x01m")) {
			t.Errorf("%s: %d octets on the wire, want at least %d, and an end", name, len(wire), want)
		}

		c, srv = tcp(t, datachan.Config{}, nil)
		c.Protect(marked{}, 1000)
		go func() {
			srv.Write(wire)
			srv.Close()
		}()
		var got bytes.Buffer
		dst := io.Writer(&got)
		file := createFile(t, nil)
		if name == "file" {
			dst = file
		}
		n, err = c.WriteTo(dst)
		if name == "file" {
			b, _ := os.ReadFile(file.Name())
			got.Write(b)
		}
		if err != nil || n != int64(len(data)) || c.Moved() != n || !bytes.Equal(got.Bytes(), data) {
			t.Errorf("%s: %d received, %d moved, %v", name, n, c.Moved(), err)
		}
	}
}

// TestProtectCut: whatever ends the connection early is an error, and an abort sends no
// end.
func TestProtectCut(t *testing.T) {
	c, srv := tcp(t, datachan.Config{}, nil)
	c.Protect(marked{}, 1000)
	srv.Write([]byte("\x00\x00\x00\x04mabc"))
	srv.CloseWrite()
	got, err := io.ReadAll(c)
	if _, ok := errors.AsType[*protocol.ProtectionError](err); !ok || string(got) != "abc" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v; want what came, and a *ProtectionError", got, err)
	}

	c, srv = tcp(t, datachan.Config{}, nil)
	c.Protect(marked{}, 1000)
	io.WriteString(c, "abc")
	c.Abort()
	if wire, _ := io.ReadAll(srv); bytes.Contains(wire, []byte("\x00\x00\x00\x01")) {
		t.Errorf("an aborted upload has an end: %q", wire)
	}
}

// TestProtectSlow: the idle timeout is for each piece that comes, not for a whole block.
func TestProtectSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		ln := w.listenAt(t, "127.0.0.1:5000")
		m := w.manager(datachan.Config{IdleTimeout: time.Minute})
		o, err := m.Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||5000|)"}))
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
		defer c.Abort()
		c.Protect(marked{}, 1000)
		go trickle(srv, "\x00\x00\x00\x04mabc", 50*time.Second)
		b := make([]byte, 10)
		if n, err := c.Read(b); err != nil || string(b[:n]) != "abc" {
			t.Errorf("%q, %v; want the block", b[:n], err)
		}
		begun := time.Now()
		if _, err := c.Read(b); !isTimeout(err) || time.Since(begun) != time.Minute {
			t.Errorf("%v after %v; want the idle timeout", err, time.Since(begun))
		}
	})
}

func trickle(c net.Conn, s string, pause time.Duration) {
	for i := range len(s) {
		io.WriteString(c, s[i:i+1])
		time.Sleep(pause)
	}
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}
