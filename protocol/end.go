package protocol

import "strings"

// end applies the effects of an exchange that is over.
func (m *Machine) end(cmd Command, r Reply, out Outcome) {
	m.params.end(cmd, out)
	next, ok := nextState(m.state, cmd.Verb, r.Code)
	if cmd.Verb == "AUTH" && out == Failure {
		ok = false // a positive code, but not the one that AUTH needs
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
		// RFC 4217, Section 13 clears TLS because AUTH can bring it back. On the port of
		// implicit TLS nothing can: the connection keeps TLS and starts again in its
		// first state.
		m.prot.step(tlsUpImplicit)
		m.setState(StateAuthenticated, 0)
	case cmd.Verb == "REIN" && tls:
		m.stopTLS(StateUnauthenticated)
	default:
		m.setState(next, 0)
	}
}

// cleared is the state after CCC, which keeps the login.
func (m *Machine) cleared() State {
	if m.state == StateAuthenticated {
		return StateUnauthenticated
	}
	return m.state
}

// endSecurity applies the effects of an exchange that is over on the protection.
func (m *Machine) endSecurity(cmd Command, r Reply, out Outcome) {
	switch {
	case cmd.Verb == "AUTH":
		m.endAuth(cmd, r, out)
	case cmd.Verb == "ADAT" && out == Success:
		m.params = defaultParams()
		m.secured()
	case cmd.Verb == "ADAT" && out == Failure:
		m.mech, m.authName = nil, ""
	case cmd.Verb == "REIN" && out == Success:
		m.params = defaultParams()
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
	m.params = defaultParams()
	m.prot.end(cmd, r)
	if m.mech != nil {
		m.secured()
	}
}

// secured notes that the exchange of a mechanism other than TLS is complete.
func (m *Machine) secured() {
	m.prot.step(mechanismUp)
	m.prot.Mechanism = m.authName
	m.level, m.transfers = LevelClear, 0
	if p, ok := m.mech.(Protector); ok {
		for _, l := range []Level{LevelSafe, LevelPrivate, LevelConfidential} {
			if p.Offers(l) {
				m.level = l
				return
			}
		}
	}
}

// resume goes on with the command that waited for ACCT: the client waits for its replies,
// and the server gets the command once more.
func (m *Machine) resume(c Command) {
	m.stored = nil
	if m.cfg.Role == RoleServer {
		m.commands.held = &received{cmd: c, level: m.level}
		return
	}
	x := exchange{cmd: c, diagram: c.diagram(), level: m.sendLevel(), stored: true}
	m.count(x)
	m.pending = append([]exchange{x}, m.pending...)
}

func (m *Machine) stopTLS(after State) {
	m.commands.discard()
	m.setState(StateAwaitClear, after)
	m.emit(Event{Kind: EventStopTLS})
}
