package conformance

import (
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
)

// A barrierStep is a command that changes nothing, and the code with which this server
// answers it. Its reply shows that what came before has had all of its replies.
type barrierStep struct {
	verb string
	code protocol.Code
}

// learnBarrier finds out with which code the server answers NOOP, and what to use as the
// barrier: NOOP if the server has it, else a verb that it has. If it has none, the refusal
// of NOOP does as well.
func (t *T) learnBarrier() {
	r := t.run
	noop, err := t.steady("NOOP")
	if errors.Is(err, errUnsteady) {
		return // the replies are out of step: what NOOP gets can't be told
	}
	said := "no reply that is one"
	if err == nil {
		said = brief(noop)
		r.noop, r.step.code = noop.Code, noop.Code
	}
	if ok(noop) {
		return
	}
	for _, verb := range []string{"PWD", "SYST"} {
		if reply, err := t.steady(verb); err == nil && ok(reply) {
			r.step = barrierStep{verb, reply.Code}
			break
		}
	}
	r.facts = append(r.facts, "NOOP: "+said+"; "+r.step.verb+" is sent to see whether the replies are in step")
}

var errUnsteady = errors.New("the same command had two replies that differ")

// steady sends a command twice, and fails if the replies have not the same code.
func (t *T) steady(line string) (protocol.Reply, error) {
	var codes [2]protocol.Reply
	for i := range codes {
		t.Send(line)
		r, err := t.c.receive(t.run.opts.timeout())
		switch {
		case errors.Is(err, errSilence):
			t.c.owed = 0 // it will not come
			return r, err
		case err != nil:
			t.lost(line, err)
		}
		codes[i] = r
	}
	if codes[0].Code != codes[1].Code {
		return codes[0], errUnsteady
	}
	return codes[0], nil
}

// passes reports whether r is the reply to the barrier.
func (s barrierStep) passes(r protocol.Reply) bool {
	return r.Code == s.code || s.verb == "NOOP" && r.Code == 200
}

// noop returns the code with which this server answers NOOP.
func (t *T) noop() int { return int(t.run.noop) }

// unasked fails if a reply has come already for which nothing has been asked.
func (t *T) unasked(why string) {
	if r, err := t.c.receive(lookAside); err == nil {
		t.Failf("%s: got an unexpected %s", why, brief(r))
	}
}

// barrier fails unless the next reply is that to the barrier.
func (t *T) barrier(where string) {
	t.unasked(where)
	if r := t.Ask(t.run.step.verb); !t.run.step.passes(r) {
		t.Failf("%s: out of step, %s got %s", where, t.run.step.verb, brief(r))
	}
}

// Quiet fails if anything comes besides the reply to the barrier, after which a short
// wait suffices.
func (t *T) Quiet(why string) {
	t.unasked(why)
	r := t.Ask(t.run.step.verb)
	early := !t.c.loggedIn && r.Code.Class() == 5 // 530, and 503 where USER is missed
	if !t.run.step.passes(r) && !ok(r) && !early && !unknown(r) {
		t.Failf("%s: %s came in place of the reply to %s", why, brief(r), t.run.step.verb)
	}
	if extra, err := t.c.receive(quiet); err == nil && extra.Code == r.Code {
		t.c.stray(extra)
		t.blame(monFinal, "%s: got an unexpected %s", why, brief(extra))
	} else if err == nil {
		t.Failf("%s: got an unexpected %s", why, brief(extra))
	}
}

// inStep looks whether every command of a case has had its reply, and no more. A reply
// too many is reported in the monitor's row; a case that failed since it read that reply in
// place of another is SKIP. A reply too few fails the case. It reports whether the session
// was out of step.
func (r *runner) inStep(t *T, c *Conn) bool {
	if c.ended || c.goodbye || t.verdict >= Fail && t.silent {
		return false
	}
	c.strays()
	before, counted := c.lastDone, c.owed == 0 && !c.loose
	strayed, verb := c.strayed, r.step.verb
	err := c.send(verb)
	var got protocol.Reply
	if err == nil {
		got, err = c.receive(r.opts.timeout())
	}
	if err == nil && counted && !r.step.passes(got) && got.Code != 421 {
		// The reply may be one too many of before, with that to the barrier after it.
		if next, late := c.receive(quiet); late == nil && r.step.passes(next) {
			c.lastDone = before
			c.stray(got)
			got = next
		}
	}
	_, known := r.findings[monFinal]
	switch {
	case err == nil && got.Code == 421:
		return false
	case t.verdict >= Warn && (c.strayed > strayed || known && err == nil && !r.step.passes(got)):
		r.blamed[monFinal] = true
		t.verdict, t.reasons, t.stumbled = Skip, []string{"because of " + monFinal}, false
		return true
	case t.verdict >= Fail:
		return false // it is out of order already
	case err != nil:
		t.note(Fail, "out of step: %s afterwards: %v", verb, err)
	case !r.step.passes(got) && (c.loggedIn || got.Code.Class() != 5):
		t.note(Fail, "out of step: %s afterwards got %s", verb, brief(got))
	default:
		if left := c.unreadReply(); left {
			t.note(Fail, "out of step: more than one reply to %s afterwards", verb)
			return true
		}
		c.owed, c.loose = 0, false
		if r.late {
			c.straysWithin(quiet)
		}
		c.strays()
		return false
	}
	return true
}
