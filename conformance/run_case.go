package conformance

import (
	"runtime/debug"
	"slices"
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

// runCase runs one case and fills in its result. A case that fails since a connection was
// lost is run once more: what does not happen again is told, and costs no more. It returns
// the owners of the step that failed, if it was one, and after these, from the index basics
// on, the basics that the case rests on.
func (r *runner) runCase(c *Case, res *Result) (owners []string, basics int) {
	start := time.Now()
	defer func() { res.Duration = time.Since(start) }()
	if reason := r.unmet(c); reason != "" {
		res.Verdict, res.Reason = Skip, reason
		return nil, 0
	}
	t := r.runOnce(c, res)
	if t.stumbled && t.verdict >= Fail && r.ctx.Err() == nil && r.gone == "" && r.broken == "" {
		first := *res
		t = r.runOnce(c, res)
		if !res.Verdict.red() && r.ctx.Err() == nil {
			res.flaky(first)
		}
	}
	if !t.verdict.red() {
		return nil, 0
	}
	if t.unanswered != "" && r.answersAlone(t.unanswered) {
		t.suspect(ownReply) // the silence came of what was before
	}
	return t.suspects, t.stepped
}

// answersAlone reports whether a command gets a reply as the first of a session.
func (r *runner) answersAlone(line string) (answered bool) {
	t := r.newT()
	t.attempt(func(t *T) {
		t.Session()
		t.Ask(line)
		answered = true
	})
	for _, c := range t.opened {
		c.depart()
	}
	return answered
}

func (r *runner) runOnce(c *Case, res *Result) *T {
	t := r.newT()
	t.id, t.lenient = c.ID, c.Lenient
	if needs(c, NeedLogin) && !r.lend(t) {
		res.Verdict, res.Reason, res.Transcript = t.verdict, strings.Join(t.reasons, "; "), t.tape.lines()
		return t
	}
	t.attempt(c.Run)
	for _, f := range t.closers {
		f()
	}
	res.Transcript = t.tape.lines()
	t.stepped = len(t.suspects)
	t.suspectBasics()
	if r.settle(t) {
		res.Transcript = t.tape.lines()
	}
	res.failed = t.verdict >= Fail || t.missed
	res.Verdict, res.Reason = c.capped(max(t.verdict, Pass)), strings.Join(t.reasons, "; ")
	return t
}

// flaky makes a result of two: the case failed at first, and then did not.
func (res *Result) flaky(first Result) {
	res.Verdict = Warn
	then := res.Reason
	if then == "" {
		then = "it passed"
	}
	res.Reason = "flaky: at first " + first.Reason + "; tried again, " + then
	res.Transcript = append(append(first.Transcript, Line{Dir: "*", Text: "tried again"}), res.Transcript...)
}

// merge adds what other cases found in a step that belongs to this one.
func (res *Result) merge(c *Case, f finding) {
	if v := c.mild(f.verdict); v > res.Verdict || !res.Verdict.red() {
		res.Verdict, res.Reason, res.Transcript = v, f.reason, f.transcript
	}
}

// settle brings the connections of a case back in order. It reports whether they were out
// of step, which fails the case, or excuses it.
func (r *runner) settle(t *T) bool {
	shared := r.shared
	out := false
	for _, c := range t.opened {
		if c == shared {
			continue
		}
		r.check421(c)
		out = r.inStep(t, c) || out
		c.depart()
	}
	if shared == nil || shared.tape != t.tape {
		return out
	}
	r.check421(shared)
	lost := r.inStep(t, shared)
	out = out || lost
	fit := !lost && t.verdict < Fail && !shared.ended && !shared.goodbye && !shared.bye421
	if !fit && t.verdict < Fail && !shared.goodbye && !shared.bye421 && !out {
		t.stumbled = true
		t.note(Fail, "the server closed the session")
		out = true
	}
	if fit {
		fit = r.restore(shared)
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

// lend gives the shared session to a case, opening one if there is none. If there can be
// none, the case has its verdict.
func (r *runner) lend(t *T) bool {
	if r.broken != "" {
		t.noSession(r.broken, r.brokenBy)
		return false
	}
	if r.shared == nil && !r.openShared(t) {
		return false
	}
	t.c = r.shared
	t.c.tape = t.tape
	return true
}

// openShared opens the session that cases share.
func (r *runner) openShared(t *T) bool {
	s := r.newT()
	s.attempt(func(s *T) { r.shared = s.Session(); s.Type("I") })
	if !s.verdict.red() && r.shared != nil {
		r.attempts = 0
		r.shared.sent = map[string]bool{}
		return true
	}
	r.shared = nil
	for _, c := range s.opened {
		c.close()
	}
	reason := "no session could be opened: " + strings.Join(s.reasons, "; ")
	if r.attempts++; r.attempts >= 3 {
		r.broken, r.brokenBy = reason, s.suspects
	}
	t.tape = s.tape
	s.accuse()
	t.noSession(reason, s.suspects)
	t.stumbled = s.stumbled
	return false
}

// noSession is the verdict of a case for which there is no session: the fault may be that
// of the owners, of which the case may be one.
func (t *T) noSession(reason string, owners []string) {
	if t.suspect(owners...); slices.Contains(owners, t.id) {
		t.note(Fail, "%s", reason)
		return
	}
	t.note(Error, "%s", reason)
}
