package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A call is one operation of a Conn that is one command and one reply.
type call struct {
	name    string
	command string
	good    string // reply
	run     func(ctx context.Context, c *control.Conn) (any, error)
}

func calls() []call {
	none := func(err error) (any, error) { return nil, err }
	return []call{
		{"Noop", "NOOP", "200 ok", func(ctx context.Context, c *control.Conn) (any, error) { return none(c.Noop(ctx)) }},
		{"Stat", "STAT a b", "213 fine", func(ctx context.Context, c *control.Conn) (any, error) {
			r, err := c.Do(ctx, protocol.Command{Verb: "STAT", Arg: "a b"})
			return r.Text(), err
		}},
		{"Syst", "SYST", "215 UNIX", func(ctx context.Context, c *control.Conn) (any, error) { return syst(ctx, c) }},
		{"Help", "HELP RETR", "214 x", func(ctx context.Context, c *control.Conn) (any, error) {
			r, err := c.Help(ctx, "RETR")
			return r.Text(), err
		}},
		{"Cwd", "CWD d", "250 ok", func(ctx context.Context, c *control.Conn) (any, error) { return none(c.Cwd(ctx, "d")) }},
		{"Pwd", "PWD", `257 "/a ""b"""`, func(ctx context.Context, c *control.Conn) (any, error) { return c.Pwd(ctx) }},
		{"Mkd", "MKD d", `257 "/d" created`, func(ctx context.Context, c *control.Conn) (any, error) { return c.Mkd(ctx, "d") }},
		{"Rmd", "RMD d", "250 ok", func(ctx context.Context, c *control.Conn) (any, error) { return none(c.Rmd(ctx, "d")) }},
		{"Dele", "DELE f", "250 ok", func(ctx context.Context, c *control.Conn) (any, error) { return none(c.Dele(ctx, "f")) }},
		{"Mdtm", "MDTM f", "213 20260102030405", func(ctx context.Context, c *control.Conn) (any, error) { return c.Mdtm(ctx, "f") }},
		{"Mlst", "MLST f", "250-x\r\n size=3;type=file; f\r\n250 end", func(ctx context.Context, c *control.Conn) (any, error) {
			e, err := c.Mlst(ctx, "f")
			return fmt.Sprint(e.Name, " ", e.Kind, " ", e.Size), err
		}},
		{"Feat", "FEAT", "211-x\r\n SIZE\r\n211 end", func(ctx context.Context, c *control.Conn) (any, error) {
			err := feat(ctx, c)
			return c.Features().Has("SIZE"), err
		}},
		{"Do", "XSHA256 f", "250 ab", func(ctx context.Context, c *control.Conn) (any, error) {
			r, err := c.Do(ctx, protocol.Command{Verb: "XSHA256", Arg: "f"})
			return r.Text(), err
		}},
	}
}

