package protocol

// A Guard is the protection of the control connection, step by step.
type Guard uint8

// The steps (RFC 2228, Section 3; RFC 4217). The zero value is a clear connection.
const (
	GuardClear   Guard = iota // no security exchange has taken place
	GuardSecured              // TLS is up
	GuardSized                // PBSZ was accepted: PROT may follow
	GuardCleared              // TLS was taken down again by CCC
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

// A Level is the protection level of data connections (RFC 2228, Section 3).
type Level byte

// The levels that TLS knows. The zero value is LevelClear.
const (
	LevelClear   Level = 0   // PROT C
	LevelPrivate Level = 'P' // PROT P
)

// Protection is the security state of a session.
type Protection struct {
	Control Guard
	Data    Level
}

// Secured reports whether TLS is up on the control connection.
func (p Protection) Secured() bool { return p.Control == GuardSecured || p.Control == GuardSized }

// Happenings that change the protection and are no reply.
const (
	tlsUp         Verb = "(TLS established)"
	tlsUpImplicit Verb = "(implicit TLS established)"
	tlsDown       Verb = "(TLS taken down)"
)

// A guarding is a row of the protection table: from a step, a command that
// succeeded (or one of the happenings above) leads to the next.
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
	{GuardSecured, "PBSZ", GuardSized, "2228 3"},
	{GuardSecured, tlsDown, GuardCleared, "4217 5"},
	{GuardSized, tlsDown, GuardCleared, "4217 5: data protection stays as it was"},
	{GuardSecured, "AUTH", GuardClear, "2228 3: everything starts again"},
	{GuardSized, "AUTH", GuardClear, "2228 3"},
	{GuardSecured, "REIN", GuardClear, "4217 13"},
	{GuardSized, "REIN", GuardClear, "4217 13"},
	{GuardCleared, "REIN", GuardClear, "4217 13"},
}

// step moves the guard, and the data level with it where a row starts afresh.
func (p *Protection) step(event Verb) {
	for _, g := range guardings {
		if g.from != p.Control || g.event != event {
			continue
		}
		p.Control = g.next
		switch event {
		case "AUTH", "REIN", tlsUp:
			p.Data = LevelClear // RFC 4217, Section 9: clear until PROT says otherwise
		case tlsUpImplicit:
			p.Data = LevelPrivate
		}
		return
	}
}

// end notes that c succeeded.
func (p *Protection) end(c Command) {
	if c.Verb == "PROT" {
		switch upperByte(c.Arg) {
		case 'P':
			p.Data = LevelPrivate
		case 'C':
			p.Data = LevelClear
		}
		return
	}
	p.step(c.Verb)
}
