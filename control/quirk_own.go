package control

import (
	"slices"
	"strconv"

	"github.com/ftpwire/ftpwire/protocol"
)

// An OwnQuirk is a quirk of the caller's own: what one server does that the table of [Quirks]
// does not know. Its functions are called while the connection is in use: they must return at
// once and not use the Conn.
type OwnQuirk struct {
	// Name is how logs and [Conn.Quirks] call it. It must not be a name of the table.
	Name QuirkName

	// Applies reports whether the server has the quirk. It is asked when the greeting is
	// there, and again after the login and after SYST, until it says so once. If nil, the
	// quirk applies from the greeting on.
	Applies func(Server) bool

	// Force and Forbid name quirks of the table whose workarounds are then in force, or are
	// not used from then on. What the [QuirkPolicy] says itself counts more.
	Force, Forbid []QuirkName

	// Meaning says what a refusal means: the command's verb, "" for the greeting, and the
	// reply as it came. protocol.Unexplained leaves it to the table of package protocol. All
	// that depends on meanings follows: errors.Is, fallbacks, retries. If nil, the table
	// decides.
	Meaning func(verb protocol.Verb, r protocol.Reply) protocol.Meaning

	// Command returns the command to send in place of one, or the same. The other must be of
	// the same kind: of one that lists, one that lists; of one with a single reply, another
	// such. Else the call fails with a *[protocol.ArgumentError], and nothing is sent.
	// Commands of the login and of the connection's protection, FEAT, ABOR, REIN and QUIT are
	// not given to it. If nil, commands are sent as they are.
	Command func(protocol.Command) protocol.Command
}

// ownCheck returns a *QuirkError for quirks of the caller's own that can't be used.
func (p *QuirkPolicy) ownCheck() error {
	for i, q := range p.Own {
		_, quirk := LookupQuirk(q.Name)
		_, tolerance := LookupTolerance(string(q.Name))
		switch {
		case q.Name == "":
			return &QuirkError{Name: q.Name, Reason: "has no name: it is number " + strconv.Itoa(i+1) + " of the caller's own"}
		case quirk || tolerance:
			return &QuirkError{Name: q.Name, Reason: "of the caller's own has a name of the table"}
		}
		if err := (&QuirkPolicy{Force: q.Force, Forbid: q.Forbid}).check(); err != nil {
			return err
		}
	}
	return nil
}

// noticeOwn applies those of the caller's own quirks that say that the server has them.
func (c *Conn) noticeOwn(s Server) {
	for i, q := range c.cfg.Quirks.Own {
		if c.ownApplies(i) || q.Applies != nil && !q.Applies(s) {
			continue
		}
		c.quirks.mu.Lock()
		c.quirks.own = append(c.quirks.own, i)
		c.quirks.mu.Unlock()
		c.enforce(Quirk{Name: q.Name, Workaround: "the caller's own rules are followed"}, "the caller's own quirk applies")
		for _, name := range q.Force {
			if row, _ := LookupQuirk(name); !slices.Contains(c.cfg.Quirks.Forbid, name) {
				c.enforce(row, "forced by the caller's own quirk "+string(q.Name))
			}
		}
	}
}

func (c *Conn) ownApplies(i int) bool {
	c.quirks.mu.Lock()
	defer c.quirks.mu.Unlock()
	return slices.Contains(c.quirks.own, i)
}

// appliedOwn returns those of the caller's own quirks that apply. It costs nothing if there are
// none.
func (c *Conn) appliedOwn() (qs []*OwnQuirk) {
	if len(c.cfg.Quirks.Own) == 0 {
		return nil
	}
	c.quirks.mu.Lock()
	defer c.quirks.mu.Unlock()
	for _, i := range c.quirks.own {
		qs = append(qs, &c.cfg.Quirks.Own[i])
	}
	return qs
}

// isForced reports whether the caller wants the workaround, whatever is seen.
func (c *Conn) isForced(name QuirkName) bool {
	if slices.Contains(c.cfg.Quirks.Force, name) {
		return true
	}
	return slices.ContainsFunc(c.appliedOwn(), func(q *OwnQuirk) bool { return slices.Contains(q.Force, name) && c.mayNotice(name) })
}

// mayNotice reports whether the caller allows a quirk.
func (c *Conn) mayNotice(name QuirkName) bool {
	if slices.Contains(c.cfg.Quirks.Forbid, name) {
		return false
	}
	return slices.Contains(c.cfg.Quirks.Force, name) ||
		!slices.ContainsFunc(c.appliedOwn(), func(q *OwnQuirk) bool { return slices.Contains(q.Forbid, name) })
}

// told returns what the caller says that a refusal means.
func (c *Conn) told(verb protocol.Verb, r protocol.Reply) protocol.Meaning {
	if c == nil {
		return protocol.Unexplained
	}
	for _, q := range c.appliedOwn() {
		if q.Meaning != nil {
			if m := q.Meaning(verb, r); m != protocol.Unexplained {
				return m
			}
		}
	}
	return protocol.Unexplained
}

// kept are the commands that nobody may replace.
var kept = []protocol.Verb{"USER", "PASS", "ACCT", "AUTH", "ADAT", "PBSZ", "PROT", "CCC", "REIN", "HOST", "FEAT", "ABOR", "QUIT"}

// replaced returns the command that the caller wants sent in place of cmd.
func (c *Conn) replaced(cmd protocol.Command) (protocol.Command, error) {
	for _, q := range c.appliedOwn() {
		if q.Command == nil || slices.Contains(kept, upper(cmd.Verb)) {
			continue
		}
		other := q.Command(cmd)
		is, _ := protocol.LookupVerb(cmd.Verb)
		to, _ := protocol.LookupVerb(other.Verb)
		if is.Diagram != to.Diagram || is.Does != to.Does || slices.Contains(kept, to.Verb) {
			return cmd, &protocol.ArgumentError{Verb: cmd.Verb, Reason: "the caller's own quirk " + string(q.Name) + " replaces it by " + string(to.Verb) + ", which is another kind of command"}
		}
		cmd = other
	}
	return cmd, nil
}
