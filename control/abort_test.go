package control_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// The replies to an ABOR during a transfer, in the variants that RFC 959 and real
// servers have. The connection is in step afterwards, or closed.
func TestT28Abort(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(tc *testConn) // from ABOR on
		dead bool
	}{
		{"426 and 226", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted", "226 done")
		}, false},
		{"426 and 225", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted", "225 done")
		}, false},
		{"426, a pause, 226", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted")
			time.Sleep(900 * time.Millisecond)
			tc.writeReply("226 done")
		}, false},
		{"crossed on the wire: 226 and 226", func(tc *testConn) {
			tc.answer("ABOR", "226 all sent", "226 nothing to abort")
		}, false},
		{"crossed: 226 and 225", func(tc *testConn) {
			tc.answer("ABOR", "226 all sent", "225 nothing to abort")
		}, false},
		{"425 and 226", func(tc *testConn) {
			tc.answer("ABOR", "425 no data connection", "226 done")
		}, false},
		{"451 and 226", func(tc *testConn) {
			tc.answer("ABOR", "451 gave up", "226 done")
		}, false},
		{"ABOR unknown", func(tc *testConn) {
			tc.answer("ABOR", "226 all sent", "502 no")
		}, false},
		{"225 alone", func(tc *testConn) {
			tc.answer("ABOR", "225 dropped")
		}, false},
		{"226 alone, then NOOP", func(tc *testConn) {
			tc.answer("ABOR", "226 done")
			tc.answer("NOOP", "200 ok")
		}, false},
		{"426 alone, then NOOP", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted")
			tc.answer("NOOP", "200 ok")
		}, false},
		{"226 so late that it comes behind NOOP", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted")
			tc.answer("NOOP", "226 done", "200 ok")
		}, false},
		{"silence", func(tc *testConn) {
			tc.wantCommand("giving up", "ABOR")
			tc.wantEnd("nothing came")
		}, true},
		{"426, then silence", func(tc *testConn) {
			tc.answer("ABOR", "426 aborted")
			tc.wantCommand("is another reply to come?", "NOOP")
			tc.wantEnd("nothing came")
		}, true},
		{"421", func(tc *testConn) {
			tc.answer("ABOR", "421 closing")
			tc.srv.Close()
		}, true},
		{"nonsense", func(tc *testConn) {
			tc.answer("ABOR", "331 password?")
			tc.wantEnd("out of step")
		}, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var n int
			op := tc.async(func() error {
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				n, _ = io.ReadFull(d, make([]byte, 2))
				return d.Close() // early
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			go io.WriteString(data, strings.Repeat("x", 1<<20))
			tt.play(tc)
			err := op.wait()
			if op.took() > 5*time.Second || n != 2 {
				t.Errorf("took %v, the AbortTimeout is 5s; read %d bytes", op.took(), n)
			}
			synctest.Wait()
			if tt.dead {
				if err == nil {
					t.Error("Close of a download that ended the connection: no error")
				}
				tc.wantDead("")
				return
			}
			if err != nil {
				t.Errorf("Close: %v", err)
			}
			tc.wantAlive()
		})
	}
}

