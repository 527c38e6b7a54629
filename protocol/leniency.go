package protocol

// The leniencies: deviations of a server that a client's machine tolerates, by the name that
// Event.Leniency has.
const (
	// Replies that no command is waiting for (EventExtra). They are dropped.
	lenientExtraReply    = "extra-reply"          // a second final reply to a command: 500 and 500 to OPTS MLST
	lenientExtraTransfer = "extra-transfer-reply" // a second final reply to a transfer: 226 and 226
	lenientExtraLogin    = "extra-login-reply"    // a second final reply to USER, PASS or ACCT: 230 and 230
	lenientExtraCWD      = "extra-cwd-reply"      // CWD or CDUP answered 200, and 250 later
	lenientExtraGreeting = "extra-greeting"       // a second greeting, which may come after the first command

	// Replies that belong to a command, but not as the RFCs have it (EventReply).
	lenientExtraPreliminary = "extra-preliminary"       // another 1yz after the first; restart markers (110) are none
	lenientNoPreliminary    = "no-preliminary"          // a transfer ended well without a 1yz
	lenientRefusedEarly     = "refused-during-transfer" // ABOR, STAT, NOOP or QUIT was refused while a transfer went on
	lenientAccountWanted    = "account-wanted"          // 332 in place of a file reply: the server has stored the command
	lenientStored           = "stored-command"          // a reply to the command that the server had stored until ACCT
	lenientAuthCode         = "auth-code"               // AUTH for TLS answered 200 or 334 in place of 234; see Config.Lenient
	lenientGreetingText     = "greeting-text"           // lines without a code came before the greeting; see Config.Lenient

	// Replies that did not come (EventMerged).
	lenientMerged = "merged-replies" // one reply stood for a transfer and ABOR
)

// finished is the exchange that ended last, which an extra reply may belong to.
type finished struct {
	exchange
	reply Reply
	set   bool
	extra int  // extra replies that came for it
	doubt bool // its reply may have been an extra of the exchange before it
}

// marks holds the codes that say which command they belong to. Any other code, such as
// 200, may be some server's reply to nearly every command.
var marks = map[Code][]Verb{
	215: {"SYST"},
	221: {"QUIT"},
	226: {"RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", "THMB", "ABOR"},
	227: {"PASV", "CPSV"},
	228: {"LPSV"},
	229: {"EPSV"},
	230: {"USER", "PASS", "ACCT", "REIN"},
	250: {
		"CWD", "CDUP", "XCWD", "XCUP", "SMNT", "DELE", "RMD", "XRMD", "RMDA", "RNTO", "MKD", "XMKD", "MLST", "COMB", "SITE",
		"RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", "THMB", "ABOR",
		"XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512", "MFMT", "MFCT", "MFF",
	},
	257: {"PWD", "XPWD", "MKD", "XMKD"},
}

// greetsNever holds the commands that may come first and are not answered by 220, as HOST
// and REIN are, and SITE and OPEN on the way through an FTP proxy.
var greetsNever = map[Verb]bool{"AUTH": true, "USER": true, "FEAT": true, "SYST": true, "HELP": true, "CLNT": true, "NOOP": true, "PBSZ": true, "LANG": true, "OPTS": true}

// marked reports whether code c says that it answers v, or that it does not. known is
// false if c says neither.
func marked(c Code, v Verb) (is, known bool) {
	verbs, known := marks[c]
	if _, listed := LookupVerb(v); !known || !listed {
		return false, false
	}
	for _, m := range verbs {
		if m == v {
			return true, true
		}
	}
	return false, true
}

// idleExtra judges a reply that came while no command was waiting. If a server answers
// one command twice, both replies mean the same, and the second is dropped. A reply of
// another class shows that an earlier reply was matched with the wrong command.
func (m *Machine) idleExtra(r Reply) error {
	f := &m.last
	switch {
	case !f.set || r.Code.Class() != f.reply.Code.Class():
		return &ViolationError{Reply: r, Reason: "a reply came that no command asked for"}
	case f.doubt && r.Text() != f.reply.Text():
		return &ViolationError{Verb: f.cmd.Verb, Reply: r, Reason: "replies and commands are out of step"}
	}
	return m.dropExtra(r)
}

// lateExtra reports whether r, which came while x waited for its first reply, is a second
// reply to the command before it. The error says that an earlier reply was matched with
// the wrong command.
func (m *Machine) lateExtra(x *exchange, r Reply) (bool, error) {
	f := &m.last
	if !f.set || x.preliminary > 0 || x.cmd.Verb == "" {
		return false, nil
	}
	if x.diagram == DiagramTransfer && (f.diagram == DiagramTransfer || f.diagram == DiagramAbort) && m.begins &&
		r.Code.Class() == 2 && r.Code == f.reply.Code {
		return true, nil // this server begins transfers with a 1yz, and here is none
	}
	if f.cmd.Verb == "" {
		return r.Code == 220 && greetsNever[x.cmd.Verb], nil
	}
	before, known := marked(r.Code, f.cmd.Verb)
	now, _ := marked(r.Code, x.cmd.Verb)
	if !known || !before || now {
		return false, nil
	}
	if _, listed := LookupVerb(x.cmd.Verb); !listed {
		return false, nil
	}
	if r.Code.Class() != f.reply.Code.Class() {
		return false, &ViolationError{Verb: x.cmd.Verb, Reply: r, Reason: "replies and commands are out of step"}
	}
	return true, nil
}

func (m *Machine) dropExtra(r Reply) error {
	f := &m.last
	if f.extra++; f.extra > m.cfg.Limits.extra() {
		return &ViolationError{Verb: f.cmd.Verb, Reply: r, Reason: "more replies to one command than the limit"}
	}
	m.emit(Event{Kind: EventExtra, Command: f.cmd, Reply: r, Leniency: f.leniency(r.Code)})
	return nil
}

// leniency names the extra reply.
func (f *finished) leniency(c Code) string {
	switch f.cmd.Verb {
	case "":
		return lenientExtraGreeting
	case "USER", "PASS", "ACCT":
		return lenientExtraLogin
	case "CWD", "CDUP", "XCWD", "XCUP": // the quirk extra-cwd-reply is of these alone
		if f.reply.Code == 200 && c == 250 {
			return lenientExtraCWD
		}
	}
	if f.diagram == DiagramTransfer || f.diagram == DiagramAbort {
		return lenientExtraTransfer
	}
	return lenientExtraReply
}

// finish notes that x has got its final reply.
func (m *Machine) finish(x exchange, r Reply) {
	switch x.cmd.Verb {
	case "AUTH", "ADAT", "CCC", "REIN", "QUIT":
		// What follows these comes at another level of protection, or not at all.
		m.last = finished{}
		return
	}
	f := finished{exchange: x, reply: r, set: true}
	if p := &m.last; p.set && p.reply.Code == r.Code && p.cmd.Verb == x.cmd.Verb && p.reply.Text() == r.Text() {
		// Perhaps the second reply to the same question, asked about something else.
		f.doubt = true
	}
	m.last = f
}

// Stored returns the command that the server stored until ACCT (332; RFC 959, Section
// 4.1.1). Its replies follow after ACCT has succeeded. If the server does not carry it
// out after all, it must be sent again, which [Machine.Send] allows until the first of
// these replies has come.
func (m *Machine) Stored() (Command, bool) {
	if m.stored != nil {
		return *m.stored, true
	}
	if len(m.pending) > 0 && m.pending[0].stored && m.pending[0].preliminary == 0 {
		return m.pending[0].cmd, true
	}
	return Command{}, false
}
