package control_test

import (
	"context"
	"errors"
	"testing"
)

// A REST that no transfer followed, because the context ended in between, does not become
// the offset of the next one: most servers keep it.
func TestRestWithoutTransfer(t *testing.T) {
	inBubble(t, "cancelled", func(t *testing.T) {
		tc := login(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		f := tc.retr(ctx, 5)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.wantCommand("to be abandoned", "REST 5")
		cancel()
		if err := f.op.wait(); !errors.Is(err, context.Canceled) {
			t.Fatalf("RETR: %v; want context.Canceled", err)
		}
		tc.writeReply("350 ok")
		for _, rest := range []bool{true, false} {
			f = tc.retr(t.Context(), 0)
			data := tc.passive()
			if rest {
				tc.answer("REST 0", "350 ok")
			}
			tc.answer("RETR f", "150 here")
			data.Close()
			tc.writeReply("226 done")
			tc.wantOK("RETR", f.op)
		}
	})
	inBubble(t, "refused", func(t *testing.T) {
		tc := login(t, &clear)
		f := tc.retr(t.Context(), 5)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("REST 5", "502 no")
		if err := f.op.wait(); err == nil {
			t.Fatal("RETR from 5 on succeeded")
		}
		f = tc.retr(t.Context(), 0)
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		data.Close()
		tc.writeReply("226 done")
		tc.wantOK("RETR", f.op)
	})
}
