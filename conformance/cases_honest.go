package conformance

import (
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// honestClass does what changes something, and looks whether the replies are true.
func honestClass(t *T) {
	dir := path.Join(t.run.workDir, t.Dir("honest"))
	t.Must("CWD "+dir, 2)
	t.honestDirs(dir)
	t.honestFiles()
	t.honestUploads()
	t.honestUnique(dir)
}

// tells compares a reply with what has become of a name. Nothing ends here: a server that
// lies once may do so again.
func (t *T) tells(line string, r protocol.Reply, done bool) {
	switch {
	case ok(r) && !done:
		t.note(Fail, "%s got %s, but nothing has happened", line, brief(r))
	case refused(r) && done:
		t.note(Fail, "%s got %s, but it was done", line, brief(r))
	}
}

// honestDirs is about MKD, CWD and RMD.
func (t *T) honestDirs(dir string) {
	d := t.Name("d")
	r := t.Ask("MKD " + d)
	t.tells("MKD", r, t.exists(d))
	if !t.exists(d) {
		return
	}
	r = t.Ask("CWD " + d)
	moved := !t.exists(d) // it is not in itself
	t.tells("CWD", r, moved)
	t.Must("CWD "+dir, 2)
	r = t.Ask("RMD " + d)
	t.tells("RMD", r, !t.exists(d))
}

// honestFiles is about DELE, and RNFR and RNTO.
func (t *T) honestFiles() {
	f, g, h := t.File("f"), t.File("g"), t.Name("h")
	if t.exists(f) {
		r := t.Ask("DELE " + f)
		t.tells("DELE", r, !t.exists(f))
	}
	if t.exists(g) && t.Ask("RNFR "+g).Code == 350 {
		r := t.Ask("RNTO " + h)
		t.tells("RNTO", r, t.exists(h) && !t.exists(g))
	}
}

// honestUploads is about STOR and APPE.
func (t *T) honestUploads() {
	name := t.Name("upload")
	want := "stored\n"
	t.Type("I")
	t.honestUpload("STOR "+name, "stored\n", name, want)
	if t.exists(name) {
		t.honestUpload("APPE "+name, "and more\n", name, want+"and more\n")
	}
}

func (t *T) honestUpload(cmd, data, name, want string) {
	verb, _, _ := strings.Cut(cmd, " ")
	x := t.Begin(cmd)
	if x.Refused() {
		if verb == "STOR" {
			t.tells(verb, x.First, t.exists(name))
		}
		return
	}
	r := x.Store([]byte(data))
	t.tells(verb, r, t.exists(name) && t.holds(name, want))
}

// holds reports whether a file has a content.
func (t *T) holds(name, want string) bool {
	x := t.Begin("RETR " + name)
	if x.Refused() {
		return false
	}
	b, err := x.d.readN(-1)
	if err != nil {
		t.Failf("RETR: reading data: %v", err)
	}
	x.d.goodbye()
	return ok(x.Final()) && string(b) == want
}

// honestUnique is about STOU. The server chooses the name, in an empty directory.
func (t *T) honestUnique(dir string) {
	d := t.Dir("stou")
	if !ok(t.Ask("CWD " + path.Join(dir, d))) {
		return
	}
	t.letServerName()
	if len(t.namesHere()) > 0 {
		return // it is not the empty one
	}
	x := t.Begin("STOU")
	if x.Refused() {
		return
	}
	r := x.Store([]byte("unique\n"))
	names := t.namesHere()
	t.tells("STOU", r, len(names) == 1 && t.holds(names[0], "unique\n"))
}
