package conformance

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

var transferCases = []Case{
	{
		ID: "rfc959-5.4-retr", RFC: "959 5.4", Level: Should,
		Text:   "RETR is answered with 125 or 150, then with 226 or 250.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"double-150"},
		Run: func(t *T) {
			name := t.File("retr")
			x := t.Begin("RETR " + name)
			t.WantIn(x.First, "RETR", 125, 150)
			x.d.rest()
			x.d.goodbye()
			t.Want("RETR, when the data are through", 226, 250)
		},
	},
	{
		ID: "rfc959-5.4-retr-missing", RFC: "959 5.4", Level: Must,
		Text:   "RETR of what does not exist fails before any preliminary reply.",
		Needs:  []string{NeedLogin},
		Faults: []string{"retr-missing-226", "epsv-not-listening"},
		Run: func(t *T) {
			x := t.Begin("RETR " + t.Missing())
			late := x.begun
			x.d.Close()
			t.Grade(x.Final(), "RETR of what does not exist", is(550, 450), is(4, 5))
			if late {
				t.Warnf("RETR of what does not exist is refused only after a preliminary reply")
			}
		},
	},
	{
		ID: "rfc959-5.4-retr-dir", RFC: "959 5.4", Level: Must,
		Text:   "RETR of a directory fails.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-dir-226"},
		Run: func(t *T) {
			x := t.Begin("RETR " + t.Dir("dir"))
			x.d.Close()
			t.Grade(x.Final(), "RETR of a directory", is(550, 450), is(4, 5))
		},
	},
	{
		ID: "rfc959-4.1.3-stor-replaces", RFC: "959 4.1.3", Level: Must,
		Text:   "STOR replaces the whole content.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-appends"},
		Run: func(t *T) {
			name := t.Name("stor")
			t.Up(name, payload(100))
			t.Up(name, []byte("0123456789"))
			t.Same("the file after a second STOR", t.Down(name), []byte("0123456789"))
		},
	},
	{
		ID: "rfc959-4.1.3-stor-dir", RFC: "959 5.4", Level: Must,
		Text:   "STOR to the name of a directory fails without a preliminary reply.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-dir-226"},
		Run: func(t *T) {
			x := t.Begin("STOR " + t.Dir("dir"))
			if !x.dead {
				x.Store([]byte("x"))
				t.Failf("STOR to a directory got a preliminary reply, then %s", brief(x.First))
			}
			t.Grade(x.First, "STOR to a directory", is(553, 550), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.4-noarg", RFC: "959 5.4", Level: Should,
		Text:   "A missing argument that is mandatory is refused with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"dele-noarg-500", "appe-replaces", "dele-directory", "mkd-existing-257", "port-bad-200", "retr-dir-226", "size-dir-213", "stor-dir-226"},
		Run: func(t *T) {
			for _, verb := range []string{"RETR", "STOR", "APPE", "DELE", "RNFR", "MKD", "RMD", "TYPE", "PORT", "REST", "SIZE", "MDTM"} {
				if !t.mayAsk(verb) {
					continue // a run that changes nothing
				}
				if r := t.Ask(verb); r.Code != 502 {
					t.Grade(r, verb+" without an argument", is(501), is(4, 5))
				}
			}
		},
	},
	{
		ID: "rfc959-4.1.3-appe", RFC: "959 4.1.3", Level: Must,
		Text:   "APPE appends, or creates.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"appe-replaces"},
		Run: func(t *T) {
			name := t.Name("appe")
			t.Type("I")
			t.Upload("APPE "+name, []byte("ab"))
			t.Upload("APPE "+name, []byte("cd"))
			t.Same("the file after two APPE", t.Down(name), []byte("abcd"))
		},
	},
	{
		ID: "rfc1123-4.1.2.9-stou", RFC: "1123 4.1.2.9", Level: Must,
		Text:   "The preliminary reply to STOU is 125 or 150 and the text FILE: with the name; names are unique.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stou-no-name", "stou-same-name", "stou-in-root"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("stou"), 2)
			a, b := t.stou("one"), t.stou("two")
			if a == b {
				t.Failf("two STOU have the same name %q", a)
			}
			t.Same("the file of the first STOU", t.Down(a), []byte("one"))
			t.Same("the file of the second STOU", t.Down(b), []byte("two"))
		},
	},
	{
		ID: "rfc959-4.1.3-stou-cwd", RFC: "959 4.1.3", Level: Must,
		Text:   "STOU creates its file in the current directory.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stou-in-root"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("stou"), 2)
			t.Type("I")
			x := t.stouBegin()
			t.WantIn(x.Store([]byte("x")), "STOU", 226, 250)
			names := t.names("NLST")
			if len(names) != 1 {
				t.Failf("after one STOU in an empty directory, NLST there has %d names", len(names))
			}
		},
	},
	{
		ID: "rfc959-4.1.3-list", RFC: "959 4.1.3, 5.4", Level: Must,
		Text:   "LIST lists a directory, or describes one file.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"list-garbage", "list-bare-lf"},
		Run: func(t *T) {
			dir := t.Dir("list")
			t.Must("CWD "+dir, 2)
			first, second := t.File("first"), t.File("second")
			t.mentions("LIST", t.Lines("LIST"), first, second)
			one := t.Lines("LIST " + first)
			t.mentions("LIST of a file", one, first)
			if strings.Contains(strings.Join(one, "\n"), second) {
				t.Failf("LIST of a file lists others too")
			}
			t.enter()
			t.mentions("LIST of a directory", t.Lines("LIST "+dir), first, second)
		},
	},
	{
		ID: "rfc1123-4.1.2.7-list-type-a", RFC: "1123 4.1.2.7", Level: Should,
		Text:   "LIST and NLST are in ASCII whatever TYPE is in force, and leave it alone.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"list-bare-lf"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Type("I")
			t.Lines("LIST")
			t.Lines("NLST")
			t.Same("RETR in TYPE I after listings", t.Down(name), []byte(text))
		},
	},
	{
		ID: "rfc1123-4.1.2.7-nlst-usable", RFC: "1123 4.1.2.7", Level: Must, Lenient: true,
		Text:   "Every line of NLST is an argument that RETR takes from the same directory.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-dir-bare-names", "tvfs-relative-550"},
		Run:    usableNames,
	},
	{
		ID: "rfc1123-4.1.2.7-nlst-only-names", RFC: "1123 4.1.2.7, 959", Level: Must,
		Text:   "NLST has names and nothing else.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-marks-directories"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("nlst"), 2)
			file, dir := t.File("file"), t.Dir("dir")
			for _, line := range t.names("NLST") {
				if name := strings.TrimPrefix(line, "./"); name != file && name != dir {
					t.Failf("NLST of a directory with %q and %q has the line %q", file, dir, line)
				}
			}
		},
	},
	{
		ID: "prac-nlst-empty", RFC: "959, 1123 (silent)", Level: Info,
		Text:   "NLST of an empty directory gives 150, no data, and 226.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-empty-550"},
		Run: func(t *T) {
			x := t.Begin("NLST " + t.Dir("empty"))
			if x.Refused() {
				t.end(Warn, "NLST of an empty directory: %s", brief(x.First))
			}
			if b := x.Receive(); len(b) > 0 {
				t.Infof("NLST of an empty directory gives %q", visible(string(b)))
			}
		},
	},
	{
		ID: "rfc959-3.2-server-closes-retr", RFC: "959 3.2", Level: Must,
		Text:   "In stream mode the server closes the data connection when the data are sent.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-lingers"},
		Run: func(t *T) {
			data := "some bytes"
			name := t.Name("close")
			t.Up(name, []byte(data))
			x := t.Begin("RETR " + name).Accepted()
			if _, err := x.d.readN(len(data)); err != nil {
				t.Failf("reading data: %v", err)
			}
			if !x.d.ends(soon) {
				t.Failf("the data connection is still open a second after the last byte")
			}
			// Under TLS servers hold the reply back until the client has ended its
			// side too, which it does on seeing the end.
			x.d.goodbye()
			t.WantIn(x.Final(), "RETR", 226, 250)
		},
	},
	{
		ID: "rfc959-5.2-stor-eof", RFC: "959 5.2", Level: Must,
		Text:   "The end of the data connection ends a STOR, at once; the file is whole then.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-late-226", "image-seven-bits"},
		Run: func(t *T) {
			name := t.Name("eof")
			t.Type("I")
			x := t.Begin("STOR " + name)
			start := time.Now()
			t.WantIn(x.Store(payload(1000)), "STOR", 226, 250)
			if d := time.Since(start); d > 5*time.Second {
				t.Failf("the final reply came %s after the end of the data", d.Round(time.Second))
			}
			t.Same("the file, directly after the final reply", t.Down(name), payload(1000))
		},
	},
	{
		ID: "rfc959-5.4-stor-reset", RFC: "959 5.4", Level: Should,
		Text:   "A data connection that was reset is no success.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-reset-226"},
		Run: func(t *T) {
			t.Type("I")
			x := t.Begin("STOR " + t.Name("reset")).Accepted()
			x.d.Write(payload(64 << 10))
			x.d.reset()
			t.Grade(x.Final(), "STOR whose data connection was reset", is(426, 451), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.4-retr-client-closes", RFC: "959 5.4", Level: Should,
		Text:   "A client that closes the data connection early gets 426, and keeps its session.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-broken-226"},
		Run: func(t *T) {
			x := t.stall()
			x.d.readN(4 << 10)
			x.d.reset()
			t.Grade(x.Final(), "RETR whose data connection was closed early", is(426, 451, 425), is(4, 5))
			t.barrier("after a RETR that was closed early")
		},
	},
	{
		ID: "rfc959-4.1.3-retr-no-side-effect", RFC: "959 4.1.3", Level: Must,
		Text:   "RETR leaves the file untouched.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-touches", "type-reset-by-transfer"},
		Run: func(t *T) {
			name := t.File("retr")
			size, mdtm := t.Ask("SIZE "+name), t.Ask("MDTM "+name)
			first := t.downImage(name)
			if s, m := t.Ask("SIZE "+name), t.Ask("MDTM "+name); s.Text() != size.Text() || m.Text() != mdtm.Text() {
				t.Failf("before RETR SIZE and MDTM said %q and %q, after it %q and %q", size.Text(), mdtm.Text(), s.Text(), m.Text())
			}
			t.Same("the file in a second RETR", t.Down(name), first)
		},
	},
}

