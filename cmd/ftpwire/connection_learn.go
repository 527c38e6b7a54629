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
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// keyMemory is where a connection keeps what was learned about data connections.
const keyMemory = "data.memory"

// forget removes what was learned about the server.
func forget(values map[string]any) {
	assign(values, keyLearned, nil)
	assign(values, keyMemory, nil)
}

// A memoryNote says for people what was learned.
type memoryNote struct {
	is   func(datachan.Memory) bool
	note string
}

var memoryNotes = []memoryNote{
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
	before, after := a.connProfile.Data.Memory, client.Conn().DataMemory()
	if after == before {
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
	for _, n := range memoryNotes {
		if n.is(after) && !n.is(before) && !a.quiet {
			a.say(fmt.Sprintf("ftpwire: %s remembers: %s; \"ftpwire connection edit %s --forget\" forgets it", a.conn.name, n.note, a.conn.name))
		}
	}
}

// learn changes the memory of c, unless another process has done so meanwhile.
func (c *connection) learn(d *tomledit.Document, before, after datachan.Memory) (*tomledit.Document, error) {
	if !d.Has(kindConnection, c.name) {
		return d, nil // removed
	}
	values, err := d.Values(kindConnection, c.name)
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(lookup(values, keyMemory), memoryValue(before)) {
		return d, nil
	}
	values = clone(values)
	assign(values, keyMemory, memoryValue(after))
	notes := []any{}
	for _, note := range list(values[keyLearned]) {
		if text, ok := note.(string); !ok || !stale(text, after) {
			notes = append(notes, note)
		}
	}
	for _, n := range memoryNotes {
		if n.is(after) && !n.is(before) {
			notes = append(notes, time.Now().UTC().Format(time.DateOnly)+": "+n.note)
		}
	}
	values[keyLearned] = notes
	if len(notes) == 0 {
		delete(values, keyLearned)
	}
	return d.Set(kindConnection, c.name, ordered(values))
}

// stale reports whether a note is about something that is not so any more.
func stale(note string, now datachan.Memory) bool {
	i := slices.IndexFunc(memoryNotes, func(n memoryNote) bool { return strings.HasSuffix(note, n.note) })
	return i >= 0 && !memoryNotes[i].is(now)
}

// memoryValue returns a memory as the file has it, nil if there is nothing in it.
func memoryValue(m datachan.Memory) any {
	var p ftpwire.Profile
	p.Data.Memory = m
	value := lookup(p.Values(false), keyMemory)
	if below, ok := value.(map[string]any); ok && len(below) == 0 {
		return nil
	}
	return value
}
