package conformance

import (
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// A look is one way to ask whether a name is there. known is false if the answer says
// nothing.
type look struct {
	verb string
	ask  func(t *T, name string) (there, known bool)
}

// looks are the ways, the best first. A listing is asked for without an argument, and so
// answers for the current directory only.
func looks() []look {
	return []look{
		{"MLST", func(t *T, name string) (there, known bool) {
			r := t.Ask("MLST " + name)
			return ok(r), !unknown(r)
		}},
		{"MLSD", listed("MLSD")},
		{"NLST", func(t *T, name string) (there, known bool) {
			there, known = listed("NLST")(t, name)
			if known && !there { // BSD's servers leave out directories, so LIST has to agree
				if also, answered := listed("LIST")(t, name); answered {
					return also, true
				}
			}
			return there, known
		}},
		{"LIST", listed("LIST")},
		{"SIZE and CWD", func(t *T, name string) (there, known bool) {
			t.Type("I")
			if ok(t.Ask("SIZE " + name)) {
				return true, true
			}
			back := t.here()
			r := t.Ask("CWD " + name)
			if ok(r) {
				t.Must("CWD "+back, 2)
			}
			return ok(r), true
		}},
	}
}

// listed returns the way of a listing. One that is refused says nothing: an empty
// directory is no reason to all servers.
func listed(verb string) func(t *T, name string) (there, known bool) {
	return func(t *T, name string) (there, known bool) {
		x := t.Begin(verb)
		if x.Refused() {
			return false, false
		}
		b, err := x.d.readN(-1)
		if err != nil {
			t.Failf("%s: reading data: %v", verb, err)
		}
		x.d.goodbye()
		r := x.Final()
		for line := range strings.SplitSeq(string(b), "\n") {
			there = there || names(verb, strings.TrimSuffix(line, "\r"), name)
		}
		return there, ok(r)
	}
}

// names reports whether a line of a listing names a file or a directory of the current
// directory. Some servers put the path in front, or a slash behind a directory.
func names(verb, line, name string) bool {
	line = strings.TrimSuffix(line, "/")
	switch {
	case strings.HasSuffix(line, "/"+name), verb == "NLST" && line == name:
		return true
	case verb == "NLST":
		return false
	}
	return strings.HasSuffix(line, " "+name)
}

// here returns the current directory, as PWD says it if it can.
func (t *T) here() string {
	if r := t.Ask("PWD"); ok(r) {
		if dir, err := parse.PWD(r.LastLine()); err == nil {
			return dir
		}
	}
	return t.c.cwd
}

// exists reports whether a name is in the current directory. It asks in the best way that
// this server has been seen to answer rightly; where there is none, the case is SKIP.
func (t *T) exists(name string) bool {
	if t.run.looks == nil {
		t.run.looks = t.learnLooks()
	}
	for _, l := range t.run.looks {
		if there, known := l.ask(t, name); known {
			return there
		}
	}
	t.Skipf("there is no way to see whether a file is there: of MLST, MLSD, NLST, LIST, SIZE none gives the right answer")
	return false
}

// learnLooks tries all ways on the marker of the sandbox, which is there, and on a name
// that is not.
func (t *T) learnLooks() []look {
	box := &t.run.box
	if !box.proven {
		return []look{}
	}
	back, missing := t.here(), t.Missing()
	t.Must("CWD "+box.dir, 2)
	ways := slices.DeleteFunc(looks(), func(l look) bool {
		if l.verb == "MLST" && !t.run.feats.Has("MLST") || l.verb == "MLSD" && !t.run.feats.Has("MLST") {
			return true
		}
		there, known := l.ask(t, box.marker)
		if !there || !known {
			return true
		}
		there, known = l.ask(t, missing)
		return there || !known
	})
	t.Must("CWD "+back, 2)
	return ways
}
