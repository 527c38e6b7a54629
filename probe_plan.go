package ftpwire

import (
	"fmt"

	"github.com/ftpwire/ftpwire/control"
)

// A probePlan decides what is tried next. It knows what was tried and what that has taught,
// and neither network nor clock.
type probePlan struct {
	space *probeSpace
	ways  []ProbeCombination
	tried []probeOutcome

	open   *ProbeCombination // what the open session was begun with, nil if there is none
	logins int
}

// A probeStep is what to try next.
type probeStep struct {
	combination ProbeCombination
	patient     bool // the greeting gets its full time
	look        bool // nobody logs in, and no certificate is refused
	again       bool // the server was full before: after a pause
}

func newProbePlan(s *probeSpace) *probePlan { return &probePlan{space: s, ways: s.ways()} }

// learn takes in what an attempt has taught.
func (p *probePlan) learn(o probeOutcome) { p.tried = append(p.tried, o) }

// next returns what to try next; ok is false when all is done.
func (p *probePlan) next() (s probeStep, ok bool) {
	if p.over() == "" {
		if s, ok := p.untried(); ok {
			return s, true
		}
	}
	return p.toLook()
}

// loggedIn takes in what a login has taught, and returns the data connection to try in the
// session: that of s, unless it is in vain now.
func (p *probePlan) loggedIn(s probeStep, o probeOutcome) probeStep {
	o.kind = probeLogged
	p.learn(o)
	if p.pruneForm(s.combination) == "" {
		return s
	}
	for _, c := range p.space.forms(s.combination.way()) {
		if !p.wasTried(c) && p.pruneForm(c) == "" && p.awaits(c) == "" {
			s.combination = c
			break
		}
	}
	return s
}

// untried returns the best combination that was not tried and is not pruned.
func (p *probePlan) untried() (s probeStep, ok bool) {
	for _, way := range p.ways {
		if p.wayTried(way) || p.pruneWay(way) != "" {
			continue
		}
		for _, c := range p.space.forms(way) {
			if !p.wasTried(c) && p.pruneForm(c) == "" && p.awaits(c) == "" {
				patient := way.Security != control.SecurityImplicit && p.silent(way.Port)
				return probeStep{combination: c, patient: patient, again: p.busy() > 0}, true
			}
		}
	}
	return s, false
}

// over returns why no further login is made, or "".
func (p *probePlan) over() string {
	for _, o := range p.tried {
		switch o.kind {
		case probeWorks:
			if !o.step.look {
				return "what works was found: " + o.step.combination.String()
			}
		case probeNowhere, probeRejected, probeNoLogin, probeAccount, probeOut:
			return o.words
		case probeWrite:
			return "a listing works, and writing does not: " + o.words
		}
	}
	if p.busy() > 1 {
		return "the server is full, also after a while"
	}
	return ""
}

// busy counts how often the server had no place for us.
func (p *probePlan) busy() int {
	return p.count(func(o *probeOutcome) bool { return o.kind == probeBusy })
}

// wayTried reports whether a way failed before data connections came into it.
func (p *probePlan) wayTried(way ProbeCombination) bool {
	return p.any(func(o *probeOutcome) bool {
		return !o.step.look && o.stage < StageData && o.step.combination.way() == way && o.kind != probeBusy && o.kind != probeLogged &&
			(o.kind != probeSilent || o.step.patient)
	})
}

// wasTried reports whether a combination was tried as a whole.
func (p *probePlan) wasTried(c ProbeCombination) bool {
	return p.any(func(o *probeOutcome) bool { return o.stage >= StageData && o.step.combination == c })
}

// toLook returns a variant at which nobody has got as far as a login, to be looked at without
// one: where the certificate is not trusted, and where an anonymous user is not let in. A
// rejected password ends everything.
func (p *probePlan) toLook() (s probeStep, ok bool) {
	rejected := p.first(probeRejected)
	if p.any(func(o *probeOutcome) bool { return o.kind == probeOut || o.kind == probeNowhere }) || rejected != nil && p.space.secret {
		return s, false
	}
	for _, way := range p.ways {
		untrusted := p.any(func(o *probeOutcome) bool {
			return o.kind == probeUntrusted && o.step.combination.handshake() == way.handshake()
		})
		reached := p.any(func(o *probeOutcome) bool {
			c := o.step.combination
			return c.Port == way.Port && c.Security == way.Security && (o.step.look || o.kind != probeUntrusted)
		})
		if reached || !untrusted && (rejected == nil || p.pruneBasics(way) != "") {
			continue
		}
		return probeStep{combination: way, look: true}, true
	}
	return s, false
}

