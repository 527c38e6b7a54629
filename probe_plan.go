package ftpwire

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
			return wordsOf(&o)
		case probeWrite:
			return "a listing works, and writing does not: " + o.words
		}
	}
	if p.busy() > 1 {
		return "the server is full, also after a while"
	}
	return ""
}

// ended returns the outcome after which nothing at all is worth a try, or nil. Then it is the
// only reason that is known.
func (p *probePlan) ended() *probeOutcome {
	if p.busy() > 1 {
		return p.first(probeBusy)
	}
	return p.first(probeNowhere, probeRejected, probeNoLogin, probeAccount)
}

// busy counts how often the server had no place for us.
func (p *probePlan) busy() int {
	return p.count(func(o *probeOutcome) bool { return o.kind == probeBusy })
}

// wayTried reports whether a way failed before data connections came into it.
func (p *probePlan) wayTried(way ProbeCombination) bool {
	return p.any(func(o *probeOutcome) bool {
		t := o.step.combination
		same := t.way() == way || o.stage < StageLogin && t.beforeLogin() == way.beforeLogin()
		return !o.step.look && o.stage < StageData && same && o.kind != probeBusy && o.kind != probeLogged &&
			(o.kind != probeSilent || o.step.patient || way.Security == control.SecurityImplicit)
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
	var groups prunedGroups
	over, ended := p.over(), p.ended()
	for _, way := range p.ways {
		if p.wayTried(way) {
			continue
		}
		forms := p.space.forms(way)
		if ended != nil {
			groups.add(wordsOf(ended), way.sessionWords(), len(forms))
			continue
		}
		if reason := p.pruneWay(way); reason != "" {
			groups.add(reason, way.sessionWords(), len(forms))
			continue
		}
		for _, c := range forms {
			if p.wasTried(c) {
				continue
			}
			reason := cmp.Or(p.pruneForm(c), over, p.awaits(c), "the probe ended before")
			groups.add(reason, append(c.wayWords(), c.dataWords()...), 1)
		}
	}
	return groups.list
}

// prunedGroups collects combinations by the reason why they were not tried.
type prunedGroups struct {
	list  []ProbePruned
	words [][]string // what those of each group have in common
}

func (g *prunedGroups) add(reason string, words []string, n int) {
	i := slices.IndexFunc(g.list, func(p ProbePruned) bool { return p.Reason == reason })
	if i < 0 {
		i = len(g.list)
		g.list, g.words = append(g.list, ProbePruned{Reason: reason}), append(g.words, words)
	}
	g.words[i] = slices.DeleteFunc(g.words[i], func(w string) bool { return !slices.Contains(words, w) })
	g.list[i].Count += n
	g.list[i].What = cmp.Or(strings.Join(g.words[i], ", "), "everything else")
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
