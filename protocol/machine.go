package protocol

// A Role is the side of the control connection that a machine stands on.
type Role uint8

// The roles of RFC 959, Section 2.2.
const (
	RoleClient Role = iota // user-PI: sends commands, reads replies
	RoleServer             // server-PI: reads commands, sends replies
)

// A Config configures a Machine. The zero Config is a client with explicit
// security and the default limits.
type Config struct {
	Role   Role   // the side of the connection. If zero, the client.
	Limits Limits // of what the peer may send. If zero, the defaults of each.

	// StrictReplies and LooseReplies are Strict and Loose of the [ReplyReader].
	StrictReplies, LooseReplies bool

	// ImplicitTLS says that TLS comes before the greeting (port 990), and that
	// data connections are private from the start.
	ImplicitTLS bool

	// Lenient makes a client bear two things that servers do before the login: lines
	// without a code before the greeting, and 200 or 334 in place of 234 to an AUTH that
	// names TLS. TLS begins then as after 234; what follows in clear is an error as ever.
	Lenient bool

	// Mechanism returns a new instance of the security mechanism that AUTH names, in
	// capitals: one for each exchange. It returns [TLS] for the names of TLS, and nil
	// for what it does not know. If Mechanism is nil, there is TLS alone.
	Mechanism func(name string) Mechanism

	// Buffer is the largest block of protected data that a server can take, in bytes,
	// which PBSZ may reduce. If zero, it is 1 MiB. TLS has no blocks.
	Buffer uint32
}

func (c *Config) buffer() uint32 {
	if c.Buffer == 0 {
		return 1 << 20
	}
	return c.Buffer
}

// A Machine is the state of one control connection. It is not safe for
// concurrent use. The zero Machine is not ready: use [NewMachine].
type Machine struct {
	cfg      Config
	state    State
	after    State // where AwaitTLS and AwaitClear lead to
	prot     Protection
	params   Params
	reader   ReplyReader   // client
	commands commandReader // server
	pending  []exchange    // FIFO: replies belong to the first
	events   []Event
	err      error

	last   finished // client: the exchange before the pending ones
	begins bool     // client: the server has begun a transfer with a 1yz
	early  bool     // client: the reply that has begun came before the command
	stored *Command // waits for ACCT

	offered  Mechanism // what the AUTH in flight would begin
	mech     Mechanism // the exchange under way or complete; nil: none, or TLS
	authName string    // as AUTH gave it, in capitals
	stepped  bool      // client: its side of the exchange is complete
	level    Level     // client: that commands go out with; server: that the last one came with

	transfers uint64 // transfer commands since the exchange was complete
}

// NewMachine returns a machine at the beginning of a connection: it waits for the
// greeting, and with implicit TLS for the handshake before it.
func NewMachine(cfg Config) *Machine {
	m := &Machine{cfg: cfg, params: defaultParams()}
	m.reader = ReplyReader{Limits: cfg.Limits, telnet: telnet{refuse: true}, prefaced: cfg.Lenient, Strict: cfg.StrictReplies, Loose: cfg.LooseReplies}
	m.commands = commandReader{limit: cfg.Limits.commandBytes(), protected: cfg.Limits.protectedBytes(), telnet: telnet{refuse: true}}
	m.pending = []exchange{{diagram: DiagramWait}}
	if cfg.ImplicitTLS {
		m.setState(StateAwaitTLS, StateAwaitGreeting)
		m.emit(Event{Kind: EventStartTLS})
	}
	return m
}

// State returns where the session stands.
func (m *Machine) State() State { return m.state }

// Params returns the transfer parameters in force.
func (m *Machine) Params() Params { return m.params }

// Protection returns the security state.
func (m *Machine) Protection() Protection { return m.prot }

// Pending returns the number of commands whose final reply is due, the greeting
// counted as one.
func (m *Machine) Pending() int { return len(m.pending) }

// Err returns the error that ended the connection, or nil.
func (m *Machine) Err() error { return m.err }

// Preface returns what came in place of the greeting so far, as the *[SyntaxError] that it
// is if no greeting follows. It is nil if nothing came, or the greeting is in.
func (m *Machine) Preface() error {
	if m.reader.prefaced && m.reader.preface != nil {
		return m.reader.preface
	}
	return nil
}

// Next returns the next event.
func (m *Machine) Next() (Event, bool) {
	if len(m.events) == 0 {
		return Event{}, false
	}
	e := m.events[0]
	m.events = m.events[1:]
	return e, true
}

// Output returns bytes that the machine itself wants to send: refusals of the Telnet
// options that the peer proposes, on both sides (RFC 854; RFC 1123, Section 4.1.2.12). It
// is usually nil. The size of the bytes that are not fetched is bounded.
func (m *Machine) Output() []byte {
	t := &m.reader.telnet
	if m.cfg.Role == RoleServer {
		t = &m.commands.telnet
	}
	b := t.answers
	t.answers = nil
	return b
}

// Receive takes bytes from the peer, cut anywhere. If there is an error, the events of
// the bytes before it are still there. On a client the error, a *[SyntaxError] or
// *[ViolationError], ends the connection and is returned for ever after; a server's
// machine reports bad commands as events and returns an error only if bytes come where
// TLS must.
func (m *Machine) Receive(b []byte) error {
	if err := m.over(""); err != nil {
		return err
	}
	if m.cfg.Role == RoleServer {
		return m.receiveCommands(b)
	}
	return m.receiveReplies(b)
}

