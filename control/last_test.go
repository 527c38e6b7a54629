package control_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// TestLastDialogue: the error of a transfer, and that of a connection that is gone, have
// what was said last; it is bounded, and has no secret.
func TestLastDialogue(t *testing.T) {
	inBubble(t, "refused transfer", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { _, err := tc.c.Retr(t.Context(), "f", 0); return err })
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "550 no, secret")
		te, ok := errors.AsType[*control.TransferError](op.wait())
		if !ok {
			t.Fatalf("retr: %v", op.err)
		}
		got := te.Last.String()
		if !strings.HasPrefix(got, "< 220 ready\n> USER user\n< 331 password\n> PASS ****\n< 230 in\n") || !strings.HasSuffix(got, "\n> RETR f\n< 550 no, ****") {
			t.Errorf("last dialogue:\n%s", got)
		}
	})
	inBubble(t, "lost connection", func(t *testing.T) {
		tc := login(t, &clear)
		for i := range 30 {
			op := tc.async(func() error { return tc.c.Noop(t.Context()) })
			tc.answer("NOOP", fmt.Sprintf("200 %d %s", i, strings.Repeat("x", 1000)))
			tc.wantOK("noop", op)
		}
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("noop", "NOOP")
		tc.srv.Close()
		ce, ok := errors.AsType[*control.ClosedError](op.wait())
		if !ok || len(ce.Last) != 20 || !strings.HasSuffix(ce.Last.String(), "\n> NOOP") {
			t.Fatalf("%v; want 20 events, the last NOOP", op.err)
		}
		for _, e := range ce.Last {
			if len(e.Text) > 520 {
				t.Errorf("an event of %d bytes", len(e.Text))
			}
		}
	})
	inBubble(t, "closed here", func(t *testing.T) {
		tc := login(t, &clear)
		tc.c.Close()
		if ce, ok := errors.AsType[*control.ClosedError](tc.c.Err()); !ok || ce.Last != nil {
			t.Errorf("after Close: %+v; want no dialogue", tc.c.Err())
		}
	})
}
