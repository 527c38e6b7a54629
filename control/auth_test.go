package control_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// wantNoLogin checks that no byte of a login went over the wire.
func (tc *testConn) wantNoLogin() {
	tc.t.Helper()
	if w := tc.wire(); w != "AUTH TLS\r\n" {
		tc.t.Errorf("client sent %q; want AUTH TLS only", w)
	}
}

// T30, T31, T35: where TLS is demanded and not to be had, nothing of the login is
// sent, whatever the server says.
func TestT30AuthRefused(t *testing.T) {
	for _, greeting := range []string{"220 ready", "230 in already"} {
		for _, reply := range []string{
			"500 what?", "502 no", "504 not TLS", "530 log in first", "534 policy", "431 later", "421 closing",
			"202 ok", "235 done", "335 go on",
		} {
			inBubble(t, greeting[:3]+" "+reply, func(t *testing.T) {
				tc := newTestConn(t, &control.Config{TLS: clientTLS()})
				tc.writeReply(greeting)
				tc.answer("AUTH TLS", reply)
				asked := strings.ContainsAny(reply[:1], "45") && reply[:3] != "421" // what else there is
				if asked {
					tc.answer("FEAT", "530 log in first")
				}
				err := tc.op.result()
				se, ok := errors.AsType[*control.SecurityError](err)
				if !ok {
					t.Fatalf("dial: %v; want a SecurityError", err)
				}
				if re, ok := errors.AsType[*protocol.ReplyError](se); !ok || re.Verb != "AUTH" || re.Reply.Text() != reply[4:] {
					t.Errorf("dial: %v; want the server's reply in it", err)
				}
				tc.wantEnd("no way on")
				if !asked {
					tc.wantNoLogin()
				}
			})
		}
	}
}

// TestAuthOtherCode: 200 and 334 to AUTH TLS begin TLS, and nothing else does. Where the
// server goes on in clear text, no byte of a login is sent, under SecurityAuto neither.
func TestAuthOtherCode(t *testing.T) {
	for _, reply := range []string{"200 ok", "334 begin"} {
		inBubble(t, "TLS follows "+reply[:3], func(t *testing.T) {
			tc := newTestConn(t, &control.Config{TLS: clientTLS()})
			tc.writeReply("220 ready")
			tc.answer("AUTH TLS", reply)
			tc.startTLS()
			tc.wantOK("dial", tc.op)
			tc.login()
			if log := tc.traced(); !strings.Contains(log, "tolerance auth-code") {
				t.Errorf("not traced:\n%s", log)
			}
		})
		for _, s := range []control.Security{control.SecurityExplicit, control.SecurityAuto} {
			inBubble(t, s.String()+", clear text follows "+reply[:3], func(t *testing.T) {
				tc := newTestConn(t, &control.Config{Security: s, TLS: clientTLS(), Quirks: control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkTLSHelloLost}}})
				tc.writeReply("220 ready")
				tc.answer("AUTH TLS", reply)
				tc.r.ReadByte() // of the ClientHello
				tc.writeReply("500 what is that?")
				if _, ok := errors.AsType[*tlsx.HandshakeError](tc.op.wait()); !ok {
					t.Errorf("dial: %v; want a HandshakeError", tc.op.err)
				}
				if w := tc.wire(); strings.Contains(w, "USER") {
					t.Errorf("client sent %q", w)
				}
			})
		}
	}
}

func TestT30AuthUnanswered(t *testing.T) {
	inBubble(t, "silence", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), ReplyTimeout: 3 * time.Second})
		tc.writeReply("220 ready")
		tc.wantCommand("TLS first", "AUTH TLS")
		if _, ok := errors.AsType[*control.TimeoutError](tc.op.wait()); !ok || tc.op.took() != 3*time.Second {
			t.Errorf("dial: %v after %v; want a TimeoutError after 3s", tc.op.err, tc.op.took())
		}
		tc.wantNoLogin()
	})
	inBubble(t, "closed", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.wantCommand("TLS first", "AUTH TLS")
		tc.srv.Close()
		if err := tc.op.result(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("dial: %v; want an unexpected EOF", err)
		}
		tc.wantNoLogin()
	})
	inBubble(t, "handshake refused", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		synctest.Wait()
		tc.writeRaw("\x15\x03\x03\x00\x02\x02\x28") // alert: handshake failure
		if _, ok := errors.AsType[*tlsx.HandshakeError](tc.op.result()); !ok {
			t.Errorf("dial: %v; want a HandshakeError", tc.op.err)
		}
		if w := tc.wire(); strings.Contains(w, "USER") || strings.Contains(w, "PASS") {
			t.Errorf("client sent %q", w)
		}
		tc.drain()
	})
	inBubble(t, "handshake never", func(t *testing.T) {
		strict := control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkTLSHelloLost}} // one attempt
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), ConnectTimeout: 5 * time.Second, Quirks: strict})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		if h, ok := errors.AsType[*tlsx.HandshakeError](tc.op.wait()); !ok || !h.Silent || tc.op.took() != 5*time.Second {
			t.Errorf("dial: %v after %v; want a HandshakeError after the ConnectTimeout, 5s", tc.op.err, tc.op.took())
		}
		tc.drain()
	})
	inBubble(t, "unknown authority", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{}) // the system's roots
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		srv := tc.async(func() error { return tryHandshake(tc) })
		h, ok := errors.AsType[*tlsx.HandshakeError](tc.op.wait())
		if !ok || h.Phase != tlsx.PhaseControl {
			t.Errorf("dial: %v; want a HandshakeError", tc.op.err)
		}
		srv.wait()
		if w := tc.wire(); strings.Contains(w, "USER") || strings.Contains(w, "PASS") {
			t.Errorf("client sent %q", w)
		}
	})
}