func TestCalls(t *testing.T) {
	want := map[string]any{
		"Noop": nil, "Stat": "fine", "Syst": "UNIX", "Help": "x", "Cwd": nil,
		"Pwd": `/a "b"`, "Mkd": "/d", "Rmd": nil, "Dele": nil,
		"Mdtm": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "Mlst": "f " + fmt.Sprint(listing.KindFile) + " 3", "Feat": true, "Do": "ab",
	}
	for _, k := range calls() {
		inBubble(t, k.name, func(t *testing.T) {
			tc := login(t, &clear)
			var got any
			op := tc.async(func() (err error) { got, err = k.run(t.Context(), tc.c); return err })
			tc.answer(k.command, k.good)
			tc.wantOK(k.name, op)
			if diff := cmp.Diff(want[k.name], got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			tc.wantIdle("one command")
		})
	}
}

// A refusal is a ReplyError and the connection is as good as before.
func TestCallsRefused(t *testing.T) {
	for _, k := range calls() {
		inBubble(t, k.name, func(t *testing.T) {
			tc := login(t, &clear)
			op := tc.async(func() error { _, err := k.run(t.Context(), tc.c); return err })
			tc.answer(k.command, "550 no")
			re, ok := errors.AsType[*protocol.ReplyError](op.result())
			if !ok || re.Reply.Code != 550 || !strings.HasPrefix(k.command, string(re.Verb)) {
				t.Fatalf("%v; want a ReplyError of 550", op.err)
			}
			tc.wantAlive()
		})
	}
}

// wantAlive checks that the next command and its reply go together.
func (tc *testConn) wantAlive() {
	tc.t.Helper()
	var got string
	op := tc.async(func() (err error) { got, err = tc.c.Pwd(tc.t.Context()); return err })
	tc.answer("PWD", `257 "/alive"`)
	tc.wantOK("PWD", op)
	if got != "/alive" {
		tc.t.Fatalf("PWD: %q; want /alive: the replies are out of step", got)
	}
	if err := tc.c.Err(); err != nil {
		tc.t.Fatalf("Err: %v", err)
	}
}

// 421 may stand in place of any reply, and ends the connection.
func TestCalls421(t *testing.T) {
	for _, k := range calls() {
		inBubble(t, k.name, func(t *testing.T) {
			tc := login(t, &clear)
			op := tc.async(func() error { _, err := k.run(t.Context(), tc.c); return err })
			tc.answer(k.command, "421 closing")
			re, ok := errors.AsType[*protocol.ReplyError](op.result())
			if !ok || re.Reply.Code != 421 {
				t.Fatalf("%v; want a ReplyError of 421", op.err)
			}
			tc.wantDead("421 closing")
		})
	}
	inBubble(t, "alone", func(t *testing.T) {
		tc := login(t, &clear)
		tc.writeReply("421 idle for too long")
		tc.wantIdle("nothing to say")
		tc.wantDead("idle for too long")
	})
	inBubble(t, "behind it, more", func(t *testing.T) {
		tc := login(t, &clear)
		tc.writeReply("421 idle for too long", "226 done")
		tc.wantEnd("nonsense")
		tc.wantDead("idle for too long")
	})
}

// wantDead checks that the connection says why it is dead, and sends nothing.
func (tc *testConn) wantDead(why string) {
	tc.t.Helper()
	before := tc.wire()
	for _, err := range []error{tc.c.Noop(tc.t.Context()), tc.c.Err()} {
		if !errors.Is(err, net.ErrClosed) || why != "" && !strings.Contains(strings.ReplaceAll(err.Error(), `"`, ""), why) {
			tc.t.Fatalf("%v; want net.ErrClosed and %q", err, why)
		}
	}
	if after := tc.wire(); after != before {
		tc.t.Fatalf("client sent %q", after[len(before):])
	}
}

// A server that does not answer costs the connection, at the ReplyTimeout exactly.
func TestCallsUnanswered(t *testing.T) {
	for _, k := range calls() {
		inBubble(t, k.name, func(t *testing.T) {
			tc := login(t, &control.Config{ReplyTimeout: 11 * time.Second})
			op := tc.async(func() error { _, err := k.run(t.Context(), tc.c); return err })
			tc.wantCommand("unanswered", k.command)
			err := op.wait()
			te, ok := errors.AsType[*control.TimeoutError](err)
			if !ok || !strings.HasPrefix(k.command, string(te.Verb)) || op.took() != 11*time.Second || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("%v after %v; want a TimeoutError after 11s", err, op.took())
			}
			tc.wantEnd("closed")
			tc.wantDead("no reply to")
		})
	}
	inBubble(t, "half a reply", func(t *testing.T) {
		tc := login(t, &control.Config{ReplyTimeout: 11 * time.Second})
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("half answered", "NOOP")
		for range 3 { // bytes that trickle in do not extend the time
			tc.writeRaw("200-x\r\n")
			time.Sleep(3 * time.Second)
		}
		if _, ok := errors.AsType[*control.TimeoutError](op.wait()); !ok || op.took() != 11*time.Second {
			t.Fatalf("%v after %v; want a TimeoutError after 11s", op.err, op.took())
		}
	})
	inBubble(t, "no timeout but the context", func(t *testing.T) {
		tc := login(t, &control.Config{ReplyTimeout: -1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		op := tc.async(func() error { return tc.c.Noop(ctx) })
		tc.wantCommand("late", "NOOP")
		if err := op.wait(); !errors.Is(err, context.DeadlineExceeded) || op.took() != time.Hour {
			t.Fatalf("%v after %v", err, op.took())
		}
		tc.writeReply("200 ok")
		tc.wantAlive()
	})
}

// A cancelled call returns at once; its reply, when it comes, is its own.
func TestCallsCancelled(t *testing.T) {
	for _, k := range calls() {
		inBubble(t, k.name, func(t *testing.T) {
			tc := login(t, &clear)
			ctx, cancel := context.WithCancelCause(t.Context())
			reason := errors.New("the user left")
			op := tc.async(func() error { _, err := k.run(ctx, tc.c); return err })
			tc.wantCommand("in flight", k.command)
			time.Sleep(time.Second)
			cancel(reason)
			if err := op.result(); err != reason || op.took() != time.Second {
				t.Fatalf("%v after %v; want the cause at once", err, op.took())
			}
			next := tc.async(func() error { return tc.c.Cwd(t.Context(), "d") })
			tc.wantIdle("the late reply comes first")
			tc.writeReply(k.good)
			tc.answer("CWD d", "550 no such directory")
			if err := next.result(); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("CWD: %v; want its own refusal", err)
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "while another runs", func(t *testing.T) {
		tc := login(t, &clear)
		first := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("first", "NOOP")
		ctx, cancel := context.WithCancel(t.Context())
		second := tc.async(func() error { return tc.c.Rmd(ctx, "x") })
		cancel()
		if err := second.result(); !errors.Is(err, context.Canceled) || second.took() != 0 {
			t.Fatalf("second: %v", err)
		}
		tc.writeReply("200 ok")
		tc.wantOK("first", first)
		tc.wantAlive()
	})
	inBubble(t, "late reply never comes", func(t *testing.T) {
		tc := login(t, &control.Config{ReplyTimeout: 5 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.async(func() error { return tc.c.Noop(ctx) })
		tc.wantCommand("in flight", "NOOP")
		cancel()
		if err := op.result(); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		next := tc.async(func() error { return tc.c.Rmd(t.Context(), "x") })
		if _, ok := errors.AsType[*control.TimeoutError](next.wait()); !ok || next.took() != 5*time.Second {
			t.Fatalf("next: %v after %v; want a TimeoutError", next.err, next.took())
		}
	})
}

// T21: a reply that nobody asked for ends the connection; it is never paired with
// a later command.
func TestT21Unsolicited(t *testing.T) {
	for _, tt := range []struct{ name, reply string }{
		{"226", "226 done"}, {"227", "227 ok (127,0,0,1,200,200)"}, {"150", "150 here"}, {"331", "331 password?"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.writeReply(tt.reply)
			tc.wantEnd("out of step")
			if err := tc.c.Noop(t.Context()); !errors.Is(err, net.ErrClosed) {
				t.Fatalf("NOOP: %v", err)
			}
			if _, ok := errors.AsType[*protocol.ViolationError](tc.c.Err()); !ok {
				t.Fatalf("Err: %v; want a ViolationError", tc.c.Err())
			}
		})
	}
	inBubble(t, "two replies to one command", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.answer("NOOP", "200 ok", "200 ok")
		tc.wantOK("NOOP", op)
		op = tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.answer("NOOP", "500 no")
		if re, ok := errors.AsType[*protocol.ReplyError](op.result()); !ok || re.Reply.Code != 500 {
			t.Errorf("the second 200 answered nothing, NOOP: %v; want a ReplyError of 500", op.err)
		}
	})
	inBubble(t, "two replies that contradict each other", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.answer("NOOP", "500 no", "200 ok")
		op.wait()
		tc.wantEnd("out of step")
	})
}

func TestServerEnds(t *testing.T) {
	inBubble(t, "between commands", func(t *testing.T) {
		tc := login(t, &clear)
		tc.srv.Close()
		if err := tc.async(func() error { return tc.c.Noop(t.Context()) }).result(); !errors.Is(err, net.ErrClosed) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("NOOP: %v", err)
		}
	})
	inBubble(t, "in place of a reply", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("unanswered", "NOOP")
		tc.srv.Close()
		if err := op.result(); !errors.Is(err, net.ErrClosed) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("NOOP: %v", err)
		}
	})
	inBubble(t, "QUIT", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Quit(t.Context()) })
		tc.answer("QUIT", "221 bye")
		tc.wantOK("QUIT", op)
		tc.wantEnd("QUIT")
		if err := tc.c.Close(); err != nil {
			t.Errorf("Close again: %v", err)
		}
	})
	inBubble(t, "Close while a command waits", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("unanswered", "NOOP")
		tc.c.Close()
		if err := op.result(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("NOOP: %v; want net.ErrClosed", err)
		}
	})
}

