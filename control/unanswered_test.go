package control_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

var playsOfUnanswered = map[control.QuirkName]func(*quirkPlay){
	control.QuirkFEATUnanswered: func(p *quirkPlay) {
		p.greet("220 ready")
		p.begin()
		if p.forced() {
			p.wantOK("login without FEAT", p.op)
			return
		}
		p.wantCommand("features", "FEAT")
		p.wantLost(p.op, "FEAT")
	},
	control.QuirkEPSVUnanswered: func(p *quirkPlay) {
		p.login()
		l := p.list("NLST", "")
		if p.forced() {
			p.pasv("227 ok (%s)")
			p.wantNames(l, "f")
			return
		}
		p.wantCommand("address of the data connection", "EPSV")
		p.wantLost(l.op, "EPSV")
	},
	control.QuirkOneByOne: playOneByOne,
	control.QuirkNLSTUnanswered: func(p *quirkPlay) {
		p.testConn = newTestConn(p.t, &control.Config{TLS: clientTLS(), Quirks: p.policy()})
		in := p.secureLogin()
		p.answer("PBSZ 0", "200 ok")
		p.answer("PROT P", "200 ok")
		p.feat()
		p.wantOK("login", in)
		op := p.store("f")
		if !p.forced() {
			p.passive()
			p.wantCommand("the name alone", "NLST f")
			if !p.on() {
				if err := op.wait(); err == nil {
					p.t.Error("no error")
				}
				return
			}
			p.wantCommand("given up", "ABOR")
			p.writeReply("226 ok")
			p.answer("NOOP", "200 ok")
		}
		p.answer("TYPE I", "200 ok")
		p.take("f")
		if err := op.wait(); err != nil {
			p.t.Error(err)
		}
	},
}

// wantLost checks the error of an operation that gets no reply to a command.
func (p *quirkPlay) wantLost(op *op, verb string) {
	p.t.Helper()
	err := op.wait()
	ue, ok := errors.AsType[*control.UnansweredError](err)
	if te, late := errors.AsType[*control.TimeoutError](err); !late || string(te.Verb) != verb {
		p.t.Errorf("%v; want a TimeoutError of %s", err, verb)
	}
	if ok != p.on() || ok && (ue.Quirk.Name != p.name || !strings.Contains(ue.Quirk.Evidence, verb)) {
		p.t.Errorf("%v; an UnansweredError: %v", err, ok)
	}
}

// TestUnanswered: in what ways a connection is lost at a command that the next one can do
// without, and when it is lost for another reason.
func TestUnanswered(t *testing.T) {
	hangUp := func(tc *testConn) { tc.srv.Close() }
	reply := func(line string) func(*testConn) {
		return func(tc *testConn) {
			tc.writeReply(line)
			if line[0] == '4' {
				tc.srv.Close()
			}
		}
	}
	for _, tt := range []struct {
		name string
		loss func(*testConn)
		feat bool // an UnansweredError after FEAT
		epsv bool // and after EPSV
	}{
		{"silence", func(*testConn) {}, true, true},
		{"the end", hangUp, true, true},
		{"331", reply("331 password"), true, true},
		{"150", reply("150 here"), true, true},
		{"421", reply("421 closing"), true, true},
		{"421 idle", reply("421 Timeout, you were idle"), false, false},
		{"no reply at all", reply("what is that?"), false, false},
		{"refused", reply("550 no"), false, false},
	} {
		inBubble(t, "FEAT "+tt.name, func(t *testing.T) {
			p := &quirkPlay{t: t, name: control.QuirkFEATUnanswered, how: "detected"}
			p.greet("220 ready")
			p.begin()
			p.wantCommand("features", "FEAT")
			tt.loss(p.testConn)
			err := p.op.wait()
			if _, ok := errors.AsType[*control.UnansweredError](err); ok != tt.feat || tt.name == "refused" && err != nil {
				t.Errorf("%v; want an UnansweredError: %v", err, tt.feat)
			}
		})
		inBubble(t, "EPSV "+tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{})
			l := tc.list("NLST", "")
			tc.wantCommand("address", "EPSV")
			tt.loss(tc)
			if tt.name == "refused" {
				tc.answer("PASV", "550 no")
			}
			err := l.wait()
			if _, ok := errors.AsType[*control.UnansweredError](err); ok != tt.epsv || err == nil {
				t.Errorf("%v; want an UnansweredError: %v", err, tt.epsv)
			}
		})
	}
	inBubble(t, "EPSV that worked before", func(t *testing.T) {
		tc := login(t, &control.Config{})
		l := tc.list("NLST", "")
		tc.send("NLST", "f\r\n")
		tc.wantNames(l, "f")
		l = tc.list("NLST", "")
		tc.wantCommand("address", "EPSV")
		tc.srv.Close()
		if _, ok := errors.AsType[*control.UnansweredError](l.wait()); ok || l.err == nil {
			t.Errorf("%v; want another error", l.err)
		}
	})
	inBubble(t, "the connection was lost before", func(t *testing.T) {
		tc := login(t, &control.Config{})
		tc.srv.Close()
		time.Sleep(time.Second)
		l := tc.list("NLST", "")
		if _, ok := errors.AsType[*control.UnansweredError](l.wait()); ok || l.err == nil {
			t.Errorf("%v; want another error", l.err)
		}
	})
	inBubble(t, "EPSV alone is allowed", func(t *testing.T) {
		tc := login(t, &control.Config{Data: datachan.Config{Mode: datachan.ModeEPSV}})
		l := tc.list("NLST", "")
		tc.wantCommand("address", "EPSV")
		tc.srv.Close()
		if _, ok := errors.AsType[*control.UnansweredError](l.wait()); ok || l.err == nil {
			t.Errorf("%v; want another error", l.err)
		}
	})
	inBubble(t, "NoFeat", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{Security: control.SecurityNone, Login: control.LoginOptions{NoFeat: true}})
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "230 in")
		tc.wantOK("login", op)
		tc.wantIdle("no FEAT")
	})
	inBubble(t, "quirks that were known", func(t *testing.T) {
		known := []control.AppliedQuirk{{Name: control.QuirkFEATUnanswered, Evidence: "seen"}, {Name: control.QuirkEPSVUnanswered, Evidence: "seen"}, {Name: "no-such-quirk"}}
		tc := newTestConn(t, &control.Config{Security: control.SecurityNone, Quirks: control.QuirkPolicy{Known: known, Forbid: []control.QuirkName{control.QuirkEPSVUnanswered}}})
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		if got := tc.c.Quirks(); len(got) != 1 || got[0] != known[0] {
			t.Errorf("Quirks() = %v", got)
		}
	})
}
