package protocol

import (
	"slices"
	"strings"
)

// begin puts a command into the FIFO.
func (m *Machine) begin(c Command) {
	m.params.begin(c)
	if c.Verb != "ACCT" {
		m.stored = nil
	}
	x := exchange{cmd: c, diagram: c.diagram()}
	if m.cfg.Role == RoleClient {
		x.level = m.sendLevel()
		m.offer(c)
	}
	m.pending = append(m.pending, x)
}

// settle applies a reply, read or about to be written, to the exchange that it
// belongs to. An error leaves everything as it was.
func (m *Machine) settle(r Reply, level Level) error {
	if r.Code == 421 {
		m.hangUp(r, level)
		return nil
	}
	client := m.cfg.Role == RoleClient
	if client && (len(m.pending) == 0 || m.early) {
		m.early = false
		return m.idleExtra(r)
	}
	if len(m.pending) == 0 {
		return &ViolationError{Reply: r, Reason: "a reply came that no command asked for"}
	}
	if client {
		if extra, err := m.lateExtra(&m.pending[0], r); err != nil || extra {
			if err == nil {
				err = m.dropExtra(r)
			}
			return err
		}
	}
	i, guessed := m.owner(r.Code)
	x := m.pending[i]
	out := x.judge(r.Code, m.cfg.Limits.preliminary())
	wanted := m.wantsAccount(x, r.Code)
	if wanted {
		out = Failure
	}
	if out == Violation {
		return &ViolationError{Verb: x.cmd.Verb, Reply: r, Reason: "a reply of this class cannot answer the command"}
	}
	if guessed {
		m.pending[0].guessed = true
	}
	m.pending[i] = x
	if out != Wait {
		m.pending = slices.Delete(m.pending, i, i+1)
	}
	if client {
		m.emit(Event{Kind: EventReply, Command: x.cmd, Reply: r, Outcome: out, Level: level, Leniency: x.leniency(out, guessed, wanted)})
	}
	if out == Wait {
		m.begins = m.begins || x.diagram == DiagramTransfer
		return nil
	}
	if client {
		m.finish(x, r)
	}
	m.end(x.cmd, r, out)
	if wanted {
		m.stored = new(x.cmd)
	}
	return nil
}

// leniency names what the reply just judged is forgiven.
func (x *exchange) leniency(out Outcome, guessed, wanted bool) Leniency {
	switch {
	case wanted:
		return LenientAccountWanted
	case guessed:
		return LenientRefusedEarly
	case x.stored:
		return LenientStored
	case out == Wait && x.repeated:
		return LenientExtraPreliminary
	case out == Success && x.diagram == DiagramTransfer && x.preliminary == 0:
		return LenientNoPreliminary
	}
	return LenientNone
}

// wantsAccount reports whether c is the 332 that may stand in place of any reply to
// a command of a user who is logged in (RFC 959, Section 4.1.1): the server keeps
// the command until ACCT. For whoever sent it it has failed, so far.
func (m *Machine) wantsAccount(x exchange, c Code) bool {
	info, _ := LookupVerb(x.cmd.Verb)
	return c == 332 && m.state == StateAuthorized && info.States == loggedIn
}

// owner returns the index of the exchange that a reply belongs to: the oldest,
// but for the races that RFC 959 leaves open around ABOR, STAT, NOOP and QUIT while
// a transfer runs. It settles what a reply shows to be over. guessed reports that
// the code alone could be the transfer's as well.
func (m *Machine) owner(c Code) (i int, guessed bool) {
	head := m.pending[0]
	if head.diagram == DiagramAbort {
		// A server that had done with the transfer may answer it and ABOR with one
		// reply. The 200 of a NOOP sent behind shows that no other will come.
		if c == 200 && len(m.pending) > 1 && m.pending[1].cmd.Verb == "NOOP" {
			m.merge(0)
		}
		return 0, false
	}
	if head.diagram != DiagramTransfer {
		return 0, false
	}
	for i, x := range m.pending[1:] {
		switch {
		case x.cmd.Verb == "STAT" && c >= 211 && c <= 213,
			x.cmd.Verb == "NOOP" && c == 200,
			x.cmd.Verb == "QUIT" && c == 221:
			return i + 1, false
		case x.diagram == DiagramAbort && c == 225:
			// "Data connection open, no transfer in progress": there was none, or
			// it was dropped without a reply of its own.
			m.merge(0)
			return i, false
		}
	}
	if len(m.pending) > 1 && head.preliminary > 0 && refusesQuery(c) {
		// The transfer was accepted, so it is not the one that is not understood.
		return 1, true
	}
	return 0, false
}

// refusesQuery reports whether c says that a command was not understood, not
// implemented or out of place: no end of a transfer that had begun.
func refusesQuery(c Code) bool { return c >= 500 && c <= 504 || c == 530 }

// merge ends exchange i, for which no reply of its own will come.
func (m *Machine) merge(i int) {
	cmd := m.pending[i].cmd
	m.pending = slices.Delete(m.pending, i, i+1)
	if m.cfg.Role == RoleClient {
		m.emit(Event{Kind: EventMerged, Command: cmd, Outcome: Failure, Leniency: LenientMerged})
	}
	m.params.end(cmd, Failure)
}

