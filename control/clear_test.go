package control_test

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// clearedLogin logs in over TLS and takes it down with CCC.
func clearedLogin(t *testing.T, reply string) *testConn {
	t.Helper()
	tc := newTestConn(t, &control.Config{TLS: clientTLS(), ClearCommandChannel: true})
	op := tc.secureLogin()
	tc.answer("PBSZ 0", "200 ok")
	tc.answer("PROT P", "200 ok")
	tc.answer("FEAT", "502 no")
	tc.answer("CCC", reply)
	if strings.HasPrefix(reply, "200") {
		tc.stopTLS()
	}
	tc.wantOK("login", op)
	return tc
}

func TestClearCommands(t *testing.T) {
	inBubble(t, "taken down", func(t *testing.T) {
		tc := clearedLogin(t, "200 in clear now")
		if _, ok := tc.c.TLS(); ok {
			t.Error("TLS is said to be up")
		}
		tc.wantAlive()
		if w := tc.wire(); !strings.HasSuffix(w, "PWD\r\n") {
			t.Errorf("the last command is not in clear on the wire: %q", w[max(0, len(w)-20):])
		}
		if !strings.Contains(tc.traced(), "travel in clear from here on") {
			t.Error("the trace does not say that commands are in clear")
		}
	})
	inBubble(t, "data stays protected", func(t *testing.T) {
		tc := clearedLogin(t, "200 in clear now")
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		dc := tc.secure(data)
		finish(dc)
		tc.writeReply("226 done")
		tc.wantOK("RETR", f.op)
		if f.data != "abc" {
			t.Errorf("%q; want abc", f.data)
		}
	})
	// Refusals leave TLS where it is: that is more than was asked for.
	for _, reply := range []string{"500 what?", "502 no", "533 no", "534 policy"} {
		inBubble(t, reply, func(t *testing.T) {
			tc := clearedLogin(t, reply)
			if _, ok := tc.c.TLS(); !ok {
				t.Error("TLS is said to be down")
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "not in clear", func(t *testing.T) {
		tc := login(t, &control.Config{ClearCommandChannel: true})
		tc.wantAlive()
	})
}

// T46: what comes between the reply to CCC and close_notify is not for us.
func TestT46ClearCommandsHostile(t *testing.T) {
	start := func(t *testing.T) (*testConn, *op) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), ClearCommandChannel: true})
		op := tc.secureLogin()
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT P", "200 ok")
		tc.answer("FEAT", "502 no")
		tc.wantCommand("last under TLS", "CCC")
		return tc, op
	}
	inBubble(t, "a second reply under TLS", func(t *testing.T) {
		tc, op := start(t)
		tc.writeReply("200 ok", "230 and in")
		if _, ok := errors.AsType[*protocol.ViolationError](op.result()); !ok {
			t.Errorf("login: %v; want a ViolationError", op.err)
		}
	})
	inBubble(t, "another under TLS later", func(t *testing.T) {
		tc, op := start(t)
		tc.writeReply("200 ok")
		tc.writeReply("230 and in")
		if err := op.result(); err == nil {
			t.Error("login succeeded")
		}
		tc.drain()
	})
	inBubble(t, "421", func(t *testing.T) {
		tc, op := start(t)
		tc.writeReply("421 bye")
		if err := op.result(); err == nil {
			t.Error("login succeeded")
		}
	})
	inBubble(t, "secrets", func(t *testing.T) {
		tc := clearedLogin(t, "200 in clear now")
		_, ok := errors.AsType[*control.SecurityError](tc.c.Login(t.Context(), "user", "secret", ""))
		if !ok {
			t.Error("a second login was not refused")
		}
		for _, verb := range []protocol.Verb{"PASS", "ACCT"} {
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: verb, Arg: "secret"})
			if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
				t.Errorf("%s: %v; want an ArgumentError", verb, err)
			}
		}
		tc.wantIdle("nothing was sent")
	})
}

func TestRein(t *testing.T) {
	inBubble(t, "explicit TLS", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		op := tc.async(func() error { return tc.c.Rein(t.Context()) })
		tc.answer("REIN", "220 again")
		tc.stopTLS()
		tc.answer("AUTH TLS", "234 go on")
		tc.startTLS()
		tc.wantOK("REIN", op)
		if _, ok := tc.c.TLS(); !ok {
			t.Error("TLS is said to be down")
		}
		tc.login()
		tc.wantAlive()
	})
	inBubble(t, "TLS does not come back", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		op := tc.async(func() error { return tc.c.Rein(t.Context()) })
		tc.answer("REIN", "220 again")
		tc.stopTLS()
		tc.answer("AUTH TLS", "534 no")
		if _, ok := errors.AsType[*control.SecurityError](op.result()); !ok {
			t.Errorf("REIN: %v; want a SecurityError", op.err)
		}
		// Login must not send the password in clear now.
		tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.wantEnd("nothing is sent in clear")
	})
	inBubble(t, "refused", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		op := tc.async(func() error { return tc.c.Rein(t.Context()) })
		tc.answer("REIN", "502 no")
		if re, ok := errors.AsType[*protocol.ReplyError](op.result()); !ok || re.Reply.Code != 502 {
			t.Errorf("REIN: %v; want the refusal", op.err)
		}
		tc.wantAlive()
	})
	inBubble(t, "in clear", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Rein(t.Context()) })
		tc.answer("REIN", "120 wait", "220 ready")
		tc.wantOK("REIN", op)
		tc.login()
	})
	inBubble(t, "cancelled", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.async(func() error { return tc.c.Rein(ctx) })
		tc.wantCommand("to be abandoned", "REIN")
		cancel()
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("REIN: %v; want context.Canceled", err)
		}
		// TLS could be down any time now, and nobody would put it up again.
		if tc.c.Err() == nil {
			t.Error("the connection is open")
		}
		tc.drain()
	})
}

// The client's certificate is shown on data connections, unless that is switched off.
func TestDataCertificate(t *testing.T) {
	for _, off := range []bool{false, true} {
		inBubble(t, map[bool]string{false: "shown", true: "not shown"}[off], func(t *testing.T) {
			conf := &control.Config{NoDataCertificate: off}
			conf.TLS = clientTLS()
			conf.TLS.Certificates = []tls.Certificate{certificate()}
			tc := newTestConn(t, conf)
			op := tc.secureLogin()
			tc.answer("PBSZ 0", "200 ok")
			tc.answer("PROT P", "200 ok")
			tc.answer("FEAT", "502 no")
			tc.wantOK("login", op)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			dc := tls.Server(data, &tls.Config{Certificates: []tls.Certificate{certificate()}, ClientAuth: tls.RequestClientCert, SessionTicketsDisabled: true})
			if err := dc.HandshakeContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(dc.ConnectionState().PeerCertificates); (n == 0) != off {
				t.Errorf("%d certificates on the data connection", n)
			}
			finish(dc)
			tc.writeReply("226 done")
			tc.wantOK("RETR", f.op)
		})
	}
}
