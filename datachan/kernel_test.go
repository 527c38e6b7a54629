package datachan_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
)

// watched are the ways to watch a copy, none of which may take it from the kernel.
var watched = []struct {
	name    string
	limit   bool
	tallied bool
}{{"bare", false, false}, {"limited", true, false}, {"tallied", false, true}, {"limited and tallied", true, true}}

// fast is a limit that costs what limits cost and is never reached.
func fast(on bool) *datachan.Limiter {
	if !on {
		return nil
	}
	return datachan.NewLimiter(1<<40, 0)
}

// Limits and tallies leave the copy to the kernel. Down, nothing goes through read(2).
// Up, sendfile counts like reads; but a copy through the process needs a buffer, for
// each chunk or for all, and the kernel none.
func TestKernelCopyWatched(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 24<<20/16)
	for _, w := range watched {
		t.Run("down, "+w.name, func(t *testing.T) {
			c, srv := tcp(t, datachan.Config{Down: fast(w.limit)}, nil)
			f := createFile(t, nil)
			var last atomic.Int64
			before := wasRead(t)
			if w.tallied {
				c.OnTally(int64(len(data)), func(v datachan.Tally) { last.Store(v.Moved) })
			}
			go func() {
				srv.Write(data[:1<<20])
				time.Sleep(250 * time.Millisecond) // deadlines pass in the middle of a chunk
				srv.Write(data[1<<20:])
				srv.Close()
			}()
			n, err := c.WriteTo(f)
			delta := wasRead(t) - before
			c.Close()
			if err != nil || n != int64(len(data)) || w.tallied && last.Load() != n {
				t.Fatalf("%d bytes, %v, tally %d; want %d", n, err, last.Load(), len(data))
			}
			if delta > 1<<20 {
				t.Errorf("%d bytes went through read(2)", delta)
			}
			if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, data) {
				t.Errorf("the file has %d bytes, %v; want the %d sent", len(got), err, len(data))
			}
		})
		t.Run("up, "+w.name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("TransmitFile is not used for parts of a file")
			}
			c, srv := tcp(t, datachan.Config{Up: fast(w.limit)}, nil)
			f := createFile(t, data)
			got, ended := make([]byte, len(data)+1), make(chan int)
			var m0, m1 runtime.MemStats
			runtime.ReadMemStats(&m0)
			go func() {
				n, _ := io.ReadFull(srv, got[:1<<20])
				time.Sleep(250 * time.Millisecond)
				k, _ := io.ReadFull(srv, got[n:])
				ended <- n + k
			}()
			if w.tallied {
				c.OnTally(-1, func(datachan.Tally) {})
			}
			n, err := c.ReadFrom(f)
			runtime.ReadMemStats(&m1)
			c.CloseWrite()
			if k := <-ended; err != nil || n != int64(len(data)) || !bytes.Equal(got[:k], data) {
				t.Fatalf("%d bytes, %v; the server got %d that are right: %v", n, err, k, bytes.Equal(got[:k], data))
			}
			if used := m1.TotalAlloc - m0.TotalAlloc; used > 24<<10 && !raceEnabled {
				t.Errorf("%d bytes were allocated: the copy went through the process", used)
			}
		})
	}
}

