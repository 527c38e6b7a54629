package protocol

// check reports whether c may be sent, or carried out, now. The error is a
// *[SequenceError] whose Code is what a server answers.
func (m *Machine) check(c Command) error {
	illegal := func(code Code, reason string) error {
		return &SequenceError{Verb: c.Verb.shown(), State: m.state, Code: code, Reason: reason}
	}
	switch m.state {
	case StateAwaitGreeting:
		return illegal(503, "the server has not greeted yet")
	case StateAwaitTLS:
		return illegal(503, "the TLS handshake comes first")
	case StateAwaitClear:
		return illegal(503, "TLS is being taken down")
	case StateClosing, StateClosed:
		return illegal(421, "the connection is closing")
	}
	if m.cfg.Role == RoleClient && !m.mayPipeline(c) {
		return illegal(503, "a command is in flight that must be answered first")
	}
	info, _ := LookupVerb(c.Verb)
	if !info.states.has(m.state) {
		return illegal(m.refusal(info))
	}
	if code, reason := m.checkSecurity(c); code != 0 {
		return illegal(code, reason)
	}
	return m.checkSequence(c, illegal)
}

// refusal returns how a verb is refused that the session state does not allow.
func (m *Machine) refusal(info VerbInfo) (Code, string) {
	switch {
	case info.Verb == "PASS" && m.state == StateAuthorized:
		return 503, "already logged in"
	case info.Verb == "PASS":
		return 503, "USER must come first"
	case info.Verb == "ACCT":
		return 503, "no account was asked for"
	case info.Verb == "HOST":
		return 503, "HOST must come before the login"
	case info.Verb == "ADAT":
		return 503, "no security exchange is under way"
	case info.Verb == "CCC":
		return 533, "the control connection is not protected" // RFC 4217, Section 5
	case info.states == protected:
		return 503, "a security exchange (AUTH) must come first"
	case info.states == loggedIn && m.state != StateAuthorized:
		return 530, "not logged in"
	}
	return 503, "not in this state"
}

// checkSecurity enforces the order of commands in RFC 2228, Section 3 and RFC 4217.
func (m *Machine) checkSecurity(c Command) (Code, string) {
	g := m.prot.Control
	switch c.Verb {
	case "AUTH":
		if g == GuardCleared {
			return 534, "CCC took the protection down for the rest of the session"
		}
		if g != GuardClear {
			return 503, "the control connection is protected already"
		}
	case "PBSZ":
		if g == GuardClear || g == GuardCleared {
			return 503, "a security exchange (AUTH) must come first"
		}
	case "PROT":
		switch g {
		case GuardClear, GuardCleared:
			return 503, "a security exchange (AUTH) must come first"
		case GuardSecured:
			return 503, "PBSZ must come first"
		}
		if l, ok := parseLevel(c.Arg); m.cfg.Role == RoleClient && ok && !m.offersData(l) {
			return 536, "the mechanism does not have this level" // the data would be read as it is
		}
	case "CCC":
		if !m.prot.Secured() {
			return 533, "the control connection is not protected"
		}
		if _, ok := m.protector(); ok && m.level == LevelClear {
			return 533, "the command itself must be protected" // RFC 2228, Section 3
		}
	case "MIC", "CONF", "ENC":
		return m.checkEnclosed(c.Verb)
	}
	return 0, ""
}

// checkEnclosed judges a protected command that nobody has opened.
func (m *Machine) checkEnclosed(v Verb) (Code, string) {
	switch _, ok := m.protector(); {
	case !m.prot.Secured():
		return 503, "a security exchange (AUTH) must come first"
	case !ok:
		return 537, "the mechanism does not protect single commands"
	case m.cfg.Role == RoleClient:
		return 503, string(v) + " is made of other commands, see ProtectCommands"
	}
	return 0, ""
}

func (m *Machine) checkSequence(c Command, illegal func(Code, string) error) error {
	switch c.Verb {
	case "RNTO":
		if m.params.RenameFrom == "" {
			return illegal(503, "RNFR must come first")
		}
	case "PORT", "PASV", "EPRT", "LPRT", "LPSV", "CPSV":
		if m.params.EPSVAll {
			return illegal(503, "EPSV ALL excludes it")
		}
	}
	return nil
}

// mayPipeline reports whether c may be sent while earlier commands are unanswered.
// RFC 959 has servers queue commands, but a command whose reply changes what may
// follow must be answered first. While a transfer runs, those that ask about it or
// end it may be sent.
func (m *Machine) mayPipeline(c Command) bool {
	if m.resends(c) {
		return true
	}
	for i, x := range m.pending {
		switch x.cmd.Verb {
		case "USER", "PASS", "ACCT", "REIN", "AUTH", "ADAT", "CCC", "QUIT", "HOST":
			return false // whatever diagram the caller gave them
		}
		switch x.diagram {
		case DiagramOneReply, DiagramOpen, DiagramEnclosed:
		case DiagramTransfer:
			if i != 0 {
				return false
			}
			switch c.Verb {
			case "ABOR", "STAT", "NOOP", "QUIT":
			default:
				return false
			}
		case DiagramAbort:
			if c.Verb != "NOOP" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// resends reports whether c is the command that the server had promised to carry out
// after ACCT. It is sent again because the server did not.
func (m *Machine) resends(c Command) bool {
	if len(m.pending) != 1 {
		return false
	}
	x := m.pending[0]
	return x.stored && x.preliminary == 0 && x.cmd.Verb == c.Verb && x.cmd.Arg == c.Arg
}