// any, count and first search the history.
func (p *probePlan) any(f func(*probeOutcome) bool) bool {
	for i := range p.tried {
		if f(&p.tried[i]) {
			return true
		}
	}
	return false
}

func (p *probePlan) count(f func(*probeOutcome) bool) int {
	n := 0
	for i := range p.tried {
		if f(&p.tried[i]) {
			n++
		}
	}
	return n
}

func (p *probePlan) first(kinds ...probeKind) *probeOutcome {
	return p.firstOf(func(*probeOutcome) bool { return true }, kinds...)
}

// firstOf returns the first outcome of these kinds that f holds for, or nil.
func (p *probePlan) firstOf(f func(*probeOutcome) bool, kinds ...probeKind) *probeOutcome {
	for i := range p.tried {
		for _, k := range kinds {
			if p.tried[i].kind == k && f(&p.tried[i]) {
				return &p.tried[i]
			}
		}
	}
	return nil
}

// silent reports whether a port gives no greeting at once, and does not speak TLS first.
func (p *probePlan) silent(port int) bool {
	return p.any(func(o *probeOutcome) bool { return o.kind == probeSilent && o.step.combination.Port == port })
}

// patient reports whether the greeting of a port was given its full time.
func (p *probePlan) patient(port int) bool {
	return p.any(func(o *probeOutcome) bool { return o.step.patient && o.step.combination.Port == port })
}

// pruned returns what was not tried, grouped by the reason.
func (p *probePlan) pruned() []ProbePruned {
	over := p.over()
	groups := map[string][]ProbeCombination{}
	var order []string
	note := func(c ProbeCombination, reason string) {
		if groups[reason] == nil {
			order = append(order, reason)
		}
		groups[reason] = append(groups[reason], c)
	}
	for _, way := range p.ways {
		if p.wayTried(way) {
			continue
		}
		reason := p.pruneWay(way)
		for _, c := range p.space.forms(way) {
			if p.wasTried(c) {
				continue
			}
			switch {
			case reason != "":
				note(c, reason)
			case p.pruneForm(c) != "":
				note(c, p.pruneForm(c))
			case over != "":
				note(c, over)
			case p.awaits(c) != "":
				note(c, p.awaits(c))
			default:
				note(c, "the probe ended before")
			}
		}
	}
	var out []ProbePruned
	for _, reason := range order {
		out = append(out, ProbePruned{What: inCommon(groups[reason]), Count: len(groups[reason]), Reason: reason})
	}
	return out
}

// inCommon describes what all combinations of a group share.
func inCommon(all []ProbeCombination) string {
	first := all[0]
	words := first.wayWords()
	if first.Listing != "" {
		words = append(words, first.dataWords()...)
	}
	shared := make([]string, 0, len(words))
	for _, w := range words {
		in := true
		for _, c := range all[1:] {
			if !hasWord(c, w) {
				in = false
				break
			}
		}
		if in {
			shared = append(shared, w)
		}
	}
	if len(shared) == 0 {
		return "everything else"
	}
	return joinComma(shared)
}

func hasWord(c ProbeCombination, word string) bool {
	for _, w := range append(c.wayWords(), c.dataWords()...) {
		if w == word {
			return true
		}
	}
	return false
}

func joinComma(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += ", "
		}
		s += w
	}
	return s
}

// variant names a port and how TLS begins there.
func variant(c ProbeCombination) string {
	switch c.Security {
	case control.SecurityNone:
		return fmt.Sprintf("clear text on port %d", c.Port)
	case control.SecurityImplicit:
		return fmt.Sprintf("implicit TLS on port %d", c.Port)
	}
	return fmt.Sprintf("AUTH %s on port %d", c.Auth, c.Port)
}
