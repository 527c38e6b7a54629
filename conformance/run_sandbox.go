package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A sandbox is the directory of our own in which everything happens. Nothing is changed
// or removed in it before it is proven to be ours: some servers say that they have
// changed the directory but stay, and some name directories in which they are not.
type sandbox struct {
	name   string // unique, ours
	base   string // where it is made, as PWD says
	dir    string // its absolute path, as PWD says
	marker string // name of the file by which it is known
	asked  bool   // MKD has been sent
	marked bool   // so has the STOR of the marker
	proven bool
	doubt  string // why it is not proven

	unmarked bool // the marker has been removed again: from then on nothing can be proven
}

// A refusedError reports a server that does not let us make a directory to work in.
type refusedError struct {
	verb  protocol.Verb
	what  string
	reply protocol.Reply
}

// want sends a command that the sandbox needs. If it is refused, the run can't do what
// was asked.
func (t *T) want(line, what string) {
	t.judge(t.Ask(line), line, what)
}

func (t *T) judge(r protocol.Reply, line, what string) {
	t.unlessRefused(r, line, what)
	if !ok(r) {
		t.suspect(append(ownersOfTLS(t.c, r), ownerOf(line))...)
		t.Failf("%s: got %s, want 2yz", line, brief(r))
	}
}

// doneAllTheSame reports a command that was refused and has done what it says: the cases go
// on, as the effect is there.
func (t *T) doneAllTheSame(r protocol.Reply, line, seen string) {
	t.run.found(ownerOf(line), Fail, t.c, fmt.Sprintf("%s: %s; but %s", line, brief(r), seen))
	t.run.blamed[ownerOf(line)] = true
}

func (t *T) unlessRefused(r protocol.Reply, line, what string) {
	if !aboutPath(r) {
		return
	}
	verb, _, _ := strings.Cut(line, " ")
	t.run.refused = &refusedError{protocol.Verb(verb), what, r}
	t.Failf("%s: %s: %s", what, verb, brief(r))
}

// aboutConnection are refusals that are not about the directory or the account: the cases
// will find what is wrong.
var aboutConnection = is(421, 425, 426, 521, 522, 533, 534, 535, 536)

func aboutPath(r protocol.Reply) bool {
	return refused(r) && !slices.Contains(aboutConnection, int(r.Code))
}

// makeSandbox makes the directory, proves that it is ours, and finds out whether
// files can be removed there. Without it nothing is written.
func (t *T) makeSandbox() {
	r, s := t.run, &t.run.box
	if dir := r.opts.WriteDir; dir != "" {
		t.want("CWD "+dir, "the directory to work in cannot be entered")
	}
	s.base = t.where()
	t.c.cwd = s.base
	s.name, s.marker = "ftpwire-"+r.token, "ftpwire-marker-"+randomToken()+"-"+r.token
	r.license = mayMake
	s.asked = true
	mkd := t.Ask("MKD " + s.name)
	s.asked = !refused(mkd)
	if !ok(mkd) && !aboutPath(mkd) {
		t.judge(mkd, "MKD "+s.name, "no directory can be made to work in")
	}
	cwd := t.Ask("CWD " + s.name)
	there := (ok(cwd) || aboutPath(cwd)) && s.is(t.where())
	switch {
	case !ok(mkd) && there:
		s.asked = true
		t.doneAllTheSame(mkd, "MKD "+s.name, "CWD then leads there")
	case !ok(mkd):
		t.judge(mkd, "MKD "+s.name, "no directory can be made to work in")
	case !ok(cwd) && there:
		t.doneAllTheSame(cwd, "CWD "+s.name, "PWD says that it is the current directory")
	case cwd.Code == 550:
		t.blame(ownMKD, "MKD %s: %s; but CWD: %s", s.name, brief(mkd), brief(cwd))
	default:
		t.judge(cwd, "CWD "+s.name, "the directory that was made cannot be entered")
	}
	t.prove()
	probe := t.File("probe")
	if r := t.Ask("DELE " + probe); aboutPath(r) && !t.inListing(probe) {
		t.doneAllTheSame(r, "DELE "+probe, "the file is gone")
	} else {
		t.judge(r, "DELE "+probe, "what is stored cannot be removed again")
	}
	r.workDir, r.has[NeedWrite] = s.dir, true
}

