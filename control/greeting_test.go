package control_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

func TestGreeting(t *testing.T) {
	isReply := func(code protocol.Code) func(error) bool {
		return func(err error) bool {
			re, ok := errors.AsType[*protocol.ReplyError](err)
			return ok && re.Verb == "" && re.Reply.Code == code
		}
	}
	isSyntax := func(word string) func(error) bool {
		return func(err error) bool {
			se, ok := errors.AsType[*protocol.SyntaxError](err)
			return ok && strings.Contains(se.Reason, word)
		}
	}
	isViolation := func(err error) bool {
		_, ok := errors.AsType[*protocol.ViolationError](err)
		return ok
	}
	for _, tt := range []struct {
		name, text string
		ok         func(error) bool // nil: no error
	}{
		{"220", "220 ready\r\n", nil},
		{"several lines", "220-welcome\r\n220 ready\r\n", nil},
		{"120 first", "120 in a minute\r\n220 ready\r\n", nil},
		{"230", "230 no login wanted\r\n", nil},
		{"421", "421 too many\r\n", isReply(421)},
		{"500", "500 go away\r\n", isReply(500)},
		{"331", "331 password?\r\n", isViolation},
		{"SSH", "SSH-2.0-x\r\n", isSyntax("SSH")},
		{"HTTP", "HTTP/1.1 400 Bad\r\n", isSyntax("HTTP")},
		{"TLS alert", "\x15\x03\x01\x00\x02\x02\x46\r\n", isSyntax("")},
		{"text first", "*** hello ***\r\n220 ready\r\n", nil},
		{"text before a refusal", "hello\r\n421 too many\r\n", isReply(421)},
		{"a mail server", "+OK POP3 ready\r\n", isSyntax("POP3")},
		{"NUL", "220 a\x00b\r\n", isSyntax("NUL")},
		{"endless line", strings.Repeat("2", 9<<10), isSyntax("limit")},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := newTestConn(t, &clear)
			tc.writeRaw(tt.text)
			err := tc.op.result()
			if tt.ok == nil {
				if err != nil {
					t.Fatalf("dial: %v", err)
				}
				return
			}
			if err == nil || err == errNotDone || !tt.ok(err) {
				t.Fatalf("dial: %T %v", err, err)
			}
			tc.wantEnd("turned away")
			if got := tc.wire(); got != "" {
				t.Errorf("client sent %q; want nothing", got)
			}
		})
	}
}

func TestGreetingNever(t *testing.T) {
	for _, security := range []control.Security{control.SecurityNone, control.SecurityExplicit, control.SecurityImplicit} {
		inBubble(t, security.String(), func(t *testing.T) {
			tc := newTestConn(t, &control.Config{Security: security, ReplyTimeout: 9 * time.Second})
			err := tc.op.wait()
			te, ok := errors.AsType[*control.TimeoutError](err)
			if !ok || te.Verb != "" || te.After != 9*time.Second || !te.Timeout() {
				t.Errorf("dial: %v; want a TimeoutError of the greeting", err)
			}
			if got := tc.op.took(); got != 9*time.Second {
				t.Errorf("took %v; want 9s", got)
			}
			tc.drain()
		})
	}
}

// TestGreetingTextAlone: text that no greeting follows is the error, also where the caller
// waits for less time than such text is given.
func TestGreetingTextAlone(t *testing.T) {
	for _, reply := range []time.Duration{2 * time.Second, 9 * time.Second} {
		inBubble(t, reply.String(), func(t *testing.T) {
			tc := newTestConn(t, &control.Config{Security: control.SecurityNone, ReplyTimeout: reply})
			tc.writeRaw("RFB 003.008\n")
			err := tc.op.wait()
			if se, ok := errors.AsType[*protocol.SyntaxError](err); !ok || !strings.Contains(se.Excerpt, "RFB") {
				t.Errorf("dial: %v; want a SyntaxError with the text", err)
			}
			if got, want := tc.op.took(), min(reply, 5*time.Second); got != want {
				t.Errorf("took %v; want %v", got, want)
			}
		})
	}
}

// drain reads what is left to the end: a ClientHello perhaps.
func (tc *testConn) drain() {
	tc.srv.SetReadDeadline(time.Now().Add(patience))
	io.Copy(io.Discard, tc.r)
}

