package protocol

// A Guard is the protection of the control connection, step by step.
type Guard uint8

// The steps (RFC 2228, Section 3; RFC 4217). The zero value is a clear connection.
const (
	GuardClear   Guard = iota // no security exchange has taken place
	GuardSecured              // TLS is up, or another mechanism's exchange is complete
	GuardSized                // PBSZ was accepted: PROT may follow
	GuardCleared              // the protection was taken down again by CCC
	guardCount
)

// String returns the step's name.
func (g Guard) String() string {
	names := [...]string{"Clear", "Secured", "Sized", "Cleared"}
	if int(g) < len(names) {
		return names[g]
	}
	return "unknown"
}

// A Level is a level of protection: of data connections (PROT), and of commands
// and replies where the mechanism protects messages (RFC 2228, Section 3).
type Level byte

// The levels. The zero value is LevelClear. TLS knows the first and the last.
const (
	LevelClear        Level = 0   // PROT C
	LevelSafe         Level = 'S' // integrity: PROT S, MIC, 631
	LevelConfidential Level = 'E' // confidentiality: PROT E, CONF, 633
	LevelPrivate      Level = 'P' // both: PROT P, ENC, 632
)

// String returns the level's name.
func (l Level) String() string {
	switch l {
	case LevelClear:
		return "clear"
	case LevelSafe:
		return "safe"
	case LevelConfidential:
		return "confidential"
	case LevelPrivate:
		return "private"
	}
	return "unknown"
}

// Covers reports whether level l gives the protection that level want demands. Levels S
// and E give different protection: neither covers the other.
func (l Level) Covers(want Level) bool {
	return l == want || want == LevelClear || l == LevelPrivate
}

// parseLevel reads the argument of PROT, in either case.
func parseLevel(arg string) (Level, bool) {
	if len(arg) != 1 {
		return 0, false
	}
	switch l := Level(upperByte(arg)); l {
	case 'C':
		return LevelClear, true
	case LevelSafe, LevelConfidential, LevelPrivate:
		return l, true
	}
	return 0, false
}

// Protection is the security state of a session.
type Protection struct {
	Control Guard // of the control connection
	Data    Level // of data connections, as PROT set it

	// Mechanism is the name that the accepted AUTH gave, in capitals; "TLS" where
	// TLS came with the port. It is "" before a security exchange.
	Mechanism string

	// Buffer is the largest protected block of data that PBSZ has settled, in bytes:
	// the smaller of the argument and the "PBSZ=n" of the reply. TLS has 0.
	Buffer uint32
}

// Secured reports whether the control connection is protected: TLS is up on it, or
// the exchange of a mechanism that protects messages is complete.
func (p Protection) Secured() bool { return p.Control == GuardSecured || p.Control == GuardSized }

// Events that change the protection and are not replies.
const (
	tlsUp         Verb = "(TLS established)"
	tlsUpImplicit Verb = "(implicit TLS established)"
	tlsDown       Verb = "(TLS taken down)"
	mechanismUp   Verb = "(exchange complete)"
	mechanismDown Verb = "(messages in clear)"
)

// A guarding is a row of the protection table: from a step, a command that succeeded (or
// one of the events above) leads to the next.
type guarding struct {
	from  Guard
	event Verb
	next  Guard
	cause string
}

// guardings is the protection table. A pair that no row holds changes nothing.
var guardings = [...]guarding{
	{GuardClear, tlsUp, GuardSecured, "4217 4"},
	{GuardClear, tlsUpImplicit, GuardSized, "draft-murray-auth-ftp-ssl 4.2: the port implies PBSZ 0"},
	{GuardClear, mechanismUp, GuardSecured, "2228 3: 235 to ADAT, or 234 to an AUTH that needs none"},
	{GuardSecured, "PBSZ", GuardSized, "2228 3"},
	{GuardSecured, tlsDown, GuardCleared, "4217 5"},
	{GuardSized, tlsDown, GuardCleared, "4217 5: data protection stays as it was"},
	{GuardSecured, mechanismDown, GuardCleared, "2228 3: CCC"},
	{GuardSized, mechanismDown, GuardCleared, "2228 3: CCC"},
	{GuardSecured, "AUTH", GuardClear, "2228 3: everything starts again"},
	{GuardSized, "AUTH", GuardClear, "2228 3"},
	{GuardSecured, "REIN", GuardClear, "4217 13"},
	{GuardSized, "REIN", GuardClear, "4217 13"},
	{GuardCleared, "REIN", GuardClear, "4217 13"},
}

// step moves the guard, and what belongs to it where a row starts afresh.
func (p *Protection) step(event Verb) {
	for _, g := range guardings {
		if g.from != p.Control || g.event != event {
			continue
		}
		p.Control = g.next
		switch event {
		case "AUTH", "REIN":
			*p = Protection{Control: g.next}
		case tlsUp, mechanismUp:
			p.Data = LevelClear // RFC 4217, Section 9: clear until PROT says otherwise
		case tlsUpImplicit:
			p.Data, p.Mechanism = LevelPrivate, mechanismTLS
		}
		return
	}
}

// end notes that c succeeded, answered by r.
func (p *Protection) end(c Command, r Reply) {
	switch c.Verb {
	case "PROT":
		p.setLevel(c.Arg)
	case "PBSZ":
		p.Buffer = bufferSize(c.Arg, r)
		p.step(c.Verb)
	default:
		p.step(c.Verb)
	}
}

// setLevel notes an accepted PROT. TLS has no levels S and E; a server that answers
// 200 to them nevertheless (pure-ftpd) has not changed anything.
func (p *Protection) setLevel(arg string) {
	l, ok := parseLevel(arg)
	tls := transport(p.Mechanism)
	if !ok || tls && (l == LevelSafe || l == LevelConfidential) {
		return
	}
	p.Data = l
}
