package conformance

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// Owners of what many cases about facts have in common: see blame.
const (
	ownOptsMLST = "rfc3659-7.9-opts-select"
	ownFEAT     = "rfc2389-3.2-feat-format"
	ownMDTM     = "rfc3659-3.1-mdtm-format"
)

// A factEntry is an entry of MLST or MLSD, as far as it can be read. How it should be
// written is for a few cases to judge, not for all.
type factEntry struct {
	line  string
	facts map[string]string // by their lower-case names; of two equal names the first
	name  string
}

// readEntry reads a line. It is no entry if it has neither facts nor the space that stands
// in their place.
func readEntry(line string) (e factEntry, entry bool) {
	e = factEntry{line: line, facts: map[string]string{}}
	rest, spaced := strings.CutPrefix(line, " ")
	words, name, _ := strings.Cut(rest, " ")
	if !strings.Contains(words, "=") {
		e.name = strings.TrimPrefix(rest, " ")
		return e, spaced && e.name != ""
	}
	e.name = name
	for fact := range strings.SplitSeq(words, ";") {
		key, value, _ := strings.Cut(fact, "=")
		key = strings.ToLower(key)
		if _, twice := e.facts[key]; key != "" && !twice {
			e.facts[key] = value
		}
	}
	return e, true
}

// is reports whether the fact type has a value. It is false without the fact.
func (e factEntry) is(types ...string) bool {
	for _, typ := range types {
		if strings.EqualFold(e.facts["type"], typ) {
			return true
		}
	}
	return false
}

// own reports whether the entry is the listed directory itself, or its parent.
func (e factEntry) own() bool {
	return e.is("cdir", "pdir") || e.name == "." || e.name == ".."
}

// mlst asks for the facts of a name; "" is the current directory. A reply that is not in
// the right form belongs to another case.
func (t *T) mlst(name string) factEntry {
	r := t.Ask(strings.TrimRight("MLST "+name, " "))
	if !ok(r) {
		t.blame(ownMLST, "MLST: got %s, want 250", brief(r))
	}
	lines := r.Lines
	if len(lines) > 2 {
		lines = append(lines[1:len(lines)-1:len(lines)-1], lines[0])
	}
	for _, line := range lines {
		if e, found := readEntry(line); found {
			return e
		}
	}
	t.blame(ownMLST, "MLST: the 250 reply has no entry: %q", visible(strings.Join(r.Lines, "\n")))
	return factEntry{}
}

// mlsd lists a directory; "" is the current one. How its lines end, and lines that are no
// entries, are for other cases to judge.
func (t *T) mlsd(dir string) []factEntry {
	cmd := strings.TrimRight("MLSD "+dir, " ")
	x := t.Begin(cmd)
	if x.Refused() {
		t.blame(ownMLSD, "%s: got %s, want 150", cmd, brief(x.First))
	}
	return entries(x.Receive())
}

func entries(listing []byte) (all []factEntry) {
	for line := range strings.SplitSeq(string(listing), "\n") {
		if e, found := readEntry(strings.TrimSuffix(line, "\r")); found {
			all = append(all, e)
		}
	}
	return all
}

// entryOf returns the entry of a name in a listing of the current directory.
func (t *T) entryOf(all []factEntry, name string) factEntry {
	for _, e := range all {
		if e.name == name || strings.HasSuffix(e.name, "/"+name) {
			return e
		}
	}
	t.blame(ownMLSDLineEnds, "MLSD does not list %q", name)
	return factEntry{}
}

// optsMLST selects facts for the session. A server whose OPTS MLST does not work fails one
// case over it.
func (t *T) optsMLST(facts string) {
	cmd := strings.TrimRight("OPTS MLST "+facts, " ")
	if r := t.Ask(cmd); !ok(r) {
		t.withoutOPTS(r)
		t.blame(ownOptsMLST, "%s: got %s, want 200", cmd, brief(r))
	}
}

// withoutOPTS suspects OPTS itself if a refusal of OPTS MLST may mean that there is none.
func (t *T) withoutOPTS(r protocol.Reply) {
	if unknown(r) && unknown(t.Ask("OPTS UTF8 ON")) && unknown(t.Ask("OPTS BOGUS x")) {
		t.suspect(ownOPTS)
	}
}

// mlsdNames returns the names that MLSD lists, "." and ".." excepted.
func (t *T) mlsdNames(dir string) []string {
	return namesOf(plainEntries(t.mlsd(dir)))
}

// mlsdDir makes a directory with one file and one directory, and goes there.
func (t *T) mlsdDir() (dir, file, sub string) {
	dir = t.Dir("mlsd")
	t.Must("CWD "+dir, 2)
	file = t.Name("f")
	t.Up(file, []byte("a\nb\n"))
	return dir, file, t.Dir("d")
}

// listLines returns the lines of a listing, however they end, and whether there was one.
func (t *T) listLines(cmd string) (lines []string, listed bool) {
	x := t.Begin(cmd)
	if x.Refused() {
		return nil, false
	}
	b, err := x.d.readN(-1)
	if err != nil {
		t.Failf("%s: reading data: %v", cmd, err)
	}
	x.d.goodbye()
	lines = strings.FieldsFunc(string(b), func(r rune) bool { return r == '\r' || r == '\n' })
	return lines, ok(x.Final())
}
