package ftpwire_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// random has no octets where a file that is read from a wrong offset would have them.
var random = noise(1, 4<<20)

// A commandCounter counts commands.
type commandCounter struct {
	mu sync.Mutex
	n  map[string]int
}

func (k *commandCounter) trace(e control.TraceEvent) {
	if e.Kind == control.TraceSent {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.n == nil {
			k.n = map[string]int{}
		}
		verb, _, _ := strings.Cut(e.Text, " ")
		k.n[verb]++
	}
}

func (k *commandCounter) take() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := k.n
	k.n = nil
	return n
}

// ReadAt and Seek give the octets of that place on every server that can be asked for its beginning, and no others.
func TestFileReadAt(t *testing.T) {
	for _, fault := range []ftptest.Fault{"", "rest-ignored-retr", "rest-retr-refused", "mlst-unknown"} {
		for _, text := range []bool{false, true} {
			name := "binary, " + string(fault)
			if text {
				name = "text, " + string(fault)
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cfg := ftptest.Config{}
					if fault != "" {
						cfg.Faults = []ftptest.Fault{fault}
					}
					s, c, _ := filesClient(t, cfg, func(p *ftpwire.Profile) {
						if text {
							p.Type = ftpwire.TypeASCII
						}
					})
					defer s.Close()
					defer c.Conn().Close()
					want := random
					if text {
						want = bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)
					}
					write(t, s, "/big", want)
					f, err := c.Open(t.Context(), "big")
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					r := rand.New(rand.NewPCG(1, 2))
					for i := range 40 {
						off, n := r.IntN(len(want)), 1+r.IntN(100<<10)
						if i%4 == 0 {
							off = len(want) - r.IntN(70<<10) - 1
						}
						b := make([]byte, n)
						m, err := f.ReadAt(b, int64(off))
						end := min(off+n, len(want))
						if (err == nil) != (off+n <= len(want)) || err != nil && err != io.EOF || !bytes.Equal(b[:m], want[off:end]) {
							t.Fatalf("ReadAt(%d, %d): %d octets, %v", n, off, m, err)
						}
						if i%8 != 0 {
							continue
						}
						if _, err := c.Getwd(t.Context()); err != nil {
							t.Fatal(err)
						}
						if _, err := f.Seek(int64(off), io.SeekStart); err != nil {
							t.Fatal(err)
						}
						if _, err := io.ReadFull(f, b[:m]); err != nil || !bytes.Equal(b[:m], want[off:end]) {
							t.Fatalf("Read at %d: %v", off, err)
						}
					}
				})
			})
		}
	}
}

// Open files share the connection with each other and with everything else, in one goroutine and in several.
func TestFilesTogether(t *testing.T) {
	for name, faults := range map[string][]ftptest.Fault{"": nil, "REST ignored": {"rest-ignored-retr"}, "no MLST": {"mlst-unknown"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, k := fsClient(t, faults...)
				defer s.Close()
				defer c.Conn().Close()
				write(t, s, "/one", random)
				write(t, s, "/two", random[1:])
				one, err1 := c.Open(t.Context(), "one")
				two, err2 := c.Open(t.Context(), "two")
				if err := errors.Join(err1, err2); err != nil {
					t.Fatal(err)
				}
				defer one.Close()
				defer two.Close()
				b1, b2 := make([]byte, 700<<10), make([]byte, 700<<10)
				for off := 0; off < len(random)-1; off += len(b1) {
					n1, err1 := io.ReadFull(one, b1)
					n2, err2 := io.ReadFull(two, b2)
					if err := errors.Join(err1, err2); err != nil && off+len(b1) < len(random)-1 {
						t.Fatal(err)
					}
					if !bytes.Equal(b1[:n1], random[off:off+n1]) || !bytes.Equal(b2[:n2], random[off+1:off+1+n2]) {
						t.Fatalf("other octets after %d", off)
					}
				}
				for _, f := range []*ftpwire.File{one, two} {
					if n, err := f.Read(b1); n != 0 || err != io.EOF {
						t.Errorf("at the end: %d, %v", n, err)
					}
				}
				var wg sync.WaitGroup
				for _, f := range []*ftpwire.File{one, two} {
					wg.Go(func() {
						if _, err := f.Seek(0, io.SeekStart); err != nil {
							t.Error(err)
						}
						got, err := io.ReadAll(f)
						if want := random[len(random)-len(got):]; err != nil || len(got) < len(random)-1 || !bytes.Equal(got, want) {
							t.Errorf("%d octets, %v", len(got), err)
						}
					})
				}
				wg.Go(func() {
					for range 10 {
						if err := c.WriteFile(t.Context(), "three", []byte("x")); err != nil {
							t.Error(err)
						}
					}
				})
				wg.Wait()
				if n := k.logins.Load(); n != 1 {
					t.Errorf("%d logins", n)
				}
			})
		})
	}
}

