package conformance

import (
	"runtime/debug"
	"strings"
	"time"
)

// attempt calls f and catches the end of a case in it.
func (t *T) attempt(f func(*T)) {
	defer func() {
		switch e := recover(); e.(type) {
		case nil, stop:
		default:
			t.note(Error, "the check itself is broken: %v", e)
			t.tape.add("", "*", false, string(debug.Stack()))
		}
	}()
	f(t)
}

// runCase runs one case and fills in its result.
func (r *runner) runCase(c *Case, res *Result) {
	start := time.Now()
	defer func() { res.Duration = time.Since(start) }()
	if reason := r.unmet(c); reason != "" {
		res.Verdict, res.Reason = Skip, reason
		return
	}
	t := r.newT()
	t.lenient = c.Lenient
	if needs(c, NeedLogin) {
		if res.Reason = r.lend(t); res.Reason != "" {
			res.Verdict, res.Transcript = Error, t.tape.lines()
			return
		}
	}
	t.attempt(c.Run)
	for _, f := range t.closers {
		f()
	}
	res.Transcript = t.tape.lines()
	if r.settle(t) {
		res.Transcript = t.tape.lines()
	}
	res.Verdict, res.Reason = max(t.verdict, Pass), strings.Join(t.reasons, "; ")
}

// settle brings the connections of a case back in order. It reports whether they were out
// of step, which fails the case.
func (r *runner) settle(t *T) bool {
	shared := r.shared
	out := false
	for _, c := range t.opened {
		if c == shared {
			continue
		}
		r.check421(c)
		if !c.ended && !c.goodbye && t.verdict < Fail {
			out = r.barrier(t, c) || out
		}
		c.depart()
	}
	if shared == nil || shared.tape != t.tape {
		return out
	}
	r.check421(shared)
	fit := t.verdict < Fail && !shared.ended && !shared.goodbye && !shared.bye421
	if fit && r.barrier(t, shared) {
		out, fit = true, false
	}
	if !fit && t.verdict < Fail && !shared.goodbye && !shared.bye421 && !out {
		t.note(Fail, "the server closed the session")
		out = true
	}
	if fit {
		var late bool
		if fit, late = r.restore(shared); late {
			t.note(Fail, "out of step: more than one reply to %s afterwards", r.step.verb)
			out = true
		}
	}
	if !fit {
		shared.depart()
		r.shared = nil
	}
	return out
}

// check421 lets the monitor see whether the connection ends after a 421.
func (r *runner) check421(c *Conn) {
	if c.bye421 && !c.ended && c.is421Kept() {
		r.found(mon421, Fail, c, "the server goes on answering after 421")
		c.goodbye = true
	}
}

// lend gives the shared session to a case, opening one if there is none. The
// result says why there is none.
func (r *runner) lend(t *T) string {
	if r.broken != "" {
		return r.broken
	}
	if r.shared == nil {
		s := r.newT()
		s.attempt(func(s *T) { r.shared = s.Session(); s.Type("I") })
		if s.verdict.red() || r.shared == nil {
			r.shared = nil
			for _, c := range s.opened {
				c.close()
			}
			reason := "no session could be opened: " + strings.Join(s.reasons, "; ")
			if r.attempts++; r.attempts >= 3 {
				r.broken = reason
			}
			t.tape = s.tape
			return reason
		}
		r.attempts = 0
		r.shared.sent = map[string]bool{}
	}
	t.c = r.shared
	t.c.tape = t.tape
	return ""
}
