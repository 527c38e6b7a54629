package conformance

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// makeSandbox makes the directory that everything happens in, and finds out
// whether files can be written there. Without it nothing is written.
func (t *T) makeSandbox() {
	r := t.run
	if dir := r.opts.WriteDir; dir != "" {
		t.Must("CWD "+dir, 2)
	}
	name := uniqueName()
	if mkd := t.Ask("MKD " + name); !ok(mkd) {
		r.facts = append(r.facts, "MKD: "+brief(mkd))
		return
	}
	t.Must("CWD "+name, 2)
	dir, err := parse.PWD(t.Must("PWD", 257).LastLine())
	if err != nil {
		t.Failf("PWD: %v", err)
	}
	r.workDir = dir
	t.Up("probe", []byte("probe"))
	if dele := t.Ask("DELE probe"); !ok(dele) {
		r.facts = append(r.facts, "DELE: "+brief(dele))
		return
	}
	r.has[NeedWrite] = true
}

// removeSandbox removes the directory and reports what is left over, if anything.
func (r *runner) removeSandbox() (leftover string) {
	if r.workDir == "" {
		return ""
	}
	t := r.newT()
	work := r.workDir
	t.attempt(func(t *T) {
		if r.shared != nil && !r.shared.ended {
			t.c = r.shared
			t.c.tape = t.tape
		} else {
			r.opts.MaxLogins = 0
			t.Open()
			t.Login()
			if t.c.secure {
				t.protectIfWilling()
			}
		}
		t.Must("CWD "+work, 2)
		t.removeContents(work, 0)
		t.Must("CWD "+path.Dir(work), 2)
		t.Must("RMD "+work, 2)
	})
	for _, c := range t.opened {
		c.depart()
	}
	if r.shared != nil {
		r.shared.depart()
	}
	if t.verdict.red() {
		return work + ": " + strings.Join(t.reasons, "; ")
	}
	return ""
}

const maxDepth = 8 // of directories that cases make

// removeContents removes what is in the current directory, whose path is dir.
func (t *T) removeContents(dir string, depth int) {
	if depth > maxDepth {
		t.Failf("directories nested more than %d deep", maxDepth)
	}
	for _, name := range t.namesHere() {
		if ok(t.Ask("DELE "+name)) || ok(t.Ask("RMD "+name)) {
			continue
		}
		if !ok(t.Ask("CWD " + name)) {
			continue
		}
		t.removeContents(dir+"/"+name, depth+1)
		t.Must("CWD "+dir, 2)
		t.Ask("RMD " + name)
	}
}

// namesHere returns the names in the current directory, except "." and "..".
func (t *T) namesHere() []string {
	var names []string
	if t.run.feats.Has("MLST") {
		for _, line := range t.rawLines("MLSD") {
			if e, err := parse.MLSx(line); err == nil && e.Kind != parse.KindCurrent && e.Kind != parse.KindParent {
				names = append(names, e.Name)
			}
		}
	}
	if len(names) == 0 {
		for _, line := range t.rawLines("NLST") {
			names = append(names, path.Base(line))
		}
	}
	return slices.DeleteFunc(names, func(s string) bool { return s == "." || s == ".." || strings.Contains(s, "/") })
}

// rawLines returns the lines of a listing, however they end, or none if the
// server refuses it.
func (t *T) rawLines(cmd string) []string {
	x := t.Begin(cmd)
	if x.Refused() {
		return nil
	}
	b, _ := x.d.ReadN(-1)
	x.d.goodbye()
	x.Final()
	return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\r' || r == '\n' })
}

// Name returns a name that no other case uses.
func (t *T) Name(stem string) string {
	t.run.names++
	return fmt.Sprintf("%s%d", stem, t.run.names)
}

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

// Big returns the name of a big file in the working directory. It is stored once.
func (t *T) Big() string {
	if t.run.big == "" {
		name := t.run.workDir + "/big"
		t.Up(name, payload(bigSize))
		t.run.big = name
	}
	return t.run.big
}

// payload returns n bytes that are the same in every run.
func payload(n int) []byte {
	b := make([]byte, n)
	src := rand.NewChaCha8([32]byte{'f', 't', 'p', 'w', 'i', 'r', 'e'})
	src.Read(b)
	return b
}