// A file whose size and time nobody tells is read ahead for other operations; it can't be gone on with.
func TestFileUntold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := fsClient(t, "mlst-unknown", "feat-without-size", "feat-without-mdtm")
		defer s.Close()
		defer c.Conn().Close()
		write(t, s, "/big", random)
		f, err := c.Open(t.Context(), "big")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := make([]byte, len(random)+1)
		if _, err := io.ReadFull(f, b[:100]); err != nil {
			t.Error(err)
		}
		if _, err := c.Getwd(t.Context()); err != nil {
			t.Error(err)
		}
		if n, err := io.ReadFull(f, b[100:]); n != len(random)-100 || err != io.ErrUnexpectedEOF || !bytes.Equal(b[:len(random)], random) {
			t.Errorf("%d octets, %v", n, err)
		}
		if _, err := c.Getwd(t.Context()); err != nil {
			t.Error(err)
		}
		if f, err = c.Open(t.Context(), "big"); err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if n, err := io.Copy(io.Discard, f); n != int64(len(random)) || err != nil {
			t.Errorf("%d octets, %v", n, err)
		}
		if _, err := f.ReadAt(b[:1], 0); !isFileError(err, "read", "big") {
			t.Errorf("once more: %v", err)
		}
	})
}

// What changes between two transfers is noticed, and not put together.
func TestFileChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := fsClient(t)
		defer s.Close()
		defer c.Conn().Close()
		for _, change := range []struct {
			name string
			data []byte
		}{
			{"size", random[1:]},
			{"time", append([]byte{1}, random[1:]...)},
		} {
			write(t, s, "/big", random)
			f, err := c.Open(t.Context(), "big")
			if err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 10)
			if _, err := f.ReadAt(b, 3<<20); err != nil || !bytes.Equal(b, random[3<<20:][:10]) {
				t.Errorf("%v", err)
			}
			time.Sleep(2 * time.Second)
			write(t, s, "/big", change.data)
			if _, err := f.ReadAt(b, 1<<20); !isType[*ftpwire.ChangedError](err) || !isFileError(err, "read", "big") {
				t.Errorf("%s: %v", change.name, err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// What a read costs is what the documentation of File says.
func TestFileCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k commandCounter
		s, c, _ := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) { p.Trace = k.trace })
		defer s.Close()
		defer c.Conn().Close()
		write(t, s, "/big", random)
		write(t, s, "/small", random[:64<<10])
		k.take()
		f, err := c.Open(t.Context(), "big")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		small, err := c.Open(t.Context(), "small")
		if err != nil {
			t.Fatal(err)
		}
		defer small.Close()
		k.take()
		b := make([]byte, 100)
		another := map[string]int{"ABOR": 1, "TYPE": 1, "SIZE": 1, "MDTM": 1, "EPSV": 1, "REST": 1, "RETR": 1}
		for _, tt := range []struct {
			what string
			f    *ftpwire.File
			off  int64
			want map[string]int
		}{
			{"the first time elsewhere", f, 2 << 20, map[string]int{"TYPE": 2, "SIZE": 1, "MDTM": 1, "EPSV": 2, "REST": 2, "RETR": 2}},
			{"on from there", f, 2<<20 + 100, nil},
			{"up to 256 KiB further on", f, 2<<20 + 200<<10, nil},
			{"back", f, 100, another},
			{"far further on", f, 3 << 20, another},
			{"a small file", small, 50 << 10, nil},
			{"a small file, back", small, 0, nil},
			{"the end, after which the file is looked at again", f, 4<<20 - 60<<10, map[string]int{"ABOR": 1, "TYPE": 1, "SIZE": 2, "MDTM": 2, "EPSV": 1, "REST": 1, "RETR": 1}},
			{"the end, back", f, 4<<20 - 64<<10 + 5000, nil},
		} {
			if _, err := tt.f.ReadAt(b, tt.off); err != nil {
				t.Fatalf("%s: %v", tt.what, err)
			}
			if diff := cmp.Diff(tt.want, k.take()); diff != "" {
				t.Errorf("%s: %s", tt.what, diff)
			}
		}
	})
}

