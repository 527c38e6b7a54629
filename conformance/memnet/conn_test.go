package memnet

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"
)

// wantOpError fails the test unless err is a *net.OpError around want.
func wantOpError(t *testing.T, what string, err, want error) {
	t.Helper()
	if _, ok := errors.AsType[*net.OpError](err); !ok || !errors.Is(err, want) {
		t.Errorf("%s: got error %v (%T), want a *net.OpError around %v", what, err, err, want)
	}
}

// start runs f in the bubble and returns its future error.
func start(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// wantBlocked fails the test if the call that closes done has returned.
func wantBlocked(t *testing.T, what string, done <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-done:
		t.Fatalf("%s: returned early with error %v", what, err)
	default:
	}
}

func writeString(c net.Conn, s string) func() error {
	return func() error { _, err := c.Write([]byte(s)); return err }
}

func readByte(c net.Conn) func() error {
	return func() error { _, err := c.Read(make([]byte, 1)); return err }
}

func TestConnNettest(t *testing.T) {
	t.Run("pipe", func(t *testing.T) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			a, b := Pipe()
			return a, b, func() { a.Close(); b.Close() }, nil
		})
	})
	t.Run("network", func(t *testing.T) {
		var n Network
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			return dialled(t, &n)
		})
	})
	t.Run("network with a small window and resets", func(t *testing.T) {
		n := Network{Window: 100, ResetUnread: true}
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			return dialled(t, &n)
		})
	})
}

// dialled returns the two ends of a connection made by way of a listener.
func dialled(t *testing.T, n *Network) (c1, c2 net.Conn, stop func(), err error) {
	l, err := n.ListenContext(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	defer l.Close()
	if c1, err = n.DialContext(t.Context(), "tcp", l.Addr().String()); err != nil {
		return nil, nil, nil, err
	}
	if c2, err = l.Accept(); err != nil {
		return nil, nil, nil, err
	}
	return c1, c2, func() { c1.Close(); c2.Close() }, nil
}

func TestConnWindow(t *testing.T) {
	tests := []struct {
		name   string
		resize func(a, b *Conn) error
		want   int
	}{
		{"default", func(a, b *Conn) error { return nil }, DefaultWindow},
		{"write buffer", func(a, b *Conn) error { return a.SetWriteBuffer(10) }, 10},
		{"read buffer of the peer", func(a, b *Conn) error { return b.SetReadBuffer(1) }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := Pipe()
				defer b.Close()
				if err := tt.resize(a, b); err != nil {
					t.Fatal(err)
				}
				if n, err := a.Write(make([]byte, tt.want)); n != tt.want || err != nil {
					t.Fatalf("write of a full window: got %d, %v", n, err)
				}
				done := start(writeString(a, "x"))
				wantBlocked(t, "write past the window", done)
				if err := readByte(b)(); err != nil {
					t.Fatal(err)
				}
				if err := <-done; err != nil {
					t.Errorf("write after a read has made room: %v", err)
				}
			})
		})
	}
}

func TestConnWindowGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		defer b.Close()
		wantOpError(t, "empty window", a.SetWriteBuffer(0), syscall.EINVAL)
		if err := a.SetWriteBuffer(2); err != nil {
			t.Fatal(err)
		}
		done := start(writeString(a, "abcd"))
		wantBlocked(t, "write of 4 bytes into a window of 2", done)
		if err := b.SetReadBuffer(4); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Errorf("write into the larger window: %v", err)
		}
	})
}

// TestConnWritesAreWhole starts a write while another one is half done and has
// not noticed yet that there is room.
func TestConnWritesAreWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		if err := a.SetWriteBuffer(2); err != nil {
			t.Fatal(err)
		}
		first := start(writeString(a, "aaaa"))
		wantBlocked(t, "first write", first)
		a.mu.Lock()
		a.out.window = 100 // without waking the first write
		a.mu.Unlock()
		second := start(writeString(a, "b"))
		wantBlocked(t, "second write", second)
		got := make([]byte, 5)
		if _, err := io.ReadFull(b, got); err != nil || string(got) != "aaaab" {
			t.Errorf("read %q, error %v, want the two writes in order", got, err)
		}
		if err := errors.Join(<-first, <-second); err != nil {
			t.Error(err)
		}
	})
}

// TestConnBufferIsReused never lets the buffer run empty, and checks that it
// does not grow with the bytes that went through.
func TestConnBufferIsReused(t *testing.T) {
	a, b := Pipe()
	if err := a.SetWriteBuffer(16); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if _, err := a.Write([]byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		var got [1]byte
		if _, err := b.Read(got[:]); err != nil || got[0] != byte(i-1) {
			t.Fatalf("read %d, error %v, want %d", got[0], err, byte(i-1))
		}
	}
	if got := cap(a.out.buf); got > 64 {
		t.Errorf("a window of 16 bytes has a buffer of %d", got)
	}
}

// TestDeadlineReplacedAsItFires holds the lock at the moment the timer fires, and
// then removes the deadline: the timer must find that it is out of date.
func TestDeadlineReplacedAsItFires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := Pipe()
		a.mu.Lock()
		a.in.rd.set(time.Now().Add(time.Second), a.in.cond)
		time.Sleep(time.Second) // of the fake clock
		a.in.rd.set(time.Time{}, a.in.cond)
		a.mu.Unlock()
		synctest.Wait()
		if a.in.rd.expired {
			t.Error("a deadline that was removed has expired")
		}
	})
}

