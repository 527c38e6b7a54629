package conformance

import "github.com/ftpwire/ftpwire/protocol"

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
	noop, steady := t.steady("NOOP")
	if !steady {
		return // the replies are out of step: what NOOP gets can't be told
	}
	r.noop, r.step.code = noop.Code, noop.Code
	if ok(noop) {
		return
	}
	for _, verb := range []string{"PWD", "SYST"} {
		if reply, steady := t.steady(verb); steady && ok(reply) {
			r.step = barrierStep{verb, reply.Code}
			break
		}
	}
	r.facts = append(r.facts, "NOOP: "+brief(noop)+"; "+r.step.verb+" is sent to see whether the replies are in step")
}

// steady sends a command twice and reports whether both replies have the same code.
func (t *T) steady(line string) (protocol.Reply, bool) {
	first := t.Ask(line)
	return first, t.Ask(line).Code == first.Code
}

// passes reports whether r is the reply to the barrier.
func (s barrierStep) passes(r protocol.Reply) bool {
	return r.Code == s.code || s.verb == "NOOP" && r.Code == 200
}

// noop returns the code with which this server answers NOOP.
func (t *T) noop() int { return int(t.run.noop) }

// barrier fails unless the next reply is that to the barrier.
func (t *T) barrier(where string) {
	if r := t.Ask(t.run.step.verb); !t.run.step.passes(r) {
		t.Failf("%s: out of step, %s got %s", where, t.run.step.verb, brief(r))
	}
}

// Quiet fails if anything comes besides the reply to the barrier, after which a short
// wait suffices.
func (t *T) Quiet(why string) {
	r := t.Ask(t.run.step.verb)
	if !t.run.step.passes(r) && !ok(r) && r.Code != 530 && !unknown(r) {
		t.Failf("%s: %s came in place of the reply to %s", why, brief(r), t.run.step.verb)
	}
	t.Silent(why)
}

// barrier sends the barrier and reports whether its reply is missing or wrong: then the
// case has left one reply too many or too few.
func (r *runner) barrier(t *T, c *Conn) bool {
	t.lenient = false
	verb := r.step.verb
	err := c.send(verb)
	var got protocol.Reply
	if err == nil {
		got, err = c.receive(r.opts.timeout())
	}
	switch {
	case err != nil:
		t.note(Fail, "out of step: %s afterwards: %v", verb, err)
	case got.Code == 421:
		return false
	case !r.step.passes(got) && (c.loggedIn || got.Code.Class() != 5):
		t.note(Fail, "out of step: %s afterwards got %s", verb, brief(got))
	case len(c.pending) > 0:
		t.note(Fail, "out of step: more than one reply to %s afterwards", verb)
	default:
		return false
	}
	return true
}
