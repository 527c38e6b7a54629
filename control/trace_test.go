package control_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// T26: neither a trace nor an error shows a secret, also where the server says it.
func TestT26Secrets(t *testing.T) {
	const password, account = "hunter2 canary%\xff", "acc canary"
	hide := func(t *testing.T, what, text string) {
		t.Helper()
		for _, secret := range []string{"hunter2", account, "canary"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %q: %s", what, secret, text)
			}
		}
	}
	for _, tt := range []struct {
		name string
		play func(tc *testConn)
		err  bool
	}{
		{"accepted", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "332 account?")
			tc.answer("ACCT "+account, "230 in")
			tc.answer("FEAT", "502 no")
		}, false},
		{"echoed in a refusal", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "530 bad password "+wireForm(password))
		}, true},
		{"echoed in several lines", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "530-you said", wireForm(password)+" and that", "530 is wrong")
		}, true},
		{"echoed percent-encoded", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "530 bad password hunter2%20canary%25%FF")
		}, true},
		{"echoed in the prompt for an account", func(tc *testConn) {
			tc.answer("USER user", "332 account? ("+account+")")
			tc.answer("ACCT "+account, "332 again? ("+account+")")
		}, true},
		{"echoed in a 421", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "421 bye "+wireForm(password))
		}, true},
		{"echoed in a reply out of sequence", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "150 data for "+wireForm(password))
		}, true},
		{"echoed in place of a reply", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), wireForm(password))
		}, true},
		{"echoed after the login", func(tc *testConn) {
			tc.answer("USER user", "331 go on")
			tc.answer("PASS "+wireForm(password), "230 welcome "+wireForm(password))
			tc.answer("FEAT", "451 not for "+wireForm(password))
		}, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := newTestConn(t, &clear)
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", password, account) })
			tt.play(tc)
			err := op.result()
			if err == errNotDone || (err != nil) != tt.err {
				t.Fatalf("login: %v; want an error: %v", err, tt.err)
			}
			hide(t, "the trace", tc.traced())
			for _, err := range []error{err, tc.c.Err()} {
				if err == nil {
					continue
				}
				hide(t, "the error", err.Error())
				hide(t, "the error in detail", fmt.Sprintf("%+v %#v", err, err))
				if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
					hide(t, "the reply", re.Reply.Text())
				}
			}
		})
	}
	inBubble(t, "PASS by Do", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error {
			if _, err := tc.c.Do(t.Context(), protocol.Command{Verb: "USER", Arg: "user"}); err != nil {
				return err
			}
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "pass", Arg: account})
			return err
		})
		tc.answer("USER user", "331 go on")
		tc.answer("pass "+account, "530 bad "+account)
		hide(t, "the error", fmt.Sprint(op.result()))
		hide(t, "the trace", tc.traced())
	})
}

// wireForm is an argument as it goes on the wire: byte 255 is doubled.
func wireForm(s string) string { return strings.ReplaceAll(s, "\xff", "\xff\xff") }

// T27: what the server says cannot steer a terminal or forge a line of the log.
func TestT27ControlCharacters(t *testing.T) {
	inBubble(t, "escaped", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Cwd(t.Context(), "d\x1b[2J") })
		tc.answer("CWD d\x1b[2J", "550 no\x1b]0;x\x07\u202e \x9b2J")
		for what, text := range map[string]string{"error": fmt.Sprint(op.result()), "trace": traceStrings(tc)} {
			for _, bad := range []string{"\x1b", "\x07", "\u202e", "\x9b", "\r"} {
				if strings.Contains(text, bad) {
					t.Errorf("the %s holds %q: %q", what, bad, text)
				}
			}
		}
	})
}

// traceStrings returns the events as a log shows them.
func traceStrings(tc *testConn) string {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	var b strings.Builder
	for _, e := range tc.log {
		b.WriteString(e.String() + "\n")
	}
	return b.String()
}

func TestTraceEvents(t *testing.T) {
	inBubble(t, "in order", func(t *testing.T) {
		tc := login(t, &clear)
		want := []string{
			"* connected to 127.0.0.1:21", "< 220 ready", "> USER user", "< 331 password", "> PASS ****", "< 230 in", "> FEAT", "< 502 no",
		}
		if got := strings.TrimSpace(traceStrings(tc)); got != strings.Join(want, "\n") {
			t.Errorf("trace:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
		}
	})
	e := control.TraceEvent{Kind: control.TraceReceived, Text: "211-a\n b\n211 end"}
	if got, want := e.String(), "< 211-a\n<  b\n< 211 end"; got != want {
		t.Errorf("String: %q; want %q", got, want)
	}
	if v := e.LogValue(); v.Kind() != slog.KindGroup || v.Group()[0].Value.String() != "received" {
		t.Errorf("LogValue: %v", v)
	}
	for k, want := range map[control.TraceKind]string{control.TraceSent: "sent", control.TraceTLS: "tls", control.TraceData: "data", control.TraceNote: "note", control.TraceConnected: "connected", control.TraceDataEnd: "data-end", control.TraceClosed: "closed", 99: "unknown"} {
		if k.String() != want {
			t.Errorf("%d: %q; want %q", k, k, want)
		}
	}
}