func TestConnHalfClose(t *testing.T) {
	a, b := Pipe()
	if _, err := a.Write([]byte("upload")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.CloseWrite(); err != nil {
			t.Errorf("CloseWrite: %v", err)
		}
	}
	wantOpError(t, "write after CloseWrite", writeString(a, "x")(), syscall.EPIPE)
	if got, err := io.ReadAll(b); string(got) != "upload" || err != nil {
		t.Errorf("peer got %q, error %v", got, err)
	}
	if _, err := b.Write([]byte("226")); err != nil {
		t.Errorf("the other direction stays open: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(a); string(got) != "226" || err != nil {
		t.Errorf("got %q, error %v after the peer's Close, want what was buffered", got, err)
	}
	a.Close()
	wantOpError(t, "CloseWrite after Close", a.CloseWrite(), net.ErrClosed)
}

func TestConnEnd(t *testing.T) {
	closing := func(c *Conn) { c.Close() }
	tests := []struct {
		name string
		end  func(*Conn) // applied to end a
		call func(a, b *Conn) error
		want error
	}{
		{"close, own read", closing, func(a, b *Conn) error { return readByte(a)() }, net.ErrClosed},
		{"close, own write", closing, func(a, b *Conn) error { return fill(a) }, net.ErrClosed},
		{"close, own close", closing, func(a, b *Conn) error { a.Close(); return a.Close() }, net.ErrClosed},
		{"close, peer's write", closing, func(a, b *Conn) error { return fill(b) }, syscall.EPIPE},
		{"reset, own read", (*Conn).Reset, func(a, b *Conn) error { return readByte(a)() }, net.ErrClosed},
		{"reset, own write", (*Conn).Reset, func(a, b *Conn) error { return fill(a) }, net.ErrClosed},
		{"reset, peer's read", (*Conn).Reset, func(a, b *Conn) error { return readByte(b)() }, syscall.ECONNRESET},
		{"reset, peer's write", (*Conn).Reset, func(a, b *Conn) error { return fill(b) }, syscall.ECONNRESET},
		{"half-close, own write", func(c *Conn) { c.CloseWrite() }, func(a, b *Conn) error { return fill(a) }, syscall.EPIPE},
	}
	for _, tt := range tests {
		t.Run(tt.name+", before the call", func(t *testing.T) {
			a, b := Pipe()
			tt.end(a)
			wantOpError(t, tt.name, tt.call(a, b), tt.want)
		})
		t.Run(tt.name+", during the call", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := Pipe()
				done := start(func() error { return tt.call(a, b) })
				synctest.Wait()
				tt.end(a)
				wantOpError(t, tt.name, <-done, tt.want)
			})
		})
	}
}

// fill writes until the window is full, and then blocks.
func fill(c *Conn) error {
	_, err := c.Write(make([]byte, DefaultWindow+1))
	return err
}

func TestConnResetLosesBytes(t *testing.T) {
	a, b := Pipe()
	if _, err := a.Write([]byte("lost")); err != nil {
		t.Fatal(err)
	}
	a.Reset()
	a.Reset() // does nothing
	wantOpError(t, "read of bytes sent before the reset", readByte(b)(), syscall.ECONNRESET)
	if err := b.Close(); err != nil {
		t.Errorf("close of a connection that was reset: %v", err)
	}
}

func TestConnDeadline(t *testing.T) {
	tests := []struct {
		name string
		set  func(*Conn, time.Time) error
		call func(*Conn) error
	}{
		{"read", (*Conn).SetReadDeadline, func(c *Conn) error { return readByte(c)() }},
		{"write", (*Conn).SetWriteDeadline, fill},
		{"both, read", (*Conn).SetDeadline, func(c *Conn) error { return readByte(c)() }},
		{"both, write", (*Conn).SetDeadline, fill},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := Pipe()
				begin := time.Now()
				for _, d := range []time.Duration{time.Second, 3 * time.Second} { // the second replaces the first
					if err := tt.set(a, begin.Add(d)); err != nil {
						t.Fatal(err)
					}
				}
				err := tt.call(a)
				wantOpError(t, tt.name, err, os.ErrDeadlineExceeded)
				if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
					t.Errorf("error %v is no timeout", err)
				}
				if got := time.Since(begin); got != 3*time.Second {
					t.Errorf("timed out after %v, want 3s", got)
				}
				if err := tt.set(a, time.Time{}); err != nil {
					t.Fatal(err)
				}
				done := start(func() error { return tt.call(a) })
				time.Sleep(time.Hour) // of the fake clock
				wantBlocked(t, "call without a deadline", done)
				a.Close()
				wantOpError(t, "closed", <-done, net.ErrClosed)
				wantOpError(t, "deadline of a closed connection", tt.set(a, begin), net.ErrClosed)
			})
		})
	}
}

func TestPipeAddresses(t *testing.T) {
	a, b := Pipe()
	if got, want := a.LocalAddr().String()+" "+a.RemoteAddr().String(), "127.0.0.1:49152 127.0.0.1:21"; got != want {
		t.Errorf("client has %s, want %s", got, want)
	}
	if got, want := b.LocalAddr().String()+" "+b.RemoteAddr().String(), "127.0.0.1:21 127.0.0.1:49152"; got != want {
		t.Errorf("server has %s, want %s", got, want)
	}
}

func BenchmarkPipe(b *testing.B) {
	w, r := Pipe()
	go io.Copy(io.Discard, r)
	p := make([]byte, 32<<10)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Write(p); err != nil {
			b.Fatal(err)
		}
	}
	w.Close()
}