// T32: what comes in clear behind the 234 ends the connection before a ClientHello
// goes out, also where somebody completes the handshake in spite of it.
func TestT32InjectionBehindAuth(t *testing.T) {
	for _, extra := range []string{"230 in\r\n", "2", "\r\n", "\x16\x03\x03"} {
		inBubble(t, strings.TrimSpace(extra), func(t *testing.T) {
			tc := newTestConn(t, &control.Config{TLS: clientTLS()})
			tc.writeReply("220 ready")
			tc.wantCommand("TLS first", "AUTH TLS")
			tc.writeRaw("234 go on\r\n" + extra)
			if _, ok := errors.AsType[*protocol.ViolationError](tc.op.result()); !ok {
				t.Fatalf("dial: %v; want a ViolationError", tc.op.err)
			}
			tc.wantEnd("no ClientHello")
			tc.wantNoLogin()
		})
	}
	inBubble(t, "in another segment", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		synctest.Wait()
		tc.writeReply("230 in")
		if _, ok := errors.AsType[*tlsx.HandshakeError](tc.op.result()); !ok {
			t.Fatalf("dial: %v; want a HandshakeError", tc.op.err)
		}
		tc.drain()
		if w := tc.wire(); strings.Contains(w, "USER") || strings.Contains(w, "PASS") {
			t.Errorf("client sent %q", w)
		}
	})
}

// T36: protection of data connections is never given up for being refused.
func TestT36ProtRefused(t *testing.T) {
	for _, tt := range []struct {
		name, command string
		conf          control.Config
		replies       []string // to PBSZ and PROT
	}{
		{"PBSZ", "PBSZ 0", control.Config{}, []string{"503 no"}},
		{"PROT P 534", "PROT P", control.Config{}, []string{"200 ok", "534 no"}},
		{"PROT P 431", "PROT P", control.Config{}, []string{"200 ok", "431 no"}},
		{"PROT P 504", "PROT P", control.Config{}, []string{"200 ok", "504 no"}},
		{"PROT P 536", "PROT P", control.Config{}, []string{"200 ok", "536 no"}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			conf := tt.conf
			conf.TLS = clientTLS()
			tc := newTestConn(t, &conf)
			tc.writeReply("220 ready")
			tc.answer("AUTH TLS", "234 go on")
			tc.startTLS()
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
			tc.answer("USER user", "331 go on")
			tc.answer("PASS secret", "230 in")
			tc.answer("PBSZ 0", tt.replies[0])
			if len(tt.replies) > 1 {
				tc.answer(tt.command, tt.replies[1])
			}
			se, ok := errors.AsType[*control.SecurityError](op.result())
			if !ok || !strings.Contains(se.Reason, tt.command) {
				t.Fatalf("login: %v; want a SecurityError that names %s", op.err, tt.command)
			}
			tc.wantIdle("login is over")
			if n := len(tc.dialled()); n != 1 {
				t.Errorf("%d connections; want the control connection only", n)
			}
		})
	}
}

func TestClearData(t *testing.T) {
	inBubble(t, "asked for", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "230 in")
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT C", "200 ok")
		tc.answer("FEAT", "500 no")
		tc.wantOK("login", op)
		if !strings.Contains(tc.traced(), "travel in clear") {
			t.Error("the trace does not say that data travels in clear")
		}
	})
}

