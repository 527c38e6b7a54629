package conformance

import (
	"crypto/rand"
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// A run removes only what it has made: every command that makes something puts the
// name into a register on its way out, and every name holds the token of the run.

// randomToken returns a word that nobody else has.
func randomToken() string { return strings.ToLower(rand.Text()[:12]) }

// record takes the path of what a command of ours may make. Some servers make what is
// missing on the way to it as well.
func (r *runner) record(name string) {
	if parent := path.Dir(name); r.box.dir != "" && strings.HasPrefix(parent, r.box.dir+"/") {
		r.record(parent)
	}
	if !slices.Contains(r.made, name) && !slices.Contains(r.kept, name) {
		r.made = append(r.made, name)
	}
}

// keep excludes a name from the removal after the case; it is removed at the end of the
// run.
func (r *runner) keep(name string) {
	r.made = slices.DeleteFunc(r.made, func(s string) bool { return s == name })
	r.kept = append(r.kept, name)
}

// letServerName makes the current directory one in which the server may choose names,
// by STOU: what comes to be there from now on is ours.
func (t *T) letServerName() {
	if _, known := t.run.chosen[t.c.cwd]; !known {
		t.run.chosen[t.c.cwd] = t.namesHere()
	}
}

// tidy removes what the run has made in the sandbox, the last first; what was kept
// for later cases only in the end. The current directory has to be the sandbox.
func (t *T) tidy(end bool) {
	r := t.run
	if end {
		r.made = append(r.kept, r.made...)
		r.kept = nil
	}
	for len(r.made) > 0 {
		name := r.made[len(r.made)-1]
		r.made = r.made[:len(r.made)-1]
		if rel, inside := strings.CutPrefix(name, r.box.dir+"/"); inside && rel != r.box.marker && r.ours(rel) {
			// The server may hang up over the name: the others are removed all the same.
			r.stubborn = append(r.stubborn, name)
			if t.remove(rel) {
				r.stubborn = r.stubborn[:len(r.stubborn)-1]
			}
		}
	}
	if !end {
		return
	}
	for _, name := range r.beside {
		if !ok(t.Ask("DELE "+name)) && ok(t.Ask("SIZE "+name)) {
			r.strays = append(r.strays, name+": the server does not remove it")
		}
	}
	r.beside = nil
}

// remove removes a file or a directory of ours.
func (t *T) remove(rel string) bool {
	if ok(t.Ask("DELE "+rel)) || ok(t.Ask("RMD "+rel)) {
		return true
	}
	var names []string
	if ok(t.Ask("CWD " + rel)) {
		names = t.strangersHere()
	}
	t.Must("CWD "+t.run.box.dir, 2) // after a refusal too: some servers refuse and move
	for _, name := range names {
		t.Ask("DELE " + rel + "/" + name)
	}
	return len(names) > 0 && ok(t.Ask("RMD "+rel))
}

// strangersHere returns names in the current directory that are ours, but not as we
// gave them: servers change names, and choose them after STOU.
func (t *T) strangersHere() (names []string) {
	before, chosen := t.run.chosen[t.c.cwd]
	for _, name := range t.namesHere() {
		if strings.Contains(name, t.run.token) || chosen && !slices.Contains(before, name) {
			names = append(names, name)
		}
	}
	return names
}

// namesHere returns the names that are listed in the current directory.
func (t *T) namesHere() (names []string) {
	if t.run.feats.Has("MLST") {
		for _, line := range t.rawLines("MLSD") {
			if e, err := listing.MLSx(line); err == nil {
				names = append(names, lastElement(e.Name))
			}
		}
	}
	if len(names) == 0 {
		for _, line := range t.rawLines("NLST") {
			names = append(names, lastElement(line))
		}
	}
	if len(names) == 0 {
		for _, line := range t.rawLines("LIST") {
			if words := strings.Fields(line); len(words) > 1 {
				names = append(names, lastElement(words[len(words)-1]))
			}
		}
	}
	return slices.DeleteFunc(names, func(s string) bool { return s == "" || s == "." || s == ".." })
}
