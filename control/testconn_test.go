package control_test

import (
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"errors"

	"github.com/ftpwire/ftpwire/control"
)

// TestTestConn is the manual of testConn: each of its means, once.
func TestTestConn(t *testing.T) {
	inBubble(t, "clear", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		if err := tc.op.result(); err != errNotDone {
			t.Fatalf("dial before the greeting: %v; want it to wait", err)
		}
		tc.wantIdle("the server speaks first")
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		tc.login() // USER, PASS, FEAT

		noop := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("a command goes out at once", "NOOP")
		time.Sleep(time.Second) // of the bubble's time
		if err := noop.result(); err != errNotDone {
			t.Fatalf("NOOP without a reply: %v; want it to wait", err)
		}
		tc.writeReply("200 ok")
		tc.wantOK("NOOP", noop)
		if got := noop.took(); got != time.Second {
			t.Errorf("NOOP took %v; want 1s", got)
		}

		var got []byte
		retr := tc.async(func() (err error) {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			if got, err = io.ReadAll(d); err != nil {
				return err
			}
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive() // EPSV, and the connection
		tc.answer("RETR f", "150 here it comes")
		io.WriteString(data, "abc")
		data.Close()
		tc.writeReply("226 done")
		if err := retr.wait(); err != nil || string(got) != "abc" {
			t.Fatalf("RETR: %q, %v; want abc", got, err)
		}

		tc.c.Close()
		tc.wantEnd("closed by the client")
	})
	inBubble(t, "TLS", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		noop := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.answer("NOOP", "200 ok")
		tc.wantOK("NOOP over TLS", noop)
		if st, ok := tc.c.TLS(); !ok || !st.HandshakeComplete {
			t.Errorf("TLS: %v, %v; want a complete handshake", st.HandshakeComplete, ok)
		}
	})
	inBubble(t, "time passes while waiting", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{Security: control.SecurityNone, ReplyTimeout: 7 * time.Second})
		err := tc.op.wait()
		if _, ok := errors.AsType[*control.TimeoutError](err); !ok || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("dial: %v; want a TimeoutError", err)
		}
		synctest.Wait()
		if got := tc.op.took(); got != 7*time.Second {
			t.Errorf("took %v; want 7s", got)
		}
	})
}
