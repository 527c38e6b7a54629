package control_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// violation stands for a ViolationError where a table has a code.
const violation = 1

func TestLogin(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account string
		dialog  string // command > reply, lines apart by "; "
		code    protocol.Code
	}{
		{"password", "", "USER user > 331 go on; PASS secret > 230 in", 0},
		{"no password", "", "USER user > 230 in", 0},
		{"232", "", "USER user > 232 in, by certificate", 0},
		{"202", "", "USER user > 331 go on; PASS secret > 202 superfluous", 0},
		{"several lines", "", "USER user > 331 go on; PASS secret > 230-welcome|230 in", 0},
		{"account", "acc", "USER user > 331 go on; PASS secret > 332 account?; ACCT acc > 230 in", 0},
		{"account, no password", "acc", "USER user > 332 account?; ACCT acc > 230 in", 0},
		{"account not wanted", "acc", "USER user > 331 go on; PASS secret > 230 in", 0},
		{"account missing", "", "USER user > 331 go on; PASS secret > 332 account?", 332},
		{"account missing, no password", "", "USER user > 332 account?", 332},
		{"account refused", "acc", "USER user > 331 go on; PASS secret > 332 account?; ACCT acc > 530 no", 530},
		{"account loop", "acc", "USER user > 331 go on; PASS secret > 332 account?; ACCT acc > 332 account?", violation},
		{"account 331", "acc", "USER user > 332 account?; ACCT acc > 331 go on", violation},
		{"password loop", "", "USER user > 331 go on; PASS secret > 331 go on", 331},
		{"password wrong", "", "USER user > 331 go on; PASS secret > 530 no", 530},
		{"user refused", "", "USER user > 530 no", 530},
		{"TLS wanted", "", "USER user > 534 TLS first", 534},
		{"later", "", "USER user > 331 go on; PASS secret > 450 later", 450},
		{"full", "", "USER user > 421 too many", 421},
		{"full at the password", "", "USER user > 331 go on; PASS secret > 421 too many", 421},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := newTestConn(t, &clear)
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", tt.account) })
			for step := range strings.SplitSeq(tt.dialog, "; ") {
				command, reply, _ := strings.Cut(step, " > ")
				tc.answer(command, strings.Split(reply, "|")...)
			}
			if tt.code == 0 {
				tc.answer("FEAT", "211-Features:", " UTF8", " SIZE", "211 End")
				tc.answer("OPTS UTF8 ON", "200 ok")
				tc.wantOK("login", op)
				if !tc.c.Features().Has("SIZE") || tc.c.Features().Has("MLST") {
					t.Error("wrong features")
				}
				return
			}
			if tt.code == violation {
				if _, ok := errors.AsType[*protocol.ViolationError](op.result()); !ok {
					t.Errorf("login: %v; want a ViolationError", op.err)
				}
				tc.wantEnd("a login without end")
				return
			}
			re, ok := errors.AsType[*protocol.ReplyError](op.result())
			if !ok || re.Reply.Code != tt.code {
				t.Fatalf("login: %v; want a ReplyError of %d", op.err, tt.code)
			}
			if tt.code == 530 && !errors.Is(op.err, fs.ErrPermission) {
				t.Errorf("login: %v; want it to match fs.ErrPermission", op.err)
			}
			tc.wantIdle("login is over")
		})
	}
}

func TestLoginSilence(t *testing.T) {
	for _, verb := range []string{"USER", "PASS", "FEAT", "OPTS"} {
		inBubble(t, verb, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{Security: control.SecurityNone, ReplyTimeout: 3 * time.Second})
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
			for _, step := range [][]string{
				{"USER user", "331 go on"}, {"PASS secret", "230 in"},
				{"FEAT", "211-Features:\r\n UTF8\r\n211 End"}, {"OPTS UTF8 ON", "200 ok"},
			} {
				if strings.HasPrefix(step[0], verb) {
					tc.wantCommand("unanswered", step[0])
					break
				}
				tc.answer(step[0], step[1])
			}
			err := op.wait()
			te, ok := errors.AsType[*control.TimeoutError](err)
			if !ok || te.Verb != protocol.Verb(verb) || op.took() != 3*time.Second || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("login: %v after %v; want a TimeoutError of %s after 3s", err, op.took(), verb)
			}
			tc.wantEnd("replies could not be told apart any more")
		})
	}
}

func TestLoginGreeting230(t *testing.T) {
	inBubble(t, "clear", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("230 in already")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("FEAT", "502 no")
		tc.wantOK("login", op)
	})
	inBubble(t, "TLS", func(t *testing.T) { // what was said before TLS is void
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("230 in already")
		tc.answer("AUTH TLS", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		tc.login()
	})
}

func TestLoginTwice(t *testing.T) {
	inBubble(t, "another user", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "other", "secret2", "") })
		tc.answer("USER other", "331 go on")
		tc.answer("PASS secret2", "530 no")
		if err := op.result(); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("second login: %v; want the refusal of it", err)
		}
	})
	inBubble(t, "behind a wrong password", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "wrong", "") })
		tc.answer("USER user", "331 go on")
		tc.answer("PASS wrong", "530 no")
		if err := op.result(); !errors.Is(err, fs.ErrPermission) {
			t.Fatalf("login: %v", err)
		}
		tc.login()
	})
}

func TestLoginCancelled(t *testing.T) {
	inBubble(t, "before it begins", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := tc.c.Login(ctx, "user", "secret", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("login: %v; want context.Canceled", err)
		}
		tc.wantIdle("nothing was sent")
		tc.login()
	})
}