// A server that wants more than PROT C gets it (RFC 4217, Section 9), and no less
// than that.
func TestClearDataRefused(t *testing.T) {
	for _, code := range []string{"431", "504", "521", "534", "536"} {
		inBubble(t, code, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear})
			op := tc.secureLogin()
			tc.answer("PBSZ 0", "200 ok")
			tc.answer("PROT C", code+" no")
			tc.answer("PROT P", "200 ok")
			tc.answer("FEAT", "500 no")
			tc.wantOK("login", op)
			if !strings.Contains(tc.traced(), "data connections are protected") {
				t.Error("the trace does not say that data is protected")
			}
		})
	}
	inBubble(t, "both", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear})
		op := tc.secureLogin()
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT C", "534 no")
		tc.answer("PROT P", "536 no")
		if _, ok := errors.AsType[*control.SecurityError](op.result()); !ok {
			t.Errorf("login: %v; want a SecurityError", op.err)
		}
	})
}

// A server that knows neither PBSZ nor PROT has data connections in clear: that will do if it
// was asked for, and is noted.
func TestClearDataUnknown(t *testing.T) {
	for _, tt := range []struct{ name, pbsz, prot string }{
		{"PBSZ 500", "500 what?", ""},
		{"PBSZ 502", "502 not implemented", ""},
		{"PBSZ 504", "504 not for that", ""},
		{"PBSZ 501", "501 syntax", ""},
		{"PBSZ 503", "503 out of sequence", ""},
		{"PBSZ 550", "550 no", ""},
		{"PROT 500", "200 ok", "500 what?"},
		{"PROT 502", "200 ok", "502 not implemented"},
	} {
		for _, protect := range []control.Protect{control.ProtectClear, control.ProtectPrivate} {
			inBubble(t, tt.name+" "+protect.String(), func(t *testing.T) {
				tc := newTestConn(t, &control.Config{TLS: clientTLS(), DataProtection: protect})
				op := tc.secureLogin()
				tc.answer("PBSZ 0", tt.pbsz)
				if tt.prot != "" {
					tc.answer("PROT "+protect.String(), tt.prot)
				}
				if protect == control.ProtectPrivate {
					if _, ok := errors.AsType[*control.SecurityError](op.result()); !ok {
						t.Errorf("login: %v; want a SecurityError", op.err)
					}
					return
				}
				tc.answer("FEAT", "500 no")
				tc.wantOK("login", op)
				if !strings.Contains(tc.traced(), "travel in clear") {
					t.Error("the trace does not say that data travels in clear")
				}
				list := tc.async(func() error {
					for _, err := range tc.c.Nlst(t.Context(), "") {
						if err != nil {
							return err
						}
					}
					return nil
				})
				data := tc.passive()
				tc.answer("NLST", "150 here")
				io.WriteString(data, "f\r\n")
				data.Close()
				tc.writeReply("226 done")
				if err := list.wait(); err != nil {
					t.Errorf("a listing in clear: %v", err)
				}
			})
		}
	}
	inBubble(t, "implicit TLS", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), Security: control.SecurityImplicit, DataProtection: control.ProtectClear})
		tc.startTLS()
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "230 in")
		tc.answer("PBSZ 0", "500 what?")
		tc.answer("PBSZ 0", "500 what?")
		tc.answer("PROT P", "500 what?")
		tc.answer("FEAT", "500 no")
		tc.wantOK("login", op)
		if got := tc.c.DataProtection(); got != protocol.LevelPrivate || !strings.Contains(tc.traced(), "data connections are protected") {
			t.Errorf("DataProtection() = %v, or it is not traced", got)
		}
	})
}

// After CCC no protection can be changed: what is to be protected is, and the rest with it.
func TestClearDataAfterCCC(t *testing.T) {
	inBubble(t, "files in clear, listings not", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), FileProtection: control.ProtectClear, ClearCommandChannel: true})
		op := tc.secureLogin()
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT P", "200 ok")
		tc.answer("FEAT", "500 no")
		tc.answer("CCC", "534 no")
		tc.wantOK("login", op)
	})
}

// secureLogin plays the server up to the end of the login proper.
func (tc *testConn) secureLogin() *op {
	tc.t.Helper()
	tc.writeReply("220 ready")
	tc.answer("AUTH TLS", "234 go on")
	tc.startTLS()
	tc.wantOK("dial", tc.op)
	op := tc.async(func() error { return tc.c.Login(tc.t.Context(), "user", "secret", "") })
	tc.answer("USER user", "331 go on")
	tc.answer("PASS secret", "230 in")
	return op
}

// On a port of implicit TLS a server need not know PBSZ and PROT: what they ask for
// is so already. One that refuses for another reason is taken at its word.
func TestImplicitWithoutProt(t *testing.T) {
	start := func(t *testing.T) (*testConn, *op) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), Security: control.SecurityImplicit})
		tc.startTLS()
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "230 in")
		return tc, op
	}
	inBubble(t, "unknown", func(t *testing.T) {
		tc, op := start(t)
		tc.answer("PBSZ 0", "500 what?")
		tc.answer("PROT P", "502 what?")
		tc.answer("FEAT", "500 no")
		tc.wantOK("login", op)
	})
	inBubble(t, "refused", func(t *testing.T) {
		tc, op := start(t)
		tc.answer("PBSZ 0", "200 ok")
		tc.answer("PROT P", "534 no")
		if _, ok := errors.AsType[*control.SecurityError](op.result()); !ok {
			t.Errorf("login: %v; want a SecurityError", op.err)
		}
	})
}

