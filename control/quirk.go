package control

import (
	"iter"
	"slices"
	"strings"
)

// A QuirkName names a [Quirk]: "mlsd-broken". It is stable, and in small letters.
type QuirkName string

// A Quirk is a way in which servers are known to differ from the RFCs, or from each
// other, and how it is worked around. [Quirks] yields the table.
type Quirk struct {
	Name       QuirkName // as QuirkPolicy takes it
	Mode       QuirkMode // when it is in force without being forced
	Client     bool      // ftpwire.Client does the work, not [Conn]
	Behaviour  string    // what the server does
	Evidence   string    // how it is detected; "" if it can't be
	Workaround string    // what the client does then
	Refs       []string  // who reported it, or which software meets it too

	// What reveals it before it shows: which software the server is, or a feature that FEAT lists.
	software, feature string
}

// A QuirkMode says when the workaround of a [Quirk] is in force.
type QuirkMode uint8

// The modes.
const (
	// QuirkDetected: once the server has shown the behaviour.
	QuirkDetected QuirkMode = iota

	// QuirkOnRequest: only if the caller forces it, because it has a cost or cannot be
	// detected.
	QuirkOnRequest
)

// String returns "detected" or "on request".
func (m QuirkMode) String() string {
	names := [...]string{"detected", "on request"}
	if int(m) < len(names) {
		return names[m]
	}
	return "unknown"
}

// Quirks yields the table, sorted by name.
func Quirks() iter.Seq[Quirk] {
	return func(yield func(Quirk) bool) {
		for _, q := range quirks {
			q.Refs = slices.Clone(q.Refs)
			if !yield(q) {
				return
			}
		}
	}
}

// LookupQuirk returns the row with the given name.
func LookupQuirk(name QuirkName) (Quirk, bool) {
	i, ok := slices.BinarySearchFunc(quirks, name, func(q Quirk, name QuirkName) int {
		return strings.Compare(string(q.Name), string(name))
	})
	if !ok {
		return Quirk{}, false
	}
	return quirks[i], true
}

// A QuirkPolicy holds the caller's decisions on quirks. The zero value leaves everything
// to detection.
type QuirkPolicy struct {
	// Force names quirks whose workaround is in force from the start, detected or not.
	// The quirks that a connection reports in [Conn.Quirks] can be given to the next
	// connection to the same server, which then need not detect them again.
	Force []QuirkName

	// Forbid names quirks whose workaround is never used: the server's behaviour then
	// shows, mostly as an error.
	Forbid []QuirkName

	// Known holds quirks that an earlier connection to the same server has noticed, as
	// [Conn.Quirks] or an [UnansweredError] tells them. They are in force from the start,
	// with their evidence, unless Forbid names them. Names that are not known are ignored.
	Known []AppliedQuirk `json:"-"` // no setting, but knowledge

	// Own are quirks of the caller's own. They are not stored, as they are Go.
	Own []OwnQuirk `json:"-"`
}

// A QuirkError reports a name in a [QuirkPolicy] that is not allowed there.
type QuirkError struct {
	Name   QuirkName // as it stands in the policy
	Reason string    // why it is not allowed, in words
}

func (e *QuirkError) Error() string { return "ftp: quirk \"" + string(e.Name) + "\" " + e.Reason }

// check returns a *QuirkError if the policy can't be followed.
func (p *QuirkPolicy) check() error {
	for _, name := range slices.Concat(p.Force, p.Forbid) {
		if _, ok := LookupQuirk(name); ok {
			continue
		}
		if _, ok := LookupTolerance(string(name)); ok {
			return &QuirkError{Name: name, Reason: "is a tolerance: it is in force always"}
		}
		return &QuirkError{Name: name, Reason: "is not known"}
	}
	for _, name := range p.Forbid {
		if slices.Contains(p.Force, name) {
			return &QuirkError{Name: name, Reason: "is forced and forbidden"}
		}
	}
	return nil
}
