package control_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// soon is how long a call may take once its context has ended.
const soon = 250 * time.Millisecond

// A call whose context ends is back within 250 ms, whatever the server does or does not.
// What saves the connection goes on: the next operation waits for it, and finds the
// connection in step or closed; and Close ends it.
func TestT67Promptly(t *testing.T) {
	silence := func(tc *testConn) { tc.wantCommand("giving up", "ABOR") }
	late := func(tc *testConn) {
		tc.wantCommand("giving up", "ABOR")
		time.Sleep(2 * time.Second)
		tc.writeReply("426 aborted", "226 done")
	}
	begin := func(tc *testConn) {
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.wantCommand("then", "RETR f")
	}
	data := func(tc *testConn) {
		tc.answer("TYPE I", "200 ok")
		conn := tc.passive()
		tc.answer("RETR f", "150 here")
		go func() { // a flood
			for {
				if _, err := conn.Write(make([]byte, 4<<10)); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
	}
	final := func(tc *testConn) {
		tc.answer("TYPE I", "200 ok")
		conn := tc.passive()
		tc.answer("RETR f", "150 here")
		conn.Close()
	}
	up := func(tc *testConn) {
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
	}
	for _, tt := range []struct {
		name   string
		upload bool
		play   func(tc *testConn)
		after  func(tc *testConn)
		dead   bool
	}{
		{"opening, silence", false, begin, silence, true},
		{"opening, late", false, begin, late, false},
		{"data, silence", false, data, silence, true},
		{"data, late", false, data, late, false},
		{"final reply, silence", false, final, silence, true},
		{"final reply, late", false, final, late, false},
		{"upload, silence", true, up, silence, true},
		{"upload, late", true, up, late, false},
	} {
		for _, next := range []string{"an operation", "Close"} {
			inBubble(t, tt.name+", "+next, func(t *testing.T) {
				tc := login(t, &clear)
				ctx, cancel := context.WithCancelCause(t.Context())
				reason := errors.New("the user left")
				op := tc.async(func() error { return cancelled(tc.c, ctx, tt.upload) })
				tt.play(tc)
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
				start := time.Now()
				cancel(reason)
				err := op.wait()
				if took := time.Since(start); took > soon {
					t.Errorf("back after %v; want %v", took, soon)
				}
				if te, ok := errors.AsType[*control.TransferError](err); !ok || !errors.Is(err, reason) {
					t.Errorf("%v (%v); want a TransferError of the cause", err, te)
				}
				if next == "Close" {
					begun := time.Now()
					tc.c.Close()
					if took := time.Since(begun); took > 100*time.Millisecond {
						t.Errorf("Close took %v", took)
					}
					time.Sleep(10 * time.Millisecond) // for the flood
					return
				}
				noop := tc.async(func() error { return tc.c.Noop(t.Context()) })
				tt.after(tc)
				if tt.dead {
					if err := noop.wait(); !errors.Is(err, net.ErrClosed) {
						t.Errorf("behind it: %v; want a closed connection", err)
					}
					if took := time.Since(start); took > 6*time.Second {
						t.Errorf("that took %v; the AbortTimeout is 5s", took)
					}
					tc.wantDead("")
					return
				}
				tc.answer("NOOP", "200 ok")
				tc.wantOK("behind it", noop)
				tc.wantAlive()
			})
		}
	}
}

// cancelled downloads or uploads until the end of ctx.
func cancelled(c *control.Conn, ctx context.Context, upload bool) error {
	if upload {
		u, err := c.Stor(ctx, "f", 0)
		if err != nil {
			return err
		}
		for err == nil {
			_, err = io.WriteString(u, strings.Repeat("x", 64<<10))
		}
		if cerr := u.Abort(); cerr != err {
			return errors.Join(errors.New("another error"), err, cerr)
		}
		return err
	}
	d, err := c.Retr(ctx, "f", 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, d)
	if cerr := d.Close(); err != nil && cerr != err {
		return errors.Join(errors.New("another error"), err, cerr)
	} else {
		err = cerr
	}
	return err
}

// An early Close of a download whose context has ended says so if it can't wait for the
// connection.
func TestClosePromptly(t *testing.T) {
	inBubble(t, "silence", func(t *testing.T) {
		tc := login(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.async(func() error {
			d, err := tc.c.Retr(ctx, "f", 0)
			if err != nil {
				return err
			}
			cancel()
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("giving up", "ABOR")
		if err := op.wait(); !errors.Is(err, context.Canceled) || op.took() > soon {
			t.Errorf("%v after %v", err, op.took())
		}
		tc.c.Close()
	})
}

// A server that has kept us waiting for a whole timeout gets little more when the transfer
// is given up.
func TestGiveUpAfterTimeout(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		more    time.Duration
	}{
		{"2s", 2 * time.Second, time.Second},
		{"30s", 30 * time.Second, 3 * time.Second},
		{"the default, which is a minute", 0, 5 * time.Second},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			cfg := &control.Config{ReplyTimeout: tt.timeout}
			cfg.Data.IdleTimeout = tt.timeout
			tc := login(t, cfg)
			begun := time.Now()
			op := tc.async(func() error { return cancelled(tc.c, t.Context(), false) })
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			io.WriteString(data, "abc")
			err := op.wait()
			all := tt.timeout
			if all == 0 {
				all = time.Minute
			}
			all += tt.more
			if took := time.Since(begun); took > all+50*time.Millisecond || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v after %v; want a timeout within %v", err, took, all)
			}
			tc.wantCommand("giving up", "ABOR")
			tc.wantDead("")
		})
	}
	inBubble(t, "the server is quick", func(t *testing.T) {
		cfg := &control.Config{}
		cfg.Data.IdleTimeout = 2 * time.Second
		tc := login(t, cfg)
		op := tc.async(func() error { return cancelled(tc.c, t.Context(), false) })
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		tc.answer("ABOR", "426 aborted", "226 done")
		if err := op.wait(); !isTimeout(err) {
			t.Errorf("%v; want a timeout", err)
		}
		tc.wantAlive()
	})
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}