func TestAuthMechanisms(t *testing.T) {
	feat := []string{"211-Features", " AUTH SSL;TLS-C;", " MLST size;", "211 End"}
	inBubble(t, "listed", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "504 not that")
		tc.answer("FEAT", feat...)
		tc.answer("AUTH TLS-C", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		if tc.c.Features().Has("MLST") {
			t.Error("features that came in clear were kept")
		}
		tc.login()
	})
	inBubble(t, "SSL only", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "504 not that")
		tc.answer("FEAT", "211-Features", " AUTH SSL", "211 End")
		se, ok := errors.AsType[*control.SecurityError](tc.op.result())
		if !ok || len(se.Offers) != 1 || se.Offers[0] != "SSL" {
			t.Errorf("dial: %v; want a SecurityError that says SSL is on offer", tc.op.err)
		}
	})
	inBubble(t, "SSL asked for", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), Auth: []string{"TLS", "SSL"}})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "500 what?")
		tc.answer("AUTH SSL", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		tc.login() // with PBSZ and PROT all the same
	})
	inBubble(t, "handshake fails", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS(), Auth: []string{"TLS", "SSL"}})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		synctest.Wait()
		tc.writeRaw("\x15\x03\x03\x00\x02\x02\x28")
		if _, ok := errors.AsType[*tlsx.HandshakeError](tc.op.result()); !ok {
			t.Errorf("dial: %v; want a HandshakeError and no other mechanism", tc.op.err)
		}
		tc.drain()
	})
}

func TestSecurityAuto(t *testing.T) {
	auto := func() *control.Config { return &control.Config{TLS: clientTLS(), Security: control.SecurityAuto} }
	inBubble(t, "refused", func(t *testing.T) {
		tc := newTestConn(t, auto())
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "502 no")
		tc.wantOK("dial", tc.op)
		tc.login()
		if _, ok := tc.c.TLS(); ok {
			t.Error("TLS is said to be up")
		}
		if !strings.Contains(tc.traced(), "go in clear text") {
			t.Error("the trace does not say that there is no TLS")
		}
	})
	inBubble(t, "accepted", func(t *testing.T) {
		tc := newTestConn(t, auto())
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		tc.login()
	})
	inBubble(t, "421", func(t *testing.T) {
		tc := newTestConn(t, auto())
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "421 too many")
		if err := tc.op.result(); err == nil {
			t.Error("dial succeeded")
		}
	})
	inBubble(t, "handshake fails", func(t *testing.T) {
		tc := newTestConn(t, auto())
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		synctest.Wait()
		tc.writeRaw("\x15\x03\x03\x00\x02\x02\x28")
		if _, ok := errors.AsType[*tlsx.HandshakeError](tc.op.result()); !ok {
			t.Errorf("dial: %v; want a HandshakeError, not clear text", tc.op.err)
		}
		tc.drain()
	})
}

// The commands that change the protection are not for Do: the driver would not
// know what to do with the reply.
func TestDoKeepsProtection(t *testing.T) {
	for _, verb := range []protocol.Verb{"AUTH", "auth", "ADAT", "CCC"} {
		inBubble(t, string(verb)+" in clear", func(t *testing.T) {
			tc := login(t, &clear)
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: verb, Arg: "TLS"})
			if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
				t.Errorf("%s: %v; want an ArgumentError", verb, err)
			}
			tc.wantIdle("nothing was sent")
		})
	}
	inBubble(t, "REIN over TLS", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "REIN"})
		if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
			t.Errorf("REIN: %v; want an ArgumentError", err)
		}
		tc.wantIdle("nothing was sent")
	})
	inBubble(t, "REIN in clear", func(t *testing.T) {
		tc := login(t, &clear)
		tc.features("SIZE")
		op := tc.async(func() error {
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "REIN"})
			return err
		})
		tc.answer("REIN", "120 wait", "220 ready")
		tc.wantOK("REIN", op)
		if tc.c.Features().Has("SIZE") {
			t.Error("the features are those of before")
		}
		tc.login()
	})
}

func TestDoVerbInAnyCase(t *testing.T) {
	inBubble(t, "noop", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "noop"})
			return err
		})
		tc.answer("noop", "200 ok")
		tc.wantOK("noop", op)
	})
}