var stouReply = regexp.MustCompile(`(?m)^FILE: (.+)$`)

func (t *T) stouBegin() *Transfer {
	t.letServerName()
	x := t.Begin("STOU")
	if unknown(x.First) {
		t.Unimplf("STOU: %s", brief(x.First))
	}
	return x.Accepted()
}

// stou stores text with STOU and returns the name that the server gives.
func (t *T) stou(text string) string {
	t.Type("I")
	x := t.stouBegin()
	first := x.First
	t.WantIn(first, "STOU", 125, 150)
	final := x.Store([]byte(text))
	t.WantIn(final, "STOU", 226, 250)
	m := stouReply.FindStringSubmatch(first.Text())
	if m == nil && strings.Contains(final.Text(), "FILE: ") {
		t.end(Warn, "STOU names the file only in its final reply: %s", brief(final))
	}
	if m == nil {
		t.Failf("STOU: got %s, want the text \"FILE: \" and the name", brief(first))
	}
	return m[1]
}

// mentions fails unless each name ends a line.
func (t *T) mentions(what string, lines []string, names ...string) {
	for _, name := range names {
		found := false
		for _, l := range lines {
			found = found || strings.HasSuffix(l, " "+name) || strings.HasSuffix(l, "/"+name)
		}
		if !found {
			t.Failf("%s: no line for %q", what, name)
		}
	}
}

// names returns the lines of NLST without those for the directory itself and its
// parent, which some servers give.
func (t *T) names(cmd string) []string {
	return slices.DeleteFunc(t.Lines(cmd), func(l string) bool { return path.Base(l) == "." || path.Base(l) == ".." })
}

// usableNames retrieves what NLST lists.
func usableNames(t *T) {
	dir := t.Dir("nlst")
	t.Up(dir+"/f", []byte("x"))
	try := func(cmd string) {
		lines := t.names(cmd)
		if len(lines) != 1 || path.Base(lines[0]) != "f" {
			t.lenient = false
			t.Failf("%s: got %q, want one line for the file", cmd, lines)
		}
		x := t.Begin("RETR " + lines[0])
		if x.Refused() {
			t.Failf("%s lists %q, which RETR refuses: %s", cmd, lines[0], brief(x.First))
		}
		x.Receive()
	}
	t.Must("CWD "+dir, 2)
	try("NLST")
	t.enter()
	try("NLST " + dir + "/f")
	try("NLST " + dir)
}