// T67: a cancelled context ends the wait of each phase of a transfer at once, or
// within the AbortTimeout where the connection is saved; and saved it is.
func TestT67CancelTransfer(t *testing.T) {
	aborted := func(tc *testConn) {
		tc.answer("ABOR", "426 aborted", "226 done")
	}
	for _, tt := range []struct {
		name   string
		play   func(tc *testConn) // up to the moment of the cancellation
		after  func(tc *testConn)
		within time.Duration
	}{
		{"TYPE", func(tc *testConn) { tc.wantCommand("first", "TYPE I") },
			func(tc *testConn) { tc.writeReply("200 ok") }, 0},
		{"EPSV", func(tc *testConn) { tc.answer("TYPE I", "200 ok"); tc.wantCommand("then", "EPSV") },
			func(tc *testConn) { tc.writeReply("229 ok (|||50000|)") }, 0},
		{"connect", func(tc *testConn) {
			tc.answer("TYPE I", "200 ok")
			tc.net.Blackhole(mustAddr(serverHost + ":50001"))
			tc.answer("EPSV", "229 ok (|||50001|)")
		}, func(*testConn) {}, 0},
		{"150", func(tc *testConn) {
			tc.answer("TYPE I", "200 ok")
			tc.passive()
			tc.wantCommand("then", "RETR f")
		}, aborted, 5 * time.Second},
		{"data", func(tc *testConn) {
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			io.WriteString(data, "abc")
		}, aborted, 5 * time.Second},
		{"final reply", func(tc *testConn) {
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			data.Close()
		}, func(tc *testConn) { tc.answer("ABOR", "226 done", "226 nothing to abort") }, 5 * time.Second},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			ctx, cancel := context.WithCancelCause(t.Context())
			reason := errors.New("the user left")
			f := tc.retr(ctx, 0)
			tt.play(tc)
			synctest.Wait()
			if err := f.result(); err != errNotDone {
				t.Fatalf("before: %v", err)
			}
			start := time.Now()
			cancel(reason)
			tt.after(tc)
			err := f.wait()
			if took := time.Since(start); took > tt.within {
				t.Errorf("returned after %v; want %v", took, tt.within)
			}
			if te, ok := errors.AsType[*control.TransferError](err); !ok || !errors.Is(err, reason) {
				t.Errorf("%v (%v); want a TransferError of the cause", err, te)
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "a read returns at once", func(t *testing.T) {
		tc := login(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		var took time.Duration
		op := tc.async(func() error {
			d, err := tc.c.Retr(ctx, "f", 0)
			if err != nil {
				return err
			}
			start := time.Now()
			_, err = d.Read(make([]byte, 1))
			took = time.Since(start)
			if _, again := d.Read(make([]byte, 1)); again != err {
				t.Errorf("second read: %v; want the same error", again)
			}
			d.Close()
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		synctest.Wait()
		cancel()
		aborted(tc)
		if err := op.wait(); !errors.Is(err, context.Canceled) || took != 0 {
			t.Errorf("%v after %v; want context.Canceled at once", err, took)
		}
		tc.wantAlive()
	})
	inBubble(t, "a blocked write returns at once", func(t *testing.T) {
		tc := login(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.stor(ctx, strings.Repeat("x", 1<<20))
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
		synctest.Wait()
		cancel()
		aborted(tc)
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("%v; want context.Canceled", err)
		}
		tc.wantAlive()
	})
}

func TestUploadAbort(t *testing.T) {
	inBubble(t, "given up", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			io.WriteString(u, "part")
			if err := u.Abort(); err != nil {
				return err
			}
			return u.Close() // nothing more
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
		tc.answer("ABOR", "426 aborted", "226 done")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "the source fails", func(t *testing.T) {
		tc := login(t, &clear)
		broken := errors.New("broken disk")
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			_, err = u.ReadFrom(io.MultiReader(strings.NewReader("part"), failing{broken}))
			u.Abort()
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
		tc.answer("ABOR", "426 aborted", "226 done")
		if err := op.wait(); err != broken {
			t.Errorf("%v; want the error of the source as it is", err)
		}
		tc.wantAlive()
	})
	inBubble(t, "the destination of a download fails", func(t *testing.T) {
		tc := login(t, &clear)
		full := errors.New("full disk")
		op := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			_, err = d.WriteTo(failing{full})
			if cerr := d.Close(); cerr != nil {
				return cerr
			}
			return err
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "abc")
		tc.answer("ABOR", "426 aborted", "226 done")
		if err := op.wait(); err != full {
			t.Errorf("%v; want the error of the destination as it is", err)
		}
		tc.wantAlive()
	})
}

// failing fails all reads and writes.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
