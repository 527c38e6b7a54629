package conformance

import (
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
	for _, verb := range []string{"STOR", "APPE"} {
		for _, o := range t.waysOut() {
			name := t.beside(o.lands, "outside")
			x := t.Begin(verb + " " + o.way + name)
			if x.Refused() {
				t.notBeside(o.lands + name)
			} else if r := x.Store([]byte(name)); ok(r) {
				t.wantBeside(x.cmd, o, name)
			}
		}
	}
	for _, o := range t.waysOut() {
		from, name := t.Name("from"), t.beside(o.lands, "outside")
		t.Up(from, []byte(name))
		if t.Ask("RNFR "+from).Code == 350 && ok(t.Ask("RNTO "+o.way+name)) {
			t.wantBeside("RNTO "+o.way+name, o, name)
		} else {
			t.notBeside(o.lands + name)
		}
	}
}

// A wayOut is a way above the root, and where a server that keeps to its root lands by it.
// Beyond the root may be a directory in which the server can't write; into that of
// temporary files most can.
type wayOut struct{ way, lands string }

func (t *T) waysOut() []wayOut {
	up := strings.Repeat("../", strings.Count(t.run.workDir, "/")+1) // the way out, and one step more
	return []wayOut{{up, "/"}, {"/../", "/"}, {aboveAll + "tmp/", "/tmp/"}}
}

// beside returns the name of a file that will be put beside the sandbox. It is removed at
// the end of the run, if not before.
func (t *T) beside(dir, stem string) string {
	name := t.Name(stem)
	t.run.beside = append(t.run.beside, dir+name)
	return name
}

// notBeside forgets a path that came to nothing, or is gone.
func (t *T) notBeside(path string) {
	t.run.beside = slices.DeleteFunc(t.run.beside, func(s string) bool { return s == path })
}

// removeBeside removes a file beside the sandbox, and reports whether it is gone.
func (t *T) removeBeside(path string) bool {
	if !ok(t.Ask("DELE " + path)) {
		return false
	}
	t.notBeside(path)
	return true
}

// besideWorks reports whether files can be stored beside the sandbox, seen there, and
// removed.
func (t *T) besideWorks() bool {
	name := t.beside("/", "beside")
	x := t.Begin("STOR /" + name)
	if x.Refused() {
		t.notBeside("/" + name)
		return false
	}
	stored := ok(x.Store([]byte(name))) && t.isBeside("/"+name)
	return t.removeBeside("/"+name) && stored
}

// isBeside reports whether a file that holds its own name is there.
func (t *T) isBeside(path string) bool {
	data, got := t.fetch("RETR " + path)
	return got && string(data) == lastElement(path)
}

// wantBeside fails unless a file that was stored by a way out is inside the root. It removes
// the file wherever it is.
func (t *T) wantBeside(cmd string, o wayOut, name string) {
	if t.isBeside(o.lands + name) {
		t.removeBeside(o.lands + name)
		return
	}
	t.notBeside(o.lands + name)
	where := "it was removed again"
	if way := o.way + name; !ok(t.Ask("DELE "+way)) && !t.takeBack(way) {
		where = "it could not be removed again"
		t.run.strays = append(t.run.strays, way+": the server stored it outside the root of the login, and does not remove it")
	}
	t.Failf("%s was carried out, and the file is not in %s: it is outside the root; %s", cmd, o.lands, where)
}

// takeBack renames what lies outside to a name in the sandbox.
func (t *T) takeBack(way string) bool {
	return t.Ask("RNFR "+way).Code == 350 && ok(t.Ask("RNTO "+t.run.workDir+"/"+t.Name("back")))
}