// A ZIP archive is read from the server with few transfers.
func TestFileZip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		for _, name := range []string{"a", "b", "c"} {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			w.Write(random[:1<<20])
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		var k commandCounter
		s, c, _ := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) { p.Trace = k.trace })
		defer s.Close()
		defer c.Conn().Close()
		write(t, s, "/z.zip", archive.Bytes())
		f, err := c.Open(t.Context(), "z.zip")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil || info.Size() != int64(archive.Len()) || info.Name() != "z.zip" || !info.Mode().IsRegular() || info.ModTime().IsZero() {
			t.Fatalf("%+v, %v", info, err)
		}
		k.take()
		r, err := zip.NewReader(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		if got := k.take(); got["RETR"] > 2 {
			t.Errorf("the directory took %v", got)
		}
		e, err := r.Open("b")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(e)
		if err != nil || !bytes.Equal(got, random[:1<<20]) {
			t.Errorf("%d octets, %v", len(got), err)
		}
		if got := k.take(); got["RETR"] > 2 {
			t.Errorf("one file took %v", got)
		}
	})
}

// A stallingConn has no more octets after the first ones.
type stallingConn struct {
	net.Conn
	left   int
	closed chan struct{}
	once   sync.Once
}

func (c *stallingConn) Read(b []byte) (int, error) {
	if c.left == 0 {
		<-c.closed
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

func (c *stallingConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

func (c *stallingConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *stallingConn) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) <= 0 {
		c.once.Do(func() { close(c.closed) })
	}
	return c.Conn.SetReadDeadline(t)
}

// Close ends a Read that waits, and what another operation waits for gives way in time; the octets that came are not lost.
func TestFileStalls(t *testing.T) {
	for _, other := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			stalls := true
			s, c, _ := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) {
				dial := p.Dial
				first := ""
				p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := dial(ctx, network, address)
					if first == "" {
						first = address
					}
					if err != nil || address == first || !stalls {
						return conn, err
					}
					return &stallingConn{Conn: conn, left: 300 << 10, closed: make(chan struct{})}, nil
				}
				p.Timeout = time.Minute
			})
			defer s.Close()
			defer c.Conn().Close()
			write(t, s, "/big", random)
			f, err := c.Open(t.Context(), "big")
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 100<<10)
			if _, err := io.ReadFull(f, got); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if other {
				stalls = false
				if _, err := c.Getwd(t.Context()); err != nil || time.Since(start) > time.Second {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
				rest, err := io.ReadAll(f)
				if err != nil || !bytes.Equal(append(got, rest...), random) {
					t.Errorf("%d octets, %v", len(rest), err)
				}
				return
			}
			over := make(chan error)
			go func() {
				_, err := io.Copy(io.Discard, f)
				over <- err
			}()
			synctest.Wait()
			if err := f.Close(); err != nil {
				t.Logf("Close: %v", err)
			}
			if err := <-over; !isFileError(err, "read", "big") || time.Since(start) > time.Second {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			if _, err := f.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("%v", err)
			}
			if _, err := c.Getwd(t.Context()); err != nil {
				t.Errorf("the Client afterwards: %v", err)
			}
		})
	}
}
