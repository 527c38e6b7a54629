package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// turnClient returns a client of a server with a tree, whose every nth data connection is
// reset.
func turnClient(t *testing.T, nth int64, faults ...ftptest.Fault) (*ftpwire.Client, *atomic.Int64) {
	t.Helper()
	s := ftptest.NewServer(t, &ftptest.Config{Faults: faults, DataTimeout: time.Second})
	for n := range 50 {
		write(t, s, fmt.Sprintf("/d/f%d", n), bytes.Repeat([]byte("x"), n))
	}
	write(t, s, "/file", bytes.Repeat([]byte("0123456789"), 5000))
	host, port, _ := net.SplitHostPort(s.Addr())
	var logins, data atomic.Int64
	p := &ftpwire.Profile{
		Host: host, User: "user", Password: "password", Timeout: 5 * time.Second, Config: control.Config{Security: control.SecurityNone},
	}
	p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		switch {
		case err != nil:
		case address == s.Addr():
			logins.Add(1)
		case nth > 0 && data.Add(1)%nth == 0:
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
		return c, err
	}
	p.Port, _ = strconv.Atoi(port)
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn().Close() })
	return c, &logins
}

// Every method, from several goroutines, beside operations that replace the connection.
func TestClientFromGoroutines(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{nil, {"feat-empty-list"}} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			c, logins := turnClient(t, 7, faults...)
			dir := t.TempDir()
			retry := &ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 10, Delay: time.Millisecond}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			calls := map[string]func(n int) error{
				"Entries": func(int) error {
					for _, err := range c.Entries(ctx, "d") {
						if err != nil {
							return err
						}
					}
					return nil
				},
				"Entries and Stat": func(int) error {
					for e, err := range c.Entries(ctx, "/d") {
						if err != nil {
							return err
						}
						if e.Name == "f7" {
							if _, err := c.Stat(ctx, "/d/f7"); err != nil {
								return err
							}
						}
					}
					return nil
				},
				"Stat": func(int) error { _, err := c.Stat(ctx, "d"); return err },
				"Get":  func(int) error { _, err := c.Get(ctx, "file", io.Discard, nil); return err },
				"Put": func(n int) error {
					_, err := c.Put(ctx, fmt.Sprintf("w%d", n), bytes.NewReader(make([]byte, 99)), nil)
					return err
				},
				"Download": func(n int) error {
					r, err := c.Download(ctx, "file", filepath.Join(dir, fmt.Sprintf("down%d", n)), retry)
					if err == nil && r.Bytes != 50000 {
						return fmt.Errorf("%d octets", r.Bytes)
					}
					return err
				},
				"Upload": func(n int) error {
					_, err := c.Upload(ctx, "client_turn_test.go", fmt.Sprintf("up%d", n), retry)
					return err
				},
				"Verify":     func(int) error { _, err := c.Verify(ctx, "client_turn_test.go", "up0", 0); return err },
				"DetectZone": func(int) error { _, _, err := c.DetectZone(ctx, "d"); return err },
				"Conn":       func(int) error { return c.Conn().Noop(ctx) },
			}
			if err := calls["Upload"](0); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() { // the others run beside a redial
				for n := 0; logins.Load() < 2; n++ {
					if err := calls["Download"](n); err != nil || n == 100 {
						t.Errorf("the connection was never replaced: %v", err)
						return
					}
				}
			})
			for name, call := range calls {
				for n := range 4 {
					wg.Go(func() {
						err := call(n)
						_, network := errors.AsType[*control.TransferError](err)
						_, unproven := errors.AsType[*ftpwire.UnprovenError](err) // Verify without SIZE
						if err != nil && !network && !unproven && !errors.Is(err, net.ErrClosed) {
							t.Errorf("%s: %v", name, err)
						}
						if name == "Download" || name == "Upload" {
							if err != nil {
								t.Errorf("%s: %v, in spite of all its attempts", name, err)
							}
						}
					})
				}
			}
			wg.Wait()
			if err := c.Close(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// The loop over a listing may do with the entries what it likes.
func TestCallsInEntries(t *testing.T) {
	c, _ := turnClient(t, 0)
	n := 0
	for e, err := range c.Entries(t.Context(), "/d") {
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := c.Get(t.Context(), "/d/"+e.Name, &b, nil); err != nil || int64(b.Len()) != e.Size {
			t.Fatalf("%s: %d octets, %v; want %d", e.Name, b.Len(), err, e.Size)
		}
		n++
	}
	if n != 50 {
		t.Errorf("%d entries; want 50", n)
	}
}

// A call whose turn does not come ends with its context, and Close with its own closes the
// connection under what runs.
func TestTurnBounds(t *testing.T) {
	c, _ := turnClient(t, 0)
	running, stop := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := c.Put(t.Context(), "slow", readerFunc(func([]byte) (int, error) {
			select {
			case <-running:
			default:
				close(running)
			}
			<-stop
			return 0, io.EOF
		}), nil)
		done <- err
	}()
	<-running
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Stat(ctx, "d"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stat: %v; want the deadline", err)
	}
	if err := c.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || c.Conn().Err() == nil {
		t.Errorf("Close: %v; want the deadline, and a closed connection", err)
	}
	close(stop)
	if err := <-done; err == nil {
		t.Error("the upload is called whole")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