func (m *Machine) receiveReplies(b []byte) error {
	for len(b) > 0 {
		switch m.state {
		case StateAwaitTLS:
			// RFC 4217, Section 4: TLS begins right after the 234. Text that an
			// attacker slipped in between would pass for text protected by TLS.
			return m.fail(&ViolationError{Verb: "AUTH", Reason: "bytes in clear follow where the TLS handshake must begin"})
		case StateAwaitClear:
			return m.fail(&ViolationError{Verb: "CCC", Reason: "a reply follows before TLS was taken down"})
		}
		n, r, ok, err := m.reader.Feed(b)
		b = b[n:]
		if err != nil {
			return m.fail(err)
		}
		if !ok {
			return nil
		}
		r, level, err := m.openReply(r)
		if err == nil {
			err = m.settle(r, level)
		}
		if err != nil {
			return m.fail(err)
		}
	}
	return nil
}

// waiting returns the verb of the oldest exchange, "" if there is none.
func (m *Machine) waiting() Verb {
	if len(m.pending) == 0 {
		return ""
	}
	return m.pending[0].cmd.Verb
}

// Send encodes a command for the wire and expects its replies from now on.
// The error is an *[ArgumentError] or a *[SequenceError], after which nothing has
// changed, or the error that ended the connection: a *[ViolationError] now if the
// beginning of a reply is there that no command asked for.
func (m *Machine) Send(c Command) ([]byte, error) {
	if m.cfg.Role != RoleClient {
		panic("protocol: BUG: Send on a server's machine")
	}
	if err := m.over(c.Verb); err != nil {
		return nil, err
	}
	wire, err := c.Append(nil)
	if err != nil {
		return nil, err
	}
	c.Verb = c.Verb.upper() // the wire carries it as given
	if err := m.check(c); err != nil {
		return nil, err
	}
	if p, ok := m.protector(); ok {
		protected, err := c.protect(p, m.level)
		if err != nil {
			return nil, err
		}
		if wire, err = protected.Append(nil); err != nil {
			return nil, err
		}
	}
	if len(m.pending) == 0 && m.reader.unasked() {
		if !m.last.set {
			return nil, m.fail(&ViolationError{Verb: c.Verb, Reason: "a reply had begun before the command was sent"})
		}
		m.early = true // a second reply to the command before; it is judged when it is complete
	}
	if len(m.pending) == 1 && m.pending[0].stored {
		m.pending = nil // sent again: the server had not kept it
		m.transfers--
	}
	m.begin(c)
	return wire, nil
}

// Reply encodes a reply for the wire; it belongs to the oldest unanswered command
// or, with code 421, to none. A reply that the command's diagram excludes is a
// *[SequenceError] and changes nothing.
func (m *Machine) Reply(r Reply) ([]byte, error) {
	if m.cfg.Role != RoleServer {
		panic("protocol: BUG: Reply on a client's machine")
	}
	if err := m.over(""); err != nil {
		return nil, err
	}
	if (m.state == StateAwaitTLS || m.state == StateAwaitClear) && r.Code != 421 {
		return nil, &SequenceError{State: m.state, Code: r.Code, Reason: "no reply can be given before TLS begins or ends"}
	}
	wire, err := m.protectReply(r)
	if err != nil {
		return nil, err
	}
	if err := m.settle(r, LevelClear); err != nil {
		return nil, &SequenceError{Verb: m.waiting(), State: m.state, Code: r.Code, Reason: "no such reply is due"}
	}
	m.deliver()
	return wire.Append(nil), nil
}

// TLSEstablished says that the TLS handshake of the control connection is done.
// Everything known from before it is void (RFC 4217, Section 4).
func (m *Machine) TLSEstablished() {
	if m.state != StateAwaitTLS {
		panic("protocol: BUG: TLS established in state " + m.state.String())
	}
	if m.after == StateAwaitGreeting {
		m.prot.step(tlsUpImplicit)
	} else {
		m.prot.step(tlsUp)
		m.prot.Mechanism = mechanismTLS
		m.last = finished{reply: Reply{Code: 220}, set: true} // some servers greet again here, too
	}
	m.setState(m.after, 0)
}

// TLSClosed says that TLS was taken down on the control connection.
func (m *Machine) TLSClosed() {
	if m.state != StateAwaitClear {
		panic("protocol: BUG: TLS closed in state " + m.state.String())
	}
	m.prot.step(tlsDown)
	m.setState(m.after, 0)
}

// Close ends the connection. err is what later calls return; if nil, they return
// a *[SequenceError] for state Closed. Commands in flight get no event.
func (m *Machine) Close(err error) {
	if m.err == nil {
		m.err = err
	}
	m.setState(StateClosed, 0)
	m.pending, m.stored = nil, nil
}

// over returns the error of a connection that has ended, or nil.
func (m *Machine) over(verb Verb) error {
	if m.err == nil && m.state == StateClosed {
		return &SequenceError{Verb: verb.shown(), State: m.state, Code: 421, Reason: "the connection is closed"}
	}
	return m.err
}

func (m *Machine) fail(err error) error {
	m.Close(err)
	return err
}

// setState is the only assignment to the state.
func (m *Machine) setState(s, after State) {
	m.state, m.after = s, after
}

func (m *Machine) emit(e Event) { m.events = append(m.events, e) }

// base is the state of a session without a login.
func (m *Machine) base() State {
	if m.prot.Secured() {
		return StateAuthenticated
	}
	return StateUnauthenticated
}
