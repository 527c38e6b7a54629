package conformance

import (
	"crypto/rand"
	"fmt"
	rnd "math/rand/v2"
	"slices"
	"strings"
)

// A run removes only what it has made: every command that makes something puts the
// name into a register on its way out, and every name holds the token of the run.

// randomToken returns a word that nobody else has.
func randomToken() string { return strings.ToLower(rand.Text()[:12]) }

// record takes the path of what a command of ours may make.
func (r *runner) record(name string) {
	if !slices.Contains(r.made, name) && !slices.Contains(r.kept, name) {
		r.made = append(r.made, name)
	}
}

// keep takes a name out of what is removed behind the case, until the end.
func (r *runner) keep(name string) {
	r.made = slices.DeleteFunc(r.made, func(s string) bool { return s == name })
	r.kept = append(r.kept, name)
}

// madeHere records names that the server has chosen, in the current directory, which
// has to be one of ours.
func (t *T) madeHere(names ...string) {
	for _, name := range names {
		if base := lastElement(name); base != "" && base != "." && base != ".." {
			t.run.record(t.c.path(base))
		}
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
		if rel, inside := strings.CutPrefix(name, r.box.dir+"/"); inside && rel != r.box.marker && r.ours(rel) {
			if !ok(t.Ask("DELE "+rel)) && !ok(t.Ask("RMD "+rel)) {
				r.stubborn = append(r.stubborn, name)
			}
		}
		r.made = r.made[:len(r.made)-1]
	}
}

// Name returns a name that nothing else has, in this run or on the server.
func (t *T) Name(stem string) string {
	t.run.names++
	return fmt.Sprintf("%s%d-%s", stem, t.run.names, t.run.token)
}

// Missing returns the name of what is not there.
func (t *T) Missing() string { return t.Name("missing") }

// File stores a file of a few bytes and returns its name.
func (t *T) File(stem string) string {
	name := t.Name(stem)
	t.Up(name, []byte("content of "+name+"\n"))
	return name
}

// Dir makes a directory and returns its name.
func (t *T) Dir(stem string) string {
	name := t.Name(stem)
	t.Must("MKD "+name, 2)
	return name
}

const bigSize = 32 << 20 // no pair of socket buffers holds it

// payload returns n bytes that are the same in every run.
func payload(n int) []byte {
	b := make([]byte, n)
	payloadSource().Read(b)
	return b
}

func payloadSource() *rnd.ChaCha8 {
	return rnd.NewChaCha8([32]byte{'f', 't', 'p', 'w', 'i', 'r', 'e'})
}
