package control_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

func command(verb protocol.Verb, arg string) protocol.Command {
	return protocol.Command{Verb: verb, Arg: arg}
}

// summary is a result as tests compare it.
func summary(results []control.Result) []string {
	var s []string
	for _, r := range results {
		s = append(s, fmt.Sprintf("%s %d %v", r.Command.Verb, r.Reply.Code, r.Err != nil))
	}
	return s
}

func TestPipeline(t *testing.T) {
	inBubble(t, "all at once", func(t *testing.T) {
		tc := login(t, &clear)
		var got []control.Result
		op := tc.async(func() (err error) {
			got, err = tc.c.Pipeline(t.Context(), command("DELE", "a"), command("DELE", "b"), command("NOOP", ""))
			return err
		})
		for _, want := range []string{"DELE a", "DELE b", "NOOP"} {
			tc.wantCommand("none waits", want)
		}
		tc.writeReply("250 gone", "550 not there", "200 ok")
		tc.wantOK("pipeline", op)
		if diff := cmp.Diff([]string{"DELE 250 false", "DELE 550 true", "NOOP 200 false"}, summary(got)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		tc.wantAlive()
	})
	inBubble(t, "one that must be answered", func(t *testing.T) {
		tc := login(t, &clear)
		var got []control.Result
		op := tc.async(func() (err error) {
			got, err = tc.c.Pipeline(t.Context(), command("RNFR", "a"), command("RNTO", "b"), command("NOOP", ""))
			return err
		})
		tc.wantCommand("first", "RNFR a")
		tc.wantIdle("RNTO has to wait")
		tc.writeReply("350 go on")
		tc.wantCommand("second", "RNTO b")
		tc.wantCommand("third does not wait", "NOOP")
		tc.writeReply("250 ok", "200 ok")
		tc.wantOK("pipeline", op)
		if diff := cmp.Diff([]string{"RNFR 350 false", "RNTO 250 false", "NOOP 200 false"}, summary(got)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
	inBubble(t, "421", func(t *testing.T) {
		tc := login(t, &clear)
		var got []control.Result
		op := tc.async(func() (err error) {
			got, err = tc.c.Pipeline(t.Context(), command("DELE", "a"), command("DELE", "b"), command("DELE", "c"))
			return err
		})
		tc.wantCommand("first", "DELE a")
		tc.writeReply("250 gone", "421 enough")
		if err := op.wait(); err == nil {
			t.Error("pipeline: no error behind 421")
		}
		if len(got) == 0 || got[0].Reply.Code != 250 {
			t.Errorf("results %v; want that of the first command", summary(got))
		}
	})
	inBubble(t, "cancelled", func(t *testing.T) {
		tc := login(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.async(func() error {
			_, err := tc.c.Pipeline(ctx, command("DELE", "a"), command("DELE", "b"))
			return err
		})
		tc.wantCommand("first", "DELE a")
		tc.wantCommand("second", "DELE b")
		cancel()
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("pipeline: %v; want context.Canceled", err)
		}
		tc.writeReply("250 gone", "250 gone")
		synctest.Wait()
		tc.wantAlive()
	})
	inBubble(t, "refused before the first is sent", func(t *testing.T) {
		tc := login(t, &clear)
		for _, bad := range []protocol.Command{command("DELE", "a\r\nDELE b"), command("RETR", "f"), command("AUTH", "TLS")} {
			_, err := tc.c.Pipeline(t.Context(), command("NOOP", ""), bad)
			if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
				t.Errorf("%v: %v; want an ArgumentError", bad, err)
			}
		}
		tc.wantIdle("nothing was sent")
	})
}

// More commands than the window holds go out as replies come in.
func TestPipelineWindow(t *testing.T) {
	inBubble(t, "100", func(t *testing.T) {
		tc := login(t, &clear)
		var cmds []protocol.Command
		for i := range 100 {
			cmds = append(cmds, command("DELE", fmt.Sprint(i)))
		}
		var got []control.Result
		op := tc.async(func() (err error) {
			got, err = tc.c.Pipeline(t.Context(), cmds...)
			return err
		})
		sent := 0
		for answered := range cmds {
			for sent < min(answered+32, len(cmds)) {
				tc.wantCommand("in the window", fmt.Sprint("DELE ", sent))
				sent++
			}
			if sent < len(cmds) {
				tc.wantIdle("the window is full")
			}
			tc.writeReply("250 " + fmt.Sprint(answered))
		}
		tc.wantOK("pipeline", op)
		for i, r := range got {
			if r.Command.Arg != fmt.Sprint(i) || r.Reply.Text() != fmt.Sprint(i) {
				t.Fatalf("result %d: %v %v", i, r.Command, r.Reply)
			}
		}
		if len(got) != len(cmds) {
			t.Errorf("%d results, want %d", len(got), len(cmds))
		}
	})
}