func TestOddReplies(t *testing.T) {
	for _, tt := range []struct {
		name, command, reply string
		run                  func(ctx context.Context, c *control.Conn) (any, error)
		want                 any // nil: a *parse.Error
	}{
		{"Pwd of nothing", "PWD", "257 ", func(ctx context.Context, c *control.Conn) (any, error) { return c.Pwd(ctx) }, nil},
		{"Pwd with a CR", "PWD", "257 \"/a\rb\"", func(ctx context.Context, c *control.Conn) (any, error) { return c.Pwd(ctx) }, nil},
		{"Mkd without a name", "MKD d", "250 ok", func(ctx context.Context, c *control.Conn) (any, error) { return c.Mkd(ctx, "d") }, ""},
		{"Mdtm rubbish", "MDTM f", "213 yesterday", func(ctx context.Context, c *control.Conn) (any, error) { return c.Mdtm(ctx, "f") }, nil},
		{"Mlst of one line", "MLST f", "250 ok", func(ctx context.Context, c *control.Conn) (any, error) { return c.Mlst(ctx, "f") }, nil},
		{"Mlst empty", "MLST f", "250-x\r\n \r\n250 end", func(ctx context.Context, c *control.Conn) (any, error) { return c.Mlst(ctx, "f") }, nil},
		{"Feat empty", "FEAT", "211 none", func(ctx context.Context, c *control.Conn) (any, error) {
			err := feat(ctx, c)
			return c.Features().Len(), err
		}, 0},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var got any
			op := tc.async(func() (err error) { got, err = tt.run(t.Context(), tc.c); return err })
			tc.answer(tt.command, tt.reply)
			err := op.result()
			if tt.want == nil {
				if _, ok := errors.AsType[*parse.Error](err); !ok {
					t.Errorf("%v, %v; want a parse.Error", got, err)
				}
			} else if err != nil || got != tt.want {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
			tc.wantAlive()
		})
	}
}

