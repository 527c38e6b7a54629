package protocol

import "slices"

// begin puts a command into the FIFO.
func (m *Machine) begin(c Command) {
	m.params.begin(c)
	m.pending = append(m.pending, exchange{cmd: c, diagram: c.diagram()})
}

// settle applies a reply, read or about to be written, to the exchange that it
// belongs to. An error leaves everything as it was.
func (m *Machine) settle(r Reply) error {
	if r.Code == 421 {
		m.hangUp(r)
		return nil
	}
	i := m.owner(r.Code)
	if i < 0 {
		return &ViolationError{Reply: r, Reason: "a reply came that no command asked for"}
	}
	x := m.pending[i]
	out := x.judge(r.Code, m.cfg.Limits.preliminary())
	if out == Violation {
		return &ViolationError{Verb: x.cmd.Verb, Reply: r, Reason: "a reply of this class cannot answer the command"}
	}
	m.pending[i] = x
	if out != Wait {
		m.pending = slices.Delete(m.pending, i, i+1)
	}
	if m.cfg.Role == RoleClient {
		m.emit(Event{Kind: EventReply, Command: x.cmd, Reply: r, Outcome: out})
	}
	if out != Wait {
		m.end(x.cmd, r.Code, out)
	}
	return nil
}

// owner returns the index of the exchange that a reply belongs to: the oldest,
// but for the races that RFC 959 leaves open around ABOR, STAT, NOOP and QUIT while
// a transfer runs. It settles what a reply shows to be over; -1 means nobody's.
func (m *Machine) owner(c Code) int {
	if len(m.pending) == 0 {
		return -1
	}
	head := m.pending[0]
	if head.diagram == DiagramAbort {
		// A server that had done with the transfer may answer it and ABOR with one
		// reply. The 200 of a NOOP sent behind shows that no other will come.
		if c == 200 && len(m.pending) > 1 && m.pending[1].cmd.Verb == "NOOP" {
			m.merge(0)
		}
		return 0
	}
	if head.diagram != DiagramTransfer {
		return 0
	}
	for i, x := range m.pending[1:] {
		switch {
		case x.cmd.Verb == "STAT" && c >= 211 && c <= 213,
			x.cmd.Verb == "NOOP" && c == 200,
			x.cmd.Verb == "QUIT" && c == 221:
			return i + 1
		case x.diagram == DiagramAbort && c == 225:
			// "Data connection open, no transfer in progress": there was none, or
			// it was dropped without a reply of its own.
			m.merge(0)
			return i
		}
	}
	return 0
}

// merge ends exchange i, for which no reply of its own will come.
func (m *Machine) merge(i int) {
	cmd := m.pending[i].cmd
	m.pending = slices.Delete(m.pending, i, i+1)
	if m.cfg.Role == RoleClient {
		m.emit(Event{Kind: EventMerged, Command: cmd, Outcome: Failure})
	}
	m.params.end(cmd, Failure)
}

// hangUp handles 421, which may stand in place of any reply, or come alone just
// before the server closes (RFC 959, Section 4.2.1). Nothing else will follow.
func (m *Machine) hangUp(r Reply) {
	if m.cfg.Role == RoleClient {
		for _, x := range m.pending {
			m.emit(Event{Kind: EventReply, Command: x.cmd, Reply: r, Outcome: Failure})
		}
		if len(m.pending) == 0 {
			m.emit(Event{Kind: EventReply, Reply: r, Outcome: Failure})
		}
	}
	m.pending = nil
	m.setState(StateClosing, 0)
}

// end applies the effects of an exchange that is over.
func (m *Machine) end(cmd Command, c Code, out Outcome) {
	m.params.end(cmd, out)
	next, ok := nextState(m.state, cmd.Verb, c)
	secured := m.prot.Secured()
	if out == Success {
		switch {
		case cmd.Verb == "AUTH" && c == 234, cmd.Verb == "REIN":
			// RFC 4217, Sections 4 and 13: the session starts again.
			m.params = DefaultParams()
			m.prot.end(cmd)
		case cmd.Verb != "AUTH":
			m.prot.end(cmd)
		}
	}
	if !ok {
		return
	}
	switch {
	case next == stateBase:
		m.setState(m.base(), 0)
	case next == StateAwaitTLS:
		m.commands.discard()
		m.setState(StateAwaitTLS, StateAuthenticated)
		m.emit(Event{Kind: EventStartTLS})
	case next == StateAwaitClear:
		after := m.state // CCC keeps the login
		if after == StateAuthenticated {
			after = StateUnauthenticated
		}
		m.stopTLS(after)
	case cmd.Verb == "REIN" && secured:
		m.stopTLS(StateUnauthenticated)
	default:
		m.setState(next, 0)
	}
}

func (m *Machine) stopTLS(after State) {
	m.commands.discard()
	m.setState(StateAwaitClear, after)
	m.emit(Event{Kind: EventStopTLS})
}
