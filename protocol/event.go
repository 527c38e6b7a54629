package protocol

// An EventKind says what an [Event] reports.
type EventKind uint8

// The kinds. Each says which fields of Event are set.
const (
	// EventReply (client): Reply belongs to Command with Outcome. The zero
	// Command stands for the greeting, or, with code 421, for no command at all.
	EventReply EventKind = iota + 1

	// EventMerged (client): the server answered Command (ABOR) together with an
	// earlier command and will send nothing more for it.
	EventMerged

	// EventCommand (server): Command is due to be carried out and answered with
	// one call of Reply, or several if it has preliminary replies. If Err is set,
	// it must not be carried out: Err is a *SequenceError whose Code is the answer
	// to give, or a *SyntaxError (500).
	EventCommand

	// EventStartTLS: the TLS handshake of the control connection comes next, then
	// TLSEstablished. The client is the TLS client (RFC 4217, Section 7).
	EventStartTLS

	// EventStopTLS: TLS on the control connection is taken down next, then
	// TLSClosed (CCC or REIN; RFC 4217, Sections 5 and 13).
	EventStopTLS

	// EventExtra (client): Reply answers no command and was dropped. It seems to be a
	// second reply to Command. See Leniency.
	EventExtra
)

// String returns the kind's name.
func (k EventKind) String() string {
	names := [...]string{"", "reply", "merged", "command", "start TLS", "stop TLS", "extra"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// An Event is one thing that a machine reports.
type Event struct {
	Kind    EventKind // what happened
	Command Command   // the command that the event is about; the zero Command stands for the greeting
	Reply   Reply     // of EventReply and EventExtra
	Outcome Outcome   // what Reply means for Command; of EventReply
	Err     error     // of EventCommand: why it must not be carried out; nil if it may

	// Level is the level at which a mechanism of RFC 2228 protected the command or the
	// reply itself: by MIC, CONF or ENC, or by 63z. Under TLS it is LevelClear.
	Level Level

	// Leniency names the deviation that was tolerated, as docs/states.md lists them
	// ("extra-reply"). It is "" if there was none. A driver logs it; nothing else depends
	// on it.
	Leniency string
}

// Final reports whether the event ends the exchange of its command.
func (e Event) Final() bool {
	return e.Kind == EventMerged || e.Kind == EventReply && e.Outcome != Wait
}
