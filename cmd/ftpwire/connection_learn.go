package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// What a connection keeps of what was learned about its server, besides the notes.
const (
	keyMemory = "data.memory"  // about data connections
	keyKnown  = "known_quirks" // that cost a connection to find out
)

// lastingQuirks are those that are remembered. Others are noticed again at no cost, or may
// be gone with the next version of the server.
var lastingQuirks = []control.QuirkName{
	control.QuirkFEATUnanswered, control.QuirkEPSVUnanswered, control.QuirkNLSTUnanswered, control.QuirkOneByOne, control.QuirkTLSHelloLost,
}

// forget removes what was learned about the server.
func forget(values map[string]any) {
	for _, key := range []string{keyLearned, keyMemory, keyKnown} {
		assign(values, key, nil)
	}
}

// A lesson is what was learned about a server.
type lesson struct {
	memory datachan.Memory
	quirks []control.QuirkName // of lastingQuirks
}

// lessonOf returns what is lasting of what a client has learned.
func lessonOf(l ftpwire.Learned, forced []control.QuirkName) lesson {
	lesson := lesson{memory: l.Data}
	for _, q := range l.Quirks {
		if slices.Contains(lastingQuirks, q.Name) && !slices.Contains(forced, q.Name) && !slices.Contains(lesson.quirks, q.Name) {
			lesson.quirks = append(lesson.quirks, q.Name)
		}
	}
	return lesson
}

// notes say for people what was learned.
func (l lesson) notes() (notes []string) {
	for _, n := range memoryNotes {
		if n.is(l.memory) {
			notes = append(notes, n.note)
		}
	}
	for _, name := range l.quirks {
		if q, ok := control.LookupQuirk(name); ok {
			notes = append(notes, q.Behaviour)
		}
	}
	return notes
}

// put puts a lesson into the values of a connection.
func (l lesson) put(values map[string]any) {
	var p ftpwire.Profile
	p.Data.Memory = l.memory
	assign(values, keyMemory, lookup(p.Values(false), keyMemory))
	known := []any{}
	for _, name := range l.quirks {
		known = append(known, string(name))
	}
	assign(values, keyKnown, nil)
	if len(known) > 0 {
		assign(values, keyKnown, known)
	}
}

// memoryNotes say what is in a memory.
var memoryNotes = []struct {
	is   func(datachan.Memory) bool
	note string
}{
	{func(m datachan.Memory) bool { return m.NoEPSV }, "EPSV is refused, or its ports are dead, and PASV works"},
	{func(m datachan.Memory) bool { return m.NoEPRT }, "EPRT is refused, or no connection follows it, and PORT is tried"},
	{func(m datachan.Memory) bool { return m.EPSVNumber }, "EPSV is understood with the number of a protocol only"},
	{func(m datachan.Memory) bool { return m.EPSVBare }, "EPSV is understood without the number of a protocol only"},
	{func(m datachan.Memory) bool { return m.OtherHost }, "data connections go to the other one of the two hosts that may be meant"},
	{func(m datachan.Memory) bool { return m.HoldsTLS }, "the reply to a transfer comes only once TLS of its data connection is up"},
}

// onlyStored reports whether a command line changes nothing of a connection: what is
// learned under other settings says nothing about its own.
func onlyStored(cmd *cobra.Command) bool { return len(storable(cmd, true)) == 0 }

// remember stores what a session that went well has learned about the server of a stored
// connection.
func (a *app) remember(client *ftpwire.Client) {
	if a.conn == nil || !a.conn.plain || a.unattended {
		return
	}
	p := &a.connProfile
	before := lessonOf(ftpwire.Learned{Quirks: p.Quirks.Known, Data: p.Data.Memory}, nil)
	after := lessonOf(client.Learned(), p.Quirks.Force)
	if reflect.DeepEqual(after, before) {
		return
	}
	s, err := a.store()
	if err == nil {
		err = s.change(func(d *tomledit.Document) (*tomledit.Document, error) { return a.conn.learn(d, before, after) })
	}
	if err != nil {
		a.warn(fmt.Sprintf("what was learned about %s is not remembered: %s", a.conn.name, errtext.Of(err)))
		return
	}
	for _, note := range after.notes() {
		if !slices.Contains(before.notes(), note) && !a.quiet {
			a.say(fmt.Sprintf("ftpwire: %s remembers: %s; \"ftpwire connection edit %s --forget\" forgets it", a.conn.name, note, a.conn.name))
		}
	}
}

// learn puts a lesson in the place of another, unless another process has done so meanwhile.
func (c *connection) learn(d *tomledit.Document, before, after lesson) (*tomledit.Document, error) {
	if !d.Has(kindConnection, c.name) {
		return d, nil // removed
	}
	values, err := d.Values(kindConnection, c.name)
	if err != nil {
		return nil, err
	}
	values = clone(values)
	known := map[string]any{}
	before.put(known)
	for _, key := range []string{keyMemory, keyKnown} {
		if !reflect.DeepEqual(lookup(values, key), lookup(known, key)) {
			return d, nil
		}
	}
	after.put(values)
	notes := []any{}
	for _, note := range list(values[keyLearned]) {
		if text, _ := note.(string); !before.says(text) || after.says(text) {
			notes = append(notes, note)
		}
	}
	for _, note := range after.notes() {
		if !before.says(note) {
			notes = append(notes, time.Now().UTC().Format(time.DateOnly)+": "+note)
		}
	}
	if assign(values, keyLearned, nil); len(notes) > 0 {
		assign(values, keyLearned, notes)
	}
	return d.Set(kindConnection, c.name, ordered(values))
}

// says reports whether a note, which may have a date before it, is of the lesson.
func (l lesson) says(note string) bool {
	return slices.ContainsFunc(l.notes(), func(is string) bool { return strings.HasSuffix(note, is) })
}

// knownQuirks reads the quirks that a connection remembers.
func (r *tableReader) knownQuirks(values map[string]any) (known []control.AppliedQuirk, err error) {
	for _, v := range list(values[keyKnown]) {
		name, _ := v.(string)
		if !slices.Contains(lastingQuirks, control.QuirkName(name)) {
			return nil, r.fault(keyKnown, fmt.Sprintf("has %q, which is none that is remembered", name), "Remove it from the file.")
		}
		known = append(known, control.AppliedQuirk{Name: control.QuirkName(name), Evidence: "the stored connection remembers it"})
	}
	return known, nil
}