// hangUp handles 421, which may stand in place of any reply, or come alone just
// before the server closes (RFC 959, Section 4.2.1). Nothing else will follow.
func (m *Machine) hangUp(r Reply, level Level) {
	if m.cfg.Role == RoleClient {
		for _, x := range m.pending {
			m.emit(Event{Kind: EventReply, Command: x.cmd, Reply: r, Outcome: Failure, Level: level})
		}
		if len(m.pending) == 0 {
			m.emit(Event{Kind: EventReply, Reply: r, Outcome: Failure, Level: level})
		}
	}
	m.pending, m.stored = nil, nil
	m.setState(StateClosing, 0)
}

// end applies the effects of an exchange that is over.
func (m *Machine) end(cmd Command, r Reply, out Outcome) {
	m.params.end(cmd, out)
	next, ok := nextState(m.state, cmd.Verb, r.Code)
	if cmd.Verb == "AUTH" && out == Failure {
		ok = false // a code that promises something, and is not what AUTH needs
	}
	tls := m.overTLS()
	m.endSecurity(cmd, r, out)
	if cmd.Verb == "ACCT" && out == Success && m.stored != nil {
		m.resume(*m.stored)
	}
	if !ok {
		return
	}
	switch {
	case next == stateBase:
		m.setState(m.base(), 0)
	case next == StateAwaitTLS && m.mech != nil:
		m.setState(StateAuthenticated, 0) // a mechanism that needs no ADAT (RFC 2228, Section 3)
	case next == StateAwaitTLS:
		m.commands.discard()
		m.setState(StateAwaitTLS, StateAuthenticated)
		m.emit(Event{Kind: EventStartTLS})
	case next == StateAwaitClear && (m.mech != nil || !transport(m.prot.Mechanism)):
		m.prot.step(mechanismDown)
		m.setState(m.cleared(), 0)
	case next == StateAwaitClear:
		m.stopTLS(m.cleared())
	case cmd.Verb == "REIN" && tls && m.cfg.ImplicitTLS:
		// RFC 4217, Section 13 clears TLS because AUTH can bring it back. On the port
		// of implicit TLS nothing can: the connection keeps it and starts again as it
		// was born.
		m.prot.step(tlsUpImplicit)
		m.setState(StateAuthenticated, 0)
	case cmd.Verb == "REIN" && tls:
		m.stopTLS(StateUnauthenticated)
	default:
		m.setState(next, 0)
	}
}

// cleared is where CCC leads to: it keeps the login.
func (m *Machine) cleared() State {
	if m.state == StateAuthenticated {
		return StateUnauthenticated
	}
	return m.state
}

// endSecurity applies what an exchange that is over means for the protection.
func (m *Machine) endSecurity(cmd Command, r Reply, out Outcome) {
	switch {
	case cmd.Verb == "AUTH":
		m.endAuth(cmd, r, out)
	case cmd.Verb == "ADAT" && out == Success:
		m.secured()
	case cmd.Verb == "ADAT" && out == Failure:
		m.mech, m.authName = nil, ""
	case cmd.Verb == "REIN" && out == Success:
		m.params = DefaultParams()
		m.prot.end(cmd, r)
		m.mech, m.authName = nil, ""
	case out == Success:
		m.prot.end(cmd, r)
	}
}

func (m *Machine) endAuth(cmd Command, r Reply, out Outcome) {
	offered := m.offered
	m.offered = nil
	if out != Success && out != Continue {
		return
	}
	m.mech, m.stepped, m.authName = offered, false, strings.ToUpper(strings.TrimSpace(cmd.Arg))
	if out == Continue {
		return
	}
	// RFC 4217, Section 4: the session starts again.
	m.params = DefaultParams()
	m.prot.end(cmd, r)
	if m.mech != nil {
		m.secured()
	}
}

// secured notes that the exchange of a mechanism other than TLS is complete.
func (m *Machine) secured() {
	m.prot.step(mechanismUp)
	m.prot.Mechanism = m.authName
	m.level = LevelClear
	if p, ok := m.mech.(Protector); ok {
		for _, l := range []Level{LevelSafe, LevelPrivate, LevelConfidential} {
			if p.Offers(l) {
				m.level = l
				return
			}
		}
	}
}

// resume goes on with the command that waited for ACCT: the client awaits its
// replies, the server is given it once more.
func (m *Machine) resume(c Command) {
	m.stored = nil
	if m.cfg.Role == RoleServer {
		m.commands.held = &received{cmd: c, level: m.level}
		return
	}
	m.pending = append([]exchange{{cmd: c, diagram: c.diagram(), level: m.sendLevel(), stored: true}}, m.pending...)
}

func (m *Machine) stopTLS(after State) {
	m.commands.discard()
	m.setState(StateAwaitClear, after)
	m.emit(Event{Kind: EventStopTLS})
}
