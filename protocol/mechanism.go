package protocol

import (
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Mechanism is one side of one security exchange of RFC 2228. TLS is one ([TLS]);
// others exchange tokens by AUTH and ADAT. A Mechanism whose exchange lets commands and
// replies be protected one by one is a [Protector] too, and a [BlockProtector] if it also
// protects data connections.
type Mechanism interface {
	// Name returns the name that AUTH gives it, without regard to case.
	Name() string

	// Step takes the peer's token and returns the token to send. The client's first step
	// is after the 334, with nil unless that reply holds a token; the server's first step
	// is at AUTH, with nil. done reports that this side waits for nothing more. An error
	// ends the exchange; a *[ProtectionError] chooses the server's reply.
	Step(token []byte) (answer []byte, done bool, err error)
}

// A Protector protects single messages once the exchange is complete (RFC 2228,
// Section 3, MIC, CONF and ENC). What it returns is binary: the machine adds and
// takes off the base64.
type Protector interface {
	// Mechanism is the exchange of tokens.
	Mechanism

	// Offers reports whether the mechanism has level l, which is LevelSafe,
	// LevelConfidential or LevelPrivate.
	Offers(l Level) bool

	// Protect returns plain as a message of level l.
	Protect(l Level, plain []byte) ([]byte, error)

	// Unprotect verifies and opens a message of level l.
	Unprotect(l Level, message []byte) ([]byte, error)
}

const mechanismTLS = "TLS"

// TLS returns the mechanism of RFC 4217. It needs no security data and protects the
// connection instead of messages: the handshake follows the 234.
func TLS() Mechanism { return tlsMechanism{} }

type tlsMechanism struct{}

func (tlsMechanism) Name() string { return mechanismTLS }

// Step returns no token: 234 follows at once.
func (tlsMechanism) Step([]byte) ([]byte, bool, error) { return nil, true, nil }

// transport reports whether the name is one of TLS, which protects connections, not
// messages: RFC 4217, Section 17, and the names of its drafts. "" counts, too: without a
// mechanism there is TLS.
func transport(name string) bool {
	switch strings.ToUpper(name) {
	case "", mechanismTLS, "TLS-C", "TLS-P", "SSL":
		return true
	}
	return false
}

// A ProtectionError reports invalid security data, or an invalid protected message.
type ProtectionError struct {
	Code   Code   // what a server answers to it: 431, 501, 504, 534, 535, 536 or 537
	Reason string // in plain words; never the data
	Err    error  // what the mechanism said, or nil
}

func (e *ProtectionError) Error() string {
	if e.Err != nil {
		return "ftp: " + e.Reason + ": " + errtext.Of(e.Err)
	}
	return "ftp: " + e.Reason
}

// Unwrap returns what the mechanism said.
func (e *ProtectionError) Unwrap() error { return e.Err }

// newMechanism returns a new instance of the one that AUTH names, nil for TLS and for
// names that the configuration does not know.
func (m *Machine) newMechanism(name string) Mechanism {
	if m.cfg.Mechanism == nil {
		return nil
	}
	mech := m.cfg.Mechanism(strings.ToUpper(strings.TrimSpace(name)))
	if _, is := mech.(tlsMechanism); is {
		return nil
	}
	return mech
}

// offer readies the mechanism that AUTH names.
func (m *Machine) offer(c Command) {
	if c.Verb == "AUTH" {
		m.offered = m.newMechanism(c.Arg)
	}
}

// protector returns the mechanism that messages can be protected with now.
func (m *Machine) protector() (Protector, bool) {
	p, ok := m.mech.(Protector)
	return p, ok && m.prot.Secured()
}

// NextADAT (client) hands the security data of r, the reply to AUTH (334) or ADAT
// (335, 235), to the mechanism and returns the ADAT to send next. done reports that
// the exchange is complete on both sides. After 235 it must be called, too: only
// then does the client know that the server is the one it claims to be.
//
// The error, a *[ProtectionError], means that the exchange failed or that the two
// sides disagree about its end: the connection must not be used further.
func (m *Machine) NextADAT(r Reply) (next Command, done bool, err error) {
	if m.cfg.Role != RoleClient || m.mech == nil {
		panic("protocol: BUG: NextADAT without a security exchange")
	}
	token, has, err := securityData(r)
	if err != nil {
		return Command{}, false, err
	}
	complete := r.Code == 235 || r.Code == 234
	if complete && !has && m.stepped {
		return Command{}, true, nil
	}
	answer, done, err := m.mech.Step(token)
	if err != nil {
		return Command{}, false, &ProtectionError{Code: 535, Reason: "the security exchange failed", Err: err}
	}
	m.stepped = done
	switch {
	case complete && !done:
		return Command{}, false, &ProtectionError{Code: 535, Reason: "the server ended the security exchange too early"}
	case complete:
		return Command{}, true, nil
	}
	return adat(answer), false, nil
}

// SecurityReply (server) returns the reply to AUTH, ADAT, PBSZ or PROT that RFC 2228,
// Section 3 prescribes: it runs the mechanism's step and judges the argument. A server
// that refuses by policy (534), or lacks a resource for now (431), gives its own reply
// instead. The reply must still be given with [Machine.Reply].
func (m *Machine) SecurityReply(c Command) Reply {
	switch c.Verb {
	case "AUTH":
		return m.authReply(c.Arg)
	case "ADAT":
		return m.adatReply(c.Arg)
	case "PBSZ":
		return m.pbszReply(c.Arg)
	case "PROT":
		return m.protReply(c.Arg)
	}
	panic("protocol: BUG: SecurityReply to " + string(c.Verb.shown()))
}

func (m *Machine) authReply(name string) Reply {
	if m.offered == nil {
		if m.cfg.Mechanism != nil && m.cfg.Mechanism(strings.ToUpper(strings.TrimSpace(name))) == nil {
			return NewReply(504, "Security mechanism not known")
		}
		return NewReply(234, "Begin the TLS handshake")
	}
	return m.stepReply(m.offered, nil, 334, 234)
}

func (m *Machine) adatReply(arg string) Reply {
	var token []byte
	var err error
	if arg != emptyToken {
		token, err = decodeBase64(arg)
	}
	if err != nil || m.mech == nil {
		return NewReply(501, "ADAT needs base64")
	}
	return m.stepReply(m.mech, token, 335, 235)
}

// stepReply runs a step of the server's side.
func (m *Machine) stepReply(mech Mechanism, token []byte, more, over Code) Reply {
	answer, done, err := mech.Step(token)
	if err != nil {
		code := Code(535)
		if more == 334 {
			code = 431 // the exchange has not begun: the mechanism is not available
		}
		if e, ok := err.(*ProtectionError); ok && e.Code.Class() >= 4 {
			code = e.Code
		}
		return NewReply(code, "Security exchange refused")
	}
	code := more
	if done {
		code = over
	}
	if len(answer) == 0 {
		return NewReply(code, "Security exchange")
	}
	return NewReply(code, adatPrefix+encodeBase64(answer))
}

func (m *Machine) pbszReply(arg string) Reply {
	n, ok := parsePBSZ(arg)
	limit := m.cfg.buffer()
	switch {
	case !ok:
		return NewReply(501, "PBSZ needs a number below 2^32")
	case m.mech == nil && n != 0:
		return NewReply(200, "PBSZ=0") // TLS has no protection buffer (RFC 4217, Section 9)
	case m.mech != nil && n == 0:
		return NewReply(501, "PBSZ 0 leaves no room for a block") // RFC 2228's grammar begins at 1
	case n > limit:
		return NewReply(200, fmt.Sprintf("PBSZ=%d", limit))
	}
	return NewReply(200, fmt.Sprintf("PBSZ=%d", n))
}

func (m *Machine) protReply(arg string) Reply {
	l, ok := parseLevel(arg)
	if !ok {
		return NewReply(504, "Level not known, use C, S, E or P")
	}
	if m.mech == nil && (l == LevelSafe || l == LevelConfidential) || !m.offersData(l) {
		return NewReply(536, "The mechanism does not have this level")
	}
	return NewReply(200, "Data connections are "+l.String())
}

// offersData reports whether the mechanism protects data connections at level l. With TLS
// a client may ask for any level: some servers say yes to all of them.
func (m *Machine) offersData(l Level) bool {
	p, ok := m.mech.(BlockProtector)
	return m.mech == nil || l == LevelClear || ok && p.Offers(l)
}