// prove shows that the current directory is the sandbox, that the marker is there
// and not in the directory above, and that the absolute path leads there too.
func (t *T) prove() {
	s := &t.run.box
	dir := t.where()
	if !s.is(dir) {
		t.suspect(ownPWD)
		t.doubtful("PWD says %q in it", dir)
	}
	s.dir = dir
	if !s.marked {
		s.marked = true
		t.Type("I")
		const cannot = "no file can be stored in the directory that was made"
		x := t.Begin("STOR " + s.marker)
		t.unlessRefused(x.First, x.cmd, cannot)
		// What is listed may be a part: all of it must be there.
		const content = "made by ftpwire check, may be removed\n"
		if r := x.Store([]byte(content)); aboutPath(r) && t.Ask("SIZE "+s.marker).Text() == fmt.Sprint(len(content)) {
			t.doneAllTheSame(r, x.cmd, "all of the file is there")
		} else {
			t.judge(r, x.cmd, cannot)
		}
	}
	if !t.inListing(s.marker) {
		t.suspect(ownLIST)
		t.doubtful("a file stored in it is not listed there")
	}
	t.wantOf(ownCWD, "CWD "+s.base, 2)
	if up := t.where(); s.is(up) {
		t.suspect(ownCWD)
		t.doubtful("after CWD %s PWD says %q", s.base, up)
	}
	if t.inListing(s.marker) {
		t.suspect(ownCWD)
		t.doubtful("a file stored in it is listed in %q too", s.base)
	}
	t.enterProven()
}

// enterProven goes to the sandbox, and proves that it is there.
func (t *T) enterProven() {
	r, s := t.run, &t.run.box
	t.wantOf(ownCWD, "CWD "+s.dir, 2)
	if dir := t.where(); !s.is(dir) {
		t.doubtful("after CWD %s PWD says %q", s.dir, dir)
	}
	if !t.inListing(s.marker) {
		t.doubtful("after CWD %s the file stored in it is not listed", s.dir)
	}
	t.c.cwd = s.dir
	s.proven, s.doubt = true, ""
	r.license = mayChange
}

// doubtful ends the proof. Nothing is changed any more, nor removed.
func (t *T) doubtful(format string, args ...any) {
	s := &t.run.box
	s.proven, s.doubt = false, "not proven to be ours: "+fmt.Sprintf(format, args...)
	t.run.license = mayLook
	t.Failf("the directory of our own is %s", s.doubt)
}

// is reports whether a path ends in the sandbox's name. Some servers know one case of
// letters only.
func (s *sandbox) is(dir string) bool { return strings.EqualFold(lastElement(dir), s.name) }

// where returns the current directory.
func (t *T) where() string {
	r := t.Ask("PWD")
	dir, err := parse.PWD(r.LastLine())
	switch {
	case r.Code != 257:
		t.blame(ownPWD, "PWD: got %s, want 257", brief(r))
	case err != nil:
		t.blame(ownPWD, "PWD: %v", err)
	}
	return dir
}

// lastElement returns the last element of a path, whatever separates them.
func lastElement(dir string) string {
	dir = strings.TrimRight(dir, `/\`)
	return dir[strings.LastIndexAny(dir, `/\`)+1:]
}

// inListing reports whether any kind of listing of the current directory has a name,
// which is one that nothing else has, in small letters.
func (t *T) inListing(name string) bool {
	verbs := []string{"NLST", "LIST"}
	if t.run.feats.Has("MLST") {
		verbs = append([]string{"MLSD"}, verbs...)
	}
	for _, verb := range verbs {
		if t.listedBy(verb, name) {
			return true
		}
	}
	return false
}

func (t *T) listedBy(verb, name string) (found bool) {
	x := t.Begin(verb)
	if x.Refused() {
		return false
	}
	var last []byte // so that a name is found that came in two pieces
	_, err := x.d.drainTo(func(b []byte) {
		last = append(last, bytes.ToLower(b)...)
		found = found || bytes.Contains(last, []byte(name))
		last = append([]byte(nil), last[max(0, len(last)-len(name)):]...)
	})
	if err != nil {
		t.Failf("%s: reading data: %v", verb, err)
	}
	x.d.goodbye()
	x.Final()
	return found
}

// rawLines returns the lines of a listing, however they end, or none if the
// server refuses it.
func (t *T) rawLines(cmd string) []string {
	x := t.Begin(cmd)
	if x.Refused() {
		return nil
	}
	b, err := x.d.readN(-1)
	if err != nil {
		t.Failf("%s: reading data: %v", cmd, err)
	}
	x.d.goodbye()
	x.Final()
	return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\r' || r == '\n' })
}
