package conformance

import (
	"bytes"
	"slices"
	"strings"
)

// writing stores files of our own by ways up, where the sandbox was made in the root
// itself: then they must come to be beside it, or be refused. Each name is one that
// nothing else has.
func (w *wall) writing() {
	t := w.t
	if t.run.license != mayChange || t.run.box.base != "/" {
		return
	}
	t.enter()
	if !t.besideWorks() {
		return
	}
	up := strings.Repeat("../", strings.Count(t.run.workDir, "/")+1) // the way out, and one step more
	for _, verb := range []string{"STOR", "APPE"} {
		for _, way := range []string{up, "/../"} {
			name := t.beside("outside")
			x := t.Begin(verb + " " + way + name)
			if x.Refused() {
				t.notBeside(name)
			} else if r := x.Store([]byte(name)); ok(r) {
				t.wantBeside(x.cmd, way+name, name)
			}
		}
	}
	for _, way := range []string{up, "/../"} {
		from, name := t.Name("from"), t.beside("outside")
		t.Up(from, []byte(name))
		if t.Ask("RNFR "+from).Code == 350 && ok(t.Ask("RNTO "+way+name)) {
			t.wantBeside("RNTO "+way+name, way+name, name)
		} else {
			t.notBeside(name)
		}
	}
}

// beside returns the name of a file that will be put beside the sandbox. It is removed at
// the end of the run, if not before.
func (t *T) beside(stem string) string {
	name := t.Name(stem)
	t.run.beside = append(t.run.beside, "/"+name)
	return name
}

// notBeside forgets a name that came to nothing, or is gone.
func (t *T) notBeside(name string) {
	t.run.beside = slices.DeleteFunc(t.run.beside, func(s string) bool { return s == "/"+name })
}

// removeBeside removes a file beside the sandbox, and reports whether it is gone.
func (t *T) removeBeside(name string) bool {
	if !ok(t.Ask("DELE /" + name)) {
		return false
	}
	t.notBeside(name)
	return true
}

// besideWorks reports whether files can be stored beside the sandbox, seen there, and
// removed.
func (t *T) besideWorks() bool {
	name := t.beside("beside")
	x := t.Begin("STOR /" + name)
	if x.Refused() {
		t.notBeside(name)
		return false
	}
	stored := ok(x.Store([]byte(name))) && t.isBeside(name)
	return t.removeBeside(name) && stored
}

// isBeside reports whether a file that holds its own name is in the root.
func (t *T) isBeside(name string) bool {
	data, got := t.fetch("RETR /" + name)
	return got && bytes.Equal(data, []byte(name))
}

// wantBeside fails unless a file that was stored by a way up is in the root. It removes it
// wherever it is.
func (t *T) wantBeside(cmd, way, name string) {
	if t.isBeside(name) {
		t.removeBeside(name)
		return
	}
	t.notBeside(name)
	where := "it was removed again"
	if !ok(t.Ask("DELE "+way)) && !t.takeBack(way) {
		where = "it could not be removed again"
		t.run.strays = append(t.run.strays, way+": the server stored it outside the root of the login, and does not remove it")
	}
	t.Failf("%s was carried out, and the file is not in /: it is outside the root; %s", cmd, where)
}

// takeBack renames what lies outside to a name in the sandbox.
func (t *T) takeBack(way string) bool {
	return t.Ask("RNFR "+way).Code == 350 && ok(t.Ask("RNTO "+t.run.workDir+"/"+t.Name("back")))
}
