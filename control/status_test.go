package control_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// STAT in a transfer is answered at once, late, or never by itself; the transfer
// ends well in any case, and what comes next is in step.
func TestStatInTransfer(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replies []string // to STAT and RETR, in this order on the wire
		want    protocol.Code
	}{
		{"at once", []string{"213 half way", "226 done"}, 213},
		{"211", []string{"211 half way", "226 done"}, 211},
		{"behind the end", []string{"226 done", "211 idle"}, 211},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var reply protocol.Reply
			var down *control.Download
			op := tc.async(func() (err error) {
				if down, err = tc.c.Retr(t.Context(), "f", 0); err != nil {
					return err
				}
				reply, err = down.Stat(t.Context())
				return err
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			tc.wantCommand("status", "STAT")
			tc.writeReply(tt.replies[0])
			synctest.Wait()
			end := tt.replies[1]
			if tt.name != "behind the end" {
				tc.wantOK("STAT", op)
			}
			io.WriteString(data, "abc")
			data.Close()
			tc.writeReply(end)
			tc.wantOK("STAT", op)
			if reply.Code != tt.want {
				t.Errorf("STAT: %v; want %d", reply, tt.want)
			}
			b, err := io.ReadAll(down)
			if cerr := down.Close(); err != nil || cerr != nil || string(b) != "abc" {
				t.Errorf("%q, %v, %v; want abc", b, err, cerr)
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "nobody waits", func(t *testing.T) {
		tc := login(t, &clear)
		var down *control.Download
		op := tc.async(func() (err error) {
			if down, err = tc.c.Retr(t.Context(), "f", 0); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = down.Stat(ctx)
			return err
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("status", "STAT")
		if err := op.wait(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("STAT: %v; want the context's end", err)
		}
		data.Close()
		tc.writeReply("226 done", "211 idle")
		if _, err := io.ReadAll(down); err != nil {
			t.Error(err)
		}
		if err := down.Close(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
}
