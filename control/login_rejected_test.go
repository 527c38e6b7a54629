package control_test

import (
	"errors"
	"io/fs"
	"net"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// A rejected login is told from one that came at the wrong time, by whatever code.
func TestRejectedLogin(t *testing.T) {
	for _, tt := range []struct {
		reply string
		means protocol.Meaning // Unexplained: no rejection
	}{
		{"530 Login incorrect", protocol.RejectedLogin},
		{"430 Invalid username or password", protocol.RejectedLogin},
		{"500 Login incorrect", protocol.RejectedLogin},
		{"501 Not an e-mail address", protocol.RejectedLogin},
		{"530 Too many failed login attempts", protocol.LockedOut},
		{"332 Account", protocol.NeedAccount},
		{"530 Sorry, the maximum number of clients (3) are already connected", protocol.Unexplained},
		{"530 Please use FTPS", protocol.Unexplained},
	} {
		inBubble(t, tt.reply, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{Security: control.SecurityNone})
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
			tc.answer("USER user", "331 password")
			tc.answer("PASS secret", tt.reply)
			err := op.result()
			e, ok := errors.AsType[*control.RejectedLoginError](err)
			if ok != (tt.means != protocol.Unexplained) || ok && (e.Means != tt.means || e.Verb != "PASS") {
				t.Errorf("%#v; want it to mean %v", err, tt.means)
			}
			if ok && !errors.Is(err, fs.ErrPermission) {
				t.Errorf("%v does not match fs.ErrPermission", err)
			}
		})
	}
}

// After an end that was asked for, nobody blames the server for it.
func TestClosedOnThisSide(t *testing.T) {
	for _, way := range []string{"Close", "Quit", "Quit, and the server closes"} {
		inBubble(t, way, func(t *testing.T) {
			tc := login(t, &control.Config{Security: control.SecurityNone})
			c := tc.c
			if way == "Close" {
				c.Close()
			} else {
				op := tc.async(func() error { return c.Quit(t.Context()) })
				tc.answer("QUIT", "221 bye")
				if way != "Quit" {
					tc.srv.Close()
				}
				if err := op.result(); err != nil {
					t.Fatal(err)
				}
			}
			for _, err := range []error{c.Err(), c.Noop(t.Context())} {
				closed, ok := errors.AsType[*control.ClosedError](err)
				if !ok || closed.Cause != nil || !errors.Is(err, net.ErrClosed) {
					t.Errorf("%v; want a ClosedError without a cause", err)
				}
			}
		})
	}
}
