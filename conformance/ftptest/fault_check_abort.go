package ftptest

// checkAbortFaults are defects of ABOR, and of STAT during a transfer.
func checkAbortFaults() []deviation {
	return []deviation{
		aborting("abor-idle-426", "ABOR with nothing to abort is answered with 426", true, func(_ *session, r *outgoing) {
			r.wire = []byte("426 Nothing\r\n")
		}),
		aborting("abor-idle-twice", "ABOR with nothing to abort is answered twice", true, double),
		aborting("abor-single-reply", "ABOR during a transfer gets no reply of its own", false, drop),
		aborting("abor-225-second", "ABOR during a transfer is answered with 225", false, func(_ *session, r *outgoing) {
			r.wire = []byte("225 Aborted\r\n")
		}),
		aborLate(),
		{name: "abor-keeps-listener", doc: "ABOR leaves a passive port open",
			command: instead("ABOR", func(s *session, _ string) bool { return s.transfer == nil }, says(226, "Aborted"))},
		{name: "stat-kills-transfer", doc: "STAT ends a transfer that is under way",
			command: onCommand("STAT", func(s *session, _ string) bool {
				if s.transfer != nil {
					s.transfer.cancel()
				}
				return false
			})},
	}
}

// aborting returns a fault of the reply to ABOR, either with nothing to abort or
// during a transfer.
func aborting(name Fault, doc string, idle bool, f func(*session, *outgoing)) deviation {
	var was memory[bool]
	return deviation{
		name: name, doc: doc,
		command: onCommand("ABOR", func(s *session, _ string) bool { *was.of(s) = s.transfer == nil; return false }),
		reply: func(s *session, r *outgoing) {
			if r.verb == "ABOR" && *was.of(s) == idle {
				f(s, r)
			}
		},
	}
}

// aborLate returns a fault under which the next command overtakes the reply to ABOR.
func aborLate() deviation {
	var held memory[[]byte]
	d := aborting("abor-226-late", "the reply to ABOR comes after that to the next command", false, func(s *session, r *outgoing) {
		*held.of(s), r.wire = r.wire, nil
	})
	hold := d.reply
	d.reply = func(s *session, r *outgoing) {
		if late := *held.of(s); late != nil {
			r.wire = append(r.wire, late...)
			*held.of(s) = nil
			return
		}
		hold(s, r)
	}
	return d
}
