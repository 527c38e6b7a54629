package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Level is the weight of a requirement, in the words of RFC 2119. RFC 959 has
// none of them; there "must" and "shall" count as Must, membership in a reply
// list of Section 5.4 as Should.
type Level uint8

// The levels, heaviest first. The zero Level is none of them.
const (
	Must      Level = iota + 1 // MUST, REQUIRED, SHALL
	MustNot                    // MUST NOT, SHALL NOT
	Should                     // SHOULD, RECOMMENDED
	ShouldNot                  // SHOULD NOT
	May                        // MAY, OPTIONAL
	Info                       // no requirement: something worth knowing
)

// String returns the level as RFC 2119 writes it.
func (l Level) String() string {
	names := [...]string{"", "MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "INFO"}
	if int(l) < len(names) {
		return names[l]
	}
	return "unknown"
}

// MarshalText returns the same word as String, so that JSON holds words.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// includes reports whether a selection down to l takes a case of level c.
func (l Level) includes(c Level) bool {
	switch l {
	case Must, MustNot:
		return c <= MustNot
	case Should, ShouldNot:
		return c <= ShouldNot
	}
	return true
}

// A Case is one requirement and the check of it.
type Case struct {
	ID    string // stable: "rfc959-5.4-greeting"; never reused, never derived from a position
	RFC   string // where the requirement stands: "959 5.4"
	Level Level  // how strong the requirement is
	Text  string // the requirement in our words

	// Needs lists what the check needs; see the Need constants. A name after "FEAT " is a
	// feature that the server must list.
	Needs []string

	// Faults names the defects of the embedded server that make the case fail.
	Faults []string

	// Rests lists the ids of cases without which this one says nothing: if one of them
	// fails, this one is SKIP because of it. They run before this one.
	Rests []string

	// Full marks a case that only the full profile runs: see Options.Full.
	Full bool

	// Security marks a requirement of weight for security.
	Security bool

	// Lenient marks a requirement that most servers in use do not meet: a FAIL becomes a
	// WARN. Hurts says whom that harms.
	Lenient bool
	Hurts   string

	// Run speaks to the server. It is nil for a monitor, which watches every line
	// of every session instead.
	Run func(*T)
}

// Weight returns the level in words, with what else weighs: "SHOULD, security".
func (c *Case) Weight() string {
	s := c.Level.String()
	if c.Security {
		s += ", security"
	}
	if c.Lenient {
		s += ", widely missed"
	}
	return s
}

// most returns the gravest verdict that the level permits: what is no MUST never fails.
func (c *Case) most() Verdict {
	if c.Level > MustNot {
		return Warn
	}
	return Error
}

// capped returns v, or what the level makes of it.
func (c *Case) capped(v Verdict) Verdict {
	if v == Fail || v == Warn {
		return min(v, c.most())
	}
	return v
}

// mild returns what the level makes of v, and that most servers miss the requirement.
func (c *Case) mild(v Verdict) Verdict {
	if v == Fail && c.Lenient {
		return Warn
	}
	return c.capped(v)
}

// Monitor reports whether c is a monitor.
func (c *Case) Monitor() bool { return c.Run == nil }

// What a case can need. A need that is not met makes it SKIP, with the reason.
const (
	NeedLogin    = "login"        // a login, and a session that other cases have used
	NeedWrite    = "write"        // permission to create, change and remove files
	NeedTLS      = "tls"          // TLS on the control connection, explicit or implicit
	NeedAuth     = "auth"         // TLS by AUTH
	NeedImplicit = "implicit tls" // TLS from the first byte
	NeedNoTLS    = "no tls"       // a server without TLS
	NeedClear    = "clear"        // a control connection that begins in clear text
	NeedIPv4     = "ipv4"         // a control connection over IPv4
	NeedIPv6     = "ipv6"         // a control connection over IPv6
	NeedUnix     = "unix"         // a host whose files have LF line ends: SYST says UNIX
	NeedSlow     = "slow"         // permission to wait for more than five seconds
	NeedCrowd    = "intrusive"    // permission for what may trigger lockouts or bans
	NeedEPSV     = "EPSV"         // an implemented EPSV
	NeedEPRT     = "EPRT"         // an implemented EPRT
	NeedPASV     = "PASV"         // an implemented PASV
	needFeature  = "FEAT "
)

var allNeeds = []string{
	NeedLogin, NeedWrite, NeedTLS, NeedAuth, NeedImplicit, NeedNoTLS, NeedClear, NeedIPv4, NeedIPv6, NeedUnix, NeedSlow,
	NeedCrowd, NeedEPSV, NeedEPRT, NeedPASV,
}

// checkCases finds what is missing in cases of the caller.
func checkCases(cases []Case) error {
	seen := map[string]bool{}
	for i := range cases {
		c := &cases[i]
		if err := c.check(); err != nil {
			return fmt.Errorf("conformance: case %d, %q: %w", i, c.ID, err)
		}
		if seen[c.ID] {
			return fmt.Errorf("conformance: two cases have the id %q", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

func (c *Case) check() error {
	if c.ID == "" {
		return errors.New("it has no id")
	}
	if c.Level < Must || c.Level > Info {
		return errors.New("it has no level")
	}
	for _, n := range c.Needs {
		if !slices.Contains(allNeeds, n) && !strings.HasPrefix(n, needFeature) {
			return fmt.Errorf("nothing is known of the need %q", n)
		}
	}
	if c.Monitor() && !slices.ContainsFunc(monitorCases, func(m Case) bool { return m.ID == c.ID }) {
		return errors.New("it has no Run")
	}
	if slices.Contains(c.Rests, c.ID) {
		return errors.New("it rests on itself")
	}
	return nil
}
