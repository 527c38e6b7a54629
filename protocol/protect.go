package protocol

// ProtectCommands (client) chooses how commands are sent from now on: as MIC (LevelSafe),
// CONF (LevelConfidential) or ENC (LevelPrivate), or as they are (LevelClear). It needs a
// complete security exchange with a [Protector]. After that exchange, and until
// ProtectCommands is called, commands are sent as MIC if the mechanism has that. The
// error is a *[ProtectionError]; then nothing has changed.
func (m *Machine) ProtectCommands(l Level) error {
	p, ok := m.protector()
	if l != LevelClear && (!ok || !p.Offers(l)) {
		return noLevel(l)
	}
	m.level = l
	return nil
}

// sendLevel is the level that a client's commands go out with.
func (m *Machine) sendLevel() Level {
	if _, ok := m.protector(); !ok {
		return LevelClear
	}
	return m.level
}

// openReply takes the protection off a reply (RFC 2228, Section 5.2).
func (m *Machine) openReply(r Reply) (Reply, Level, error) {
	p, ok := m.protector()
	if !ok {
		return r, LevelClear, nil // a 63z without a security exchange is judged as it is
	}
	inner, level, err := r.unprotect(p, m.cfg.Limits)
	switch {
	case err != nil:
		return r, level, &ViolationError{Verb: m.waiting(), Reply: r, Reason: "a protected reply cannot be opened: " + err.Error()}
	case len(m.pending) == 0 || level.Covers(m.pending[0].level), level == LevelClear && unopened(r.Code):
		return inner, level, nil
	case level == LevelClear:
		return r, level, &ViolationError{Verb: m.waiting(), Reply: r, Reason: "a protected command was answered without protection"}
	}
	return r, level, &ViolationError{Verb: m.waiting(), Reply: r, Reason: "the reply is protected less than the command was"}
}

// unopened reports whether c may answer a protected command in clear text. Such a code
// comes from a server that could not open the command, or refuses to, and says nothing
// about what the command asks for. Anybody on the way may have forged any other reply.
// That includes refusals, which have a meaning too: for example, that there is no such
// file.
func unopened(c Code) bool {
	switch c {
	case 421, 431, 503, 533, 535, 537:
		return true
	}
	return false
}

// protectReply returns r at the level that its command came with.
func (m *Machine) protectReply(r Reply) (Reply, error) {
	p, ok := m.protector()
	if !ok {
		return r, nil
	}
	level := m.level
	if len(m.pending) > 0 {
		level = m.pending[0].level
	}
	return r.protect(p, level)
}

// overTLS reports whether TLS protects the control connection.
func (m *Machine) overTLS() bool {
	return m.prot.Secured() && m.mech == nil && transport(m.prot.Mechanism)
}

// openCommand takes the protection off a command (RFC 2228, Section 3). One that
// cannot be opened keeps its verb, MIC, CONF or ENC.
func (m *Machine) openCommand(c Command, fault error) received {
	p, ok := m.protector()
	if fault != nil || !ok || c.Verb.level() == LevelClear {
		return received{cmd: c, fault: fault}
	}
	inner, level, err := c.unprotect(p)
	if e, is := err.(*ProtectionError); is {
		err = &SequenceError{Verb: c.Verb, State: m.state, Code: e.Code, Reason: e.Reason}
	}
	if err != nil {
		return received{cmd: c, fault: err}
	}
	return received{cmd: inner, level: level}
}