// A tally is told of what moves within a chunk, and a silence is still one.
func TestKernelCopySlow(t *testing.T) {
	t.Parallel()
	t.Run("tally within a chunk", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{IdleTimeout: 5 * time.Second}, nil)
		seen := make(chan struct{})
		var once atomic.Bool
		c.OnTally(8, func(v datachan.Tally) {
			if v.Moved == 4 && !v.Done && once.CompareAndSwap(false, true) {
				close(seen)
			}
		})
		go func() {
			io.WriteString(srv, "abcd")
			select {
			case <-seen:
				io.WriteString(srv, "efgh")
			case <-time.After(4 * time.Second):
			}
			srv.Close()
		}()
		if n, err := c.WriteTo(createFile(t, nil)); n != 8 || err != nil {
			t.Errorf("%d bytes, %v; want 8: the first half was told of", n, err)
		}
	})
	for _, limit := range []bool{false, true} {
		t.Run(fmt.Sprintf("idle, limit %v", limit), func(t *testing.T) {
			c, srv := tcp(t, datachan.Config{IdleTimeout: 300 * time.Millisecond, Down: fast(limit)}, nil)
			c.OnTally(-1, func(datachan.Tally) {})
			io.WriteString(srv, "abc")
			begun := time.Now()
			n, err := c.WriteTo(createFile(t, nil))
			if n != 3 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) < 250*time.Millisecond {
				t.Errorf("%d bytes, %v after %v; want 3 and a deadline after 300ms", n, err, time.Since(begun))
			}
		})
	}
	t.Run("limit holds for the kernel, too", func(t *testing.T) {
		data := make([]byte, 300<<10)
		c, srv := tcp(t, datachan.Config{Up: datachan.NewLimiter(1<<20, 0)}, nil)
		f := createFile(t, data)
		go io.Copy(io.Discard, srv)
		begun := time.Now()
		if n, err := c.ReadFrom(f); n != int64(len(data)) || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		if took := time.Since(begun); took < 150*time.Millisecond || took > 3*time.Second {
			t.Errorf("300 KiB at 1 MiB a second, a tenth of it saved up, took %v", took)
		}
	})
}

// Where the kernel can't send a file, package net reads and writes: what a deadline keeps
// it from writing is sent later all the same.
func TestReadFromWithoutKernel(t *testing.T) {
	const proc = "/proc/kallsyms" // Linux has no sendfile for it, and it is large
	want, err := os.ReadFile(proc)
	if err != nil || len(want) < 2<<20 {
		t.Skip("there is no large file here that sendfile does not send")
	}
	for _, pipe := range []bool{false, true} {
		t.Run(fmt.Sprintf("pipe %v", pipe), func(t *testing.T) {
			c, srv := tcp(t, datachan.Config{}, nil)
			c.OnTally(-1, func(datachan.Tally) {}) // deadlines come often now
			f, err := os.Open(proc)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if pipe {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				go func() { io.Copy(w, bytes.NewReader(want)); w.Close() }()
				f = r
			}
			got := make(chan []byte, 1)
			go func() {
				time.Sleep(250 * time.Millisecond) // the buffers fill
				var b bytes.Buffer
				for buf := make([]byte, 300<<10); ; time.Sleep(10 * time.Millisecond) {
					n, err := srv.Read(buf)
					if b.Write(buf[:n]); err != nil {
						break
					}
				}
				got <- b.Bytes()
			}()
			n, err := c.ReadFrom(f)
			c.Close()
			if b := <-got; err != nil || n != int64(len(want)) || !bytes.Equal(b, want) {
				t.Errorf("%d bytes, %v; %d came, want the %d that there are", n, err, len(b), len(want))
			}
		})
	}
}

// BenchmarkCopy compares a copy by the kernel with one through the process, and what
// a limit that is never reached and a tally cost.
//
//	go test ./datachan -run '^$' -bench Copy
func BenchmarkCopy(b *testing.B) {
	const size = 256 << 20
	for _, dir := range []string{"down", "up"} {
		for _, w := range watched {
			b.Run(dir+"/kernel/"+w.name, func(b *testing.B) { benchCopy(b, dir, size, false, w.limit, w.tallied) })
		}
		b.Run(dir+"/process/bare", func(b *testing.B) { benchCopy(b, dir, size, true, false, false) })
	}
}

