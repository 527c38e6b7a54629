package protocol

import "slices"

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
	m.count(x)
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
	code := r.Code
	if m.beginsTLS(x, code) {
		code = 234
	}
	out := x.judge(code, m.cfg.Limits.preliminary())
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
		m.emit(Event{Kind: EventReply, Command: x.cmd, Reply: r, Outcome: out, Level: level, Leniency: m.leniency(x, r.Code, out, guessed, wanted)})
	}
	if out == Wait {
		m.begins = m.begins || x.diagram == DiagramTransfer
		return nil
	}
	if client {
		m.finish(x, r)
	}
	r.Code = code
	m.end(x.cmd, r, out)
	if wanted {
		m.stored = new(x.cmd)
	}
	return nil
}

// beginsTLS reports whether c stands for the 234 to an AUTH that names TLS. It is the
// handshake that shows whether the server means it, and it can only fail.
func (m *Machine) beginsTLS(x exchange, c Code) bool {
	return m.cfg.Lenient && x.cmd.Verb == "AUTH" && x.cmd.Arg != "" && transport(x.cmd.Arg) && (c == 200 || c == 334)
}

// leniency names what the reply just judged is forgiven.
func (m *Machine) leniency(x exchange, c Code, out Outcome, guessed, wanted bool) string {
	switch {
	case m.beginsTLS(x, c):
		return lenientAuthCode
	case x.cmd.Verb == "" && out != Wait && m.reader.preface != nil:
		return lenientGreetingText
	case wanted:
		return lenientAccountWanted
	case guessed:
		return lenientRefusedEarly
	case x.stored:
		return lenientStored
	case out == Wait && x.repeated:
		return lenientExtraPreliminary
	case out == Success && x.diagram == DiagramTransfer && x.preliminary == 0:
		return lenientNoPreliminary
	}
	return ""
}

// wantsAccount reports whether c is the 332 that may stand in place of any reply to a
// command of a user who is logged in (RFC 959, Section 4.1.1): the server keeps the
// command until ACCT. To the sender, the command counts as failed for now.
func (m *Machine) wantsAccount(x exchange, c Code) bool {
	info, _ := LookupVerb(x.cmd.Verb)
	return c == 332 && m.state == StateAuthorized && info.states == loggedIn
}

// owner returns the index of the exchange that a reply belongs to. That is the oldest
// one, except for the races that RFC 959 leaves open around ABOR, STAT, NOOP and QUIT
// while a transfer runs. It ends the exchanges that the reply shows to be over. guessed
// reports that, by its code alone, the reply could also be the transfer's.
func (m *Machine) owner(c Code) (i int, guessed bool) {
	head := m.pending[0]
	if head.diagram == DiagramAbort {
		// A server that had finished the transfer may answer it and ABOR with one reply.
		// The 200 of a NOOP sent after ABOR shows that no other reply will come.
		if c == 200 && len(m.pending) > 1 && m.pending[1].cmd.Verb == "NOOP" {
			m.merge(0)
		}
		return 0, false
	}
	if (head.cmd.Verb == "NOOP" || head.cmd.Verb == "STAT") && c == 257 && len(m.pending) > 1 && m.pending[1].cmd.Verb == "PWD" {
		// The same for a command that was sent during a transfer and is not answered after it.
		m.merge(0)
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
		// The transfer was accepted, so the refusal is not about it.
		return 1, true
	}
	return 0, false
}

// refusesQuery reports whether c says that a command was not understood, not implemented
// or out of sequence. That can't be the end of a transfer that had begun.
func refusesQuery(c Code) bool { return c >= 500 && c <= 504 || c == 530 }

// merge ends exchange i, which will get no reply of its own.
func (m *Machine) merge(i int) {
	cmd := m.pending[i].cmd
	m.pending = slices.Delete(m.pending, i, i+1)
	if m.cfg.Role == RoleClient {
		m.emit(Event{Kind: EventMerged, Command: cmd, Outcome: Failure, Leniency: lenientMerged})
	}
	m.params.end(cmd, Failure)
}

// hangUp handles 421, which may take the place of any reply, or come alone just before
// the server closes the connection (RFC 959, Section 4.2.1). No other reply will follow.
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
