package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// The loop over a listing may call the Conn: what is left of the listing is read ahead.
func TestCallInListing(t *testing.T) {
	lines := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "type=file;size=%d; f%d\r\n", i, i)
		}
		return b.String()
	}
	inBubble(t, "MLSD", func(t *testing.T) {
		tc := login(t, &clear)
		n := 0
		op := tc.async(func() error {
			for e, err := range tc.c.Mlsd(t.Context(), "", control.ListOptions{}) {
				if err != nil {
					return err
				}
				if n++; n == 3 {
					if _, err := tc.c.Size(t.Context(), e.Name); err != nil {
						return err
					}
				}
			}
			return nil
		})
		tc.send("MLSD", lines(100))
		tc.answer("TYPE I", "200 ok")
		tc.answer("SIZE f2", "213 2")
		if err := op.wait(); err != nil || n != 100 {
			t.Errorf("%d entries, %v; want 100", n, err)
		}
		tc.wantAlive()
	})
	inBubble(t, "the end is a failure", func(t *testing.T) {
		tc := login(t, &clear)
		n, failed := 0, error(nil)
		op := tc.async(func() error {
			for _, err := range tc.c.Mlsd(t.Context(), "", control.ListOptions{}) {
				if err != nil {
					failed = err
					continue
				}
				if n++; n == 1 {
					if err := tc.c.Noop(t.Context()); err != nil {
						return err
					}
				}
			}
			return nil
		})
		data := tc.passive()
		tc.answer("MLSD", "150 here")
		io.WriteString(data, lines(10))
		data.Close()
		time.Sleep(time.Second) // what has come is read
		tc.writeReply("451 the disk is gone")
		tc.answer("NOOP", "200 ok")
		if err := op.wait(); err != nil || n != 10 {
			t.Errorf("%d entries, %v; want 10", n, err)
		}
		wantTransferError(t, failed, control.PhaseReply, 451)
		tc.wantAlive()
	})
	inBubble(t, "a loop that is left", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			for range tc.c.Nlst(t.Context(), "") {
				return tc.c.Noop(t.Context())
			}
			return nil
		})
		tc.send("NLST", strings.Repeat("a\r\n", 100))
		tc.answer("NOOP", "200 ok")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "somebody who has waited since before it was open", func(t *testing.T) {
		tc := login(t, &clear)
		third := make(chan error, 1)
		op := tc.async(func() error {
			for range tc.c.Nlst(t.Context(), "") {
				return <-third
			}
			return nil
		})
		ln := tc.announce()
		go func() { third <- tc.c.Cwd(t.Context(), "d") }()
		data := tc.takeData(ln)
		tc.answer("NLST", "150 here")
		io.WriteString(data, "a\r\nb\r\n")
		data.Close()
		tc.writeReply("226 done")
		tc.answer("CWD d", "250 ok")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "the context of a call ends while it waits", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			for name := range tc.c.Nlst(t.Context(), "") {
				if name != "a" {
					break
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := tc.c.Noop(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v; want the deadline", err)
				}
			}
			return nil
		})
		data := tc.passive()
		tc.answer("NLST", "150 here")
		io.WriteString(data, "a\r\n"+strings.Repeat("b", 5000)) // more is to come
		time.Sleep(2 * time.Second)
		io.WriteString(data, "\r\n")
		data.Close()
		tc.writeReply("226 done")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
}