func benchCopy(b *testing.B, dir string, size int64, hide, limit, tallied bool) {
	f, err := os.CreateTemp(b.TempDir(), "")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if dir == "up" {
		if _, err := io.CopyN(f, zeros{}, size); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(size)
	b.ReportAllocs()
	before := cpuTime()
	defer func() { // of both ends, which other processes disturb less than the speed
		b.ReportMetric((cpuTime()-before).Seconds()*float64(1<<30)/float64(size)/float64(b.N), "cpu-s/GiB")
	}()
	for b.Loop() {
		c, srv := tcp(b, datachan.Config{Down: fast(limit), Up: fast(limit)}, nil)
		if tallied {
			c.OnTally(size, func(datachan.Tally) {})
		}
		f.Seek(0, io.SeekStart)
		if dir == "down" {
			go sendZeros(srv, size)
			var w io.Writer = f
			if hide {
				w = struct{ io.Writer }{f}
			}
			if n, err := c.WriteTo(w); n != size || err != nil {
				b.Fatalf("%d bytes, %v", n, err)
			}
			c.Close()
			continue
		}
		done := make(chan struct{})
		go func() {
			io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{srv}, make([]byte, 1<<20))
			close(done)
		}()
		var r io.Reader = f
		if hide {
			r = struct{ io.Reader }{f}
		}
		if n, err := c.ReadFrom(r); n != size || err != nil {
			b.Fatalf("%d bytes, %v", n, err)
		}
		c.CloseWrite()
		<-done
		c.Finish()
		srv.Close()
	}
}

func sendZeros(to net.Conn, n int64) {
	buf := make([]byte, 1<<20)
	for ; n > 0; n -= int64(len(buf)) {
		if _, err := to.Write(buf); err != nil {
			return
		}
	}
	to.Close()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// A reset is the connection's, whatever file the kernel was copying.
func TestKernelCopyReset(t *testing.T) {
	reset := func(srv net.Conn) {
		srv.(*net.TCPConn).SetLinger(0)
		srv.Close()
	}
	check := func(t *testing.T, c *datachan.Conn, f *os.File, err error) {
		t.Helper()
		oe, ok := errors.AsType[*net.OpError](err)
		if !ok || oe.Addr == nil || oe.Addr.String() != c.RemoteAddr().String() || strings.Contains(err.Error(), f.Name()) {
			t.Errorf("%v; want an error of %s", err, c.RemoteAddr())
		}
	}
	t.Run("down", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, nil)
		srv.Write([]byte("abc"))
		reset(srv)
		_, err := c.WriteTo(f)
		check(t, c, f, err)
	})
	t.Run("down, behind some data", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, nil)
		go func() {
			srv.Write([]byte("abc"))
			time.Sleep(50 * time.Millisecond)
			reset(srv)
		}()
		_, err := c.WriteTo(f)
		check(t, c, f, err)
	})
	t.Run("up", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, make([]byte, 64<<20))
		go func() {
			io.ReadFull(srv, make([]byte, 1<<20))
			reset(srv)
		}()
		_, err := c.ReadFrom(f)
		check(t, c, f, err)
	})
	t.Run("the file's own error keeps its name", func(t *testing.T) {
		c, srv := tcp(t, datachan.Config{}, nil)
		f := createFile(t, nil)
		readOnly, err := os.Open(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		defer readOnly.Close()
		srv.Write([]byte("abc"))
		_, err = c.WriteTo(readOnly)
		if err == nil || !strings.Contains(err.Error(), f.Name()) {
			t.Errorf("%v; want an error of the file", err)
		}
	})
}

// A silence counts from when the last octet moved, and not from a deadline behind that.
func TestKernelCopySilence(t *testing.T) {
	t.Parallel()
	c, srv := tcp(t, datachan.Config{IdleTimeout: 2 * time.Second}, nil)
	srv.Write([]byte("abc"))
	begun := time.Now()
	n, err := c.WriteTo(createFile(t, nil))
	if took := time.Since(begun); n != 3 || !errors.Is(err, os.ErrDeadlineExceeded) || took < 1900*time.Millisecond || took > 3500*time.Millisecond {
		t.Errorf("%d bytes, %v after %v; want a timeout behind 2s", n, err, took)
	}
}
