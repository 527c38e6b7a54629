package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

func TestT83Busy(t *testing.T) {
	inBubble(t, "while a download is open", func(t *testing.T) {
		tc := login(t, &clear)
		var d *control.Download
		op := tc.async(func() (err error) { d, err = tc.c.Retr(t.Context(), "f", 0); return err })
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantOK("RETR", op)
		for _, k := range calls() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			begun := time.Now()
			if _, err := k.run(ctx, tc.c); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
				t.Errorf("%s: %v after %v; want a wait for the turn, until the context ends", k.name, err, time.Since(begun))
			}
			cancel()
		}
		waiting := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantIdle("a transfer is open")
		data.Close()
		tc.writeReply("226 done")
		end := tc.async(func() error {
			if _, err := io.Copy(io.Discard, d); err != nil {
				return err
			}
			return d.Close()
		})
		tc.answer("NOOP", "200 ok") // its turn has come
		tc.wantOK("close", end)
		tc.wantOK("what has waited", waiting)
		if err := d.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		tc.wantAlive()
	})
	inBubble(t, "closed during a transfer", func(t *testing.T) {
		tc := login(t, &clear)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		synctest.Wait()
		tc.c.Close()
		if err := f.wait(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v; want net.ErrClosed", err)
		}
	})
}

// Simple commands of many goroutines take turns: each gets its own reply.
func TestConcurrentCommands(t *testing.T) {
	inBubble(t, "replies keep to their commands", func(t *testing.T) {
		tc := login(t, &clear)
		const workers, each = 8, 20
		go func() {
			for {
				line, err := tc.r.ReadString('\n')
				if err != nil {
					return
				}
				arg := strings.TrimSuffix(strings.TrimPrefix(line, "MKD "), "\r\n")
				fmt.Fprintf(tc.srv, "257 \"%s\"\r\n", arg)
			}
		}()
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range each {
					name := fmt.Sprintf("/%d-%d", w, i)
					if got, err := tc.c.Mkd(t.Context(), name); err != nil || got != name {
						t.Errorf("MKD %s: %q, %v", name, got, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if n := strings.Count(tc.wire(), "MKD "); n != workers*each {
			t.Errorf("%d commands; want %d", n, workers*each)
		}
	})
}