func TestGreetingEnds(t *testing.T) {
	inBubble(t, "closed without a word", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.srv.Close()
		if err := tc.op.result(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("dial: %v; want an unexpected EOF", err)
		}
	})
	inBubble(t, "silent TLS handshake on the implicit port", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{Security: control.SecurityImplicit, ConnectTimeout: 4 * time.Second})
		err := tc.op.wait()
		if _, ok := errors.AsType[*tlsx.HandshakeError](err); !ok || tc.op.took() != 4*time.Second {
			t.Errorf("dial: %v after %v; want a HandshakeError after the ConnectTimeout, 4s", err, tc.op.took())
		}
		tc.drain()
	})
	inBubble(t, "greeting in clear on the implicit port", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{Security: control.SecurityImplicit})
		tc.writeReply("220 ready")
		h, ok := errors.AsType[*tlsx.HandshakeError](tc.op.result())
		if !ok || h.Hint == "" {
			t.Errorf("dial: %v; want a HandshakeError with a hint", tc.op.err)
		}
		tc.drain()
	})
	inBubble(t, "cancelled", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		second := tc.async(func() error {
			_, err := control.Dial(ctx, serverHost+":21", &control.Config{Security: control.SecurityNone, Dial: tc.net.DialContext})
			return err
		})
		if err := second.result(); err != errNotDone {
			t.Fatalf("second dial: %v", err)
		}
		cancel()
		if err := second.result(); !errors.Is(err, context.Canceled) || second.took() != 0 {
			t.Errorf("second dial: %v after %v; want context.Canceled at once", err, second.took())
		}
		tc.writeReply("220 ready")
	})
}

func TestDialErrors(t *testing.T) {
	inBubble(t, "refused", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		_, err := control.Dial(t.Context(), serverHost+":2121", &control.Config{Dial: tc.net.DialContext})
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("dial to a closed port: %v", err)
		}
		tc.writeReply("220 ready")
	})
	inBubble(t, "no port", func(t *testing.T) {
		if _, err := control.Dial(t.Context(), serverHost, nil); err == nil {
			t.Error("an address without a port was taken")
		}
	})
}

// TestGreetingText: text without a code before the greeting is dropped and noted. Where no
// greeting follows within five seconds, or the server ends the connection, the text is the
// error, not the silence.
func TestGreetingText(t *testing.T) {
	inBubble(t, "greeting a little later", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("Welcome to this box", "")
		time.Sleep(4 * time.Second)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		tc.login()
		if log := tc.traced(); !strings.Contains(log, "tolerance greeting-text") {
			t.Errorf("not traced:\n%s", log)
		}
	})
	inBubble(t, "implicit TLS", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{Security: control.SecurityImplicit, TLS: clientTLS()})
		tc.startTLS()
		tc.writeReply("Welcome to this box", "220 ready")
		tc.wantOK("dial", tc.op)
	})
	for name, end := range map[string]func(tc *testConn){
		"nothing more":           func(*testConn) {},
		"the end":                func(tc *testConn) { tc.srv.Close() },
		"the timeout is shorter": func(*testConn) {},
	} {
		inBubble(t, name, func(t *testing.T) {
			conf := clear
			if name == "the timeout is shorter" {
				conf.ReplyTimeout = 6 * time.Second
			}
			tc := newTestConn(t, &conf)
			tc.writeReply("", "hello, who is there?")
			end(tc)
			err := tc.op.wait()
			if se, ok := errors.AsType[*protocol.SyntaxError](err); !ok || !strings.Contains(se.Excerpt, "who is there") {
				t.Errorf("dial: %v; want the text", err)
			}
			if took := tc.op.took(); took > 5*time.Second {
				t.Errorf("dial took %v", took)
			}
		})
	}
}

// TestSecondGreeting: a second greeting is dropped, whenever it comes before the first
// reply to a command.
func TestSecondGreeting(t *testing.T) {
	inBubble(t, "behind USER", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "220 ready again", "331 password")
		tc.answer("PASS secret", "230 in")
		tc.answer("FEAT", "502 no")
		tc.wantOK("login", op)
		if log := tc.traced(); !strings.Contains(log, "tolerance extra-greeting") {
			t.Errorf("not traced:\n%s", log)
		}
	})
	inBubble(t, "behind AUTH", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "220 ready again", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		tc.login()
	})
}
