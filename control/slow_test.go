package control_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// A transfer that crawls is given up once it has been too slow for long enough; one that
// is fast enough is not, nor is one that has stood still for a moment.
func TestLowestRate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		every  time.Duration // between pieces of 1000 octets
		pause  time.Duration // once, in the middle
		pieces int
		slow   bool
	}{
		{"one piece every 2s", 2 * time.Second, 0, 100, true},
		{"fast enough", 500 * time.Millisecond, 0, 100, false},
		{"fast, with a pause", 100 * time.Millisecond, 4 * time.Second, 100, false},
		{"shorter than the time", 2 * time.Second, 0, 3, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{LowestRate: 1000, LowestTime: 10 * time.Second})
			var n int64
			op := tc.async(func() error {
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				n, err = io.Copy(io.Discard, d)
				if cerr := d.Close(); err == nil {
					err = cerr
				}
				return err
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				for i := range tt.pieces {
					if _, err := data.Write(make([]byte, 1000)); err != nil {
						return
					}
					time.Sleep(tt.every)
					if i == tt.pieces/2 {
						time.Sleep(tt.pause)
					}
				}
				data.Close()
				tc.writeReply("226 done")
			}()
			if tt.slow {
				tc.answer("ABOR", "426 aborted", "226 done")
				err := op.wait()
				se, ok := errors.AsType[*control.SlowError](err)
				if !ok || se.Rate != 1000 || se.Over != 10*time.Second || !errors.Is(err, os.ErrDeadlineExceeded) || n < 4000 || n > 6000 {
					t.Errorf("%d octets, %v; want a SlowError behind 10s", n, err)
				}
			} else {
				<-sent
				if err := op.wait(); err != nil || n != int64(tt.pieces)*1000 {
					t.Errorf("%d octets, %v", n, err)
				}
			}
			<-sent
			tc.wantAlive()
		})
	}
	inBubble(t, "upload", func(t *testing.T) {
		tc := login(t, &control.Config{LowestRate: 1000, LowestTime: 10 * time.Second})
		op := tc.async(func() error { return cancelled(tc.c, t.Context(), true) })
		tc.answer("TYPE I", "200 ok")
		tc.passive() // and never read
		tc.answer("STOR f", "150 go on")
		tc.answer("ABOR", "426 aborted", "226 done")
		if _, ok := errors.AsType[*control.SlowError](op.wait()); !ok || op.took() > 25*time.Second {
			t.Errorf("%v after %v; want a SlowError", op.result(), op.took())
		}
		tc.wantAlive()
	})
}