func TestSizeSetsType(t *testing.T) {
	for _, tt := range []struct {
		name, reply string
		want        int64 // -1: a *parse.Error
	}{{"size", "213 12345678901", 12345678901}, {"zero", "213 0", 0}, {"rubbish", "213 big", -1}, {"negative", "213 -5", -1}} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var got int64
			op := tc.async(func() (err error) { got, err = tc.c.Size(t.Context(), "f"); return err })
			tc.answer("TYPE I", "200 ok")
			tc.answer("SIZE f", tt.reply)
			err := op.result()
			if _, bad := errors.AsType[*parse.Error](err); bad != (tt.want < 0) || !bad && got != tt.want {
				t.Errorf("%d, %v; want %d", got, err, tt.want)
			}
			again := tc.async(func() error { _, err := tc.c.Size(t.Context(), "f"); return err })
			tc.answer("SIZE f", "550 no") // TYPE I holds
			if err := again.result(); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("SIZE: %v", err)
			}
		})
	}
}

func TestRename(t *testing.T) {
	inBubble(t, "both", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Rename(t.Context(), "a", "b") })
		tc.answer("RNFR a", "350 go on")
		tc.answer("RNTO b", "250 done")
		tc.wantOK("rename", op)
	})
	inBubble(t, "RNFR refused", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Rename(t.Context(), "a", "b") })
		tc.answer("RNFR a", "550 no such file")
		if err := op.result(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("rename: %v", err)
		}
		tc.wantAlive()
	})
	inBubble(t, "RNTO refused", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Rename(t.Context(), "a", "b") })
		tc.answer("RNFR a", "350 go on")
		tc.answer("RNTO b", "553 not that name")
		if re, ok := errors.AsType[*protocol.ReplyError](op.result()); !ok || re.Verb != "RNTO" {
			t.Errorf("rename: %v", op.err)
		}
		tc.wantAlive()
	})
}

// Whoever sends a command at the moment in which 421 comes is told of it.
func TestUnasked421Race(t *testing.T) {
	inBubble(t, "421", func(t *testing.T) {
		came, told := make(chan struct{}), make(chan struct{})
		conf := clear
		conf.Trace = func(e control.TraceEvent) {
			if strings.HasPrefix(e.Text, "421") {
				close(came)
				<-told // the reader is held up
			}
		}
		tc := login(t, &conf)
		tc.writeReply("421 idle for too long")
		<-came
		err := tc.c.Noop(t.Context())
		close(told)
		re, ok := errors.AsType[*protocol.ReplyError](err)
		if !ok || re.Reply.Code != 421 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("NOOP: %v; want the 421", err)
		}
	})
}
