package conformance

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

var transferCases = []Case{
	{
		ID: "rfc959-5.4-retr", RFC: "959 5.4", Level: Should,
		Text:   "RETR is answered with 125 or 150, then the data come, then 226 or 250.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-150-late", "retr-no-150", "retr-226-early"},
		Run: func(t *T) {
			c := t.follow("RETR " + t.File("retr"))
			c.complete()
			c.headless()
			c.late()
			t.unread()
		},
	},
	{
		ID: "rfc959-5.4-stor", RFC: "959 5.4", Level: Should,
		Text:   "STOR is answered with 125 or 150, then with 226 or 250 when all data have come; or it is refused with a code for it.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-550-done", "stor-226-early", "stor-missing-226"},
		Run:    storReplies,
	},
	{
		ID: "rfc959-5.4-retr-missing", RFC: "959 5.4", Level: Must,
		Text:   "RETR of what does not exist fails before any preliminary reply.",
		Needs:  []string{NeedLogin},
		Faults: []string{"retr-missing-226"},
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
			late := !x.dead
			if late {
				x.Store([]byte("x"))
			}
			t.Grade(x.Final(), "STOR to a directory", is(553, 550), is(4, 5))
			if late {
				t.Warnf("STOR to a directory is refused only after a preliminary reply")
			}
		},
	},
	{
		ID: "rfc959-5.4-noarg", RFC: "959 5.4", Level: Should,
		Text:   "A missing argument that is mandatory is refused with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"dele-noarg-500", "port-bad-200", "retr-dir-226", "size-dir-213", "stor-dir-226", "dele-directory"},
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
		Faults: []string{"stou-no-name", "stou-same-name", "stou-in-root", "stou-lies"},
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
		ID: "prac-stou-arg", RFC: "959 5.3.1", Level: Info,
		Full:   true,
		Text:   "What STOU makes of an argument; it never replaces a file.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stou-arg-replaces"},
		Run:    stouArgument,
	},
	{
		ID: "rfc959-3.2-server-closes-retr", RFC: "959 3.2", Level: Must,
		Text:   "In stream mode the server closes the data connection when the data are sent; the final reply does not come before.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-lingers"},
		Run: func(t *T) {
			name := t.Name("close")
			t.Up(name, []byte("some bytes"))
			c := t.follow("RETR " + name)
			c.trailing()
			c.complete()
		},
	},
	{
		ID: "rfc959-5.2-stor-eof", RFC: "959 5.2", Level: Must,
		Text:   "The end of the data connection ends a STOR, at once; the file is whole then.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stor-late-226"},
		Run: func(t *T) {
			name := t.Name("eof")
			t.Type("I")
			x := t.Begin("STOR " + name).Accepted()
			x.put(payload(1000))
			r, took := x.finishLate()
			t.WantIn(r, "STOR", 226, 250)
			if took > min(lateFinal, t.run.opts.timeout()) {
				t.Failf("the final reply came %s after the end of the data", shown(took))
			}
			// That the bytes are right is for IMAGE to show.
			if got := t.Down(name); len(got) < 1000 {
				t.Failf("directly after the final reply the file has %d bytes, want 1000", len(got))
			}
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
			time.Sleep(quiet) // so that the server has seen the data, and waits for more
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
			time.Sleep(quiet) // so that the server waits in the middle of it, see underway
			x.d.reset()
			for !x.dead && x.heard(t.run.opts.timeout()) {
			}
			if !x.dead {
				t.Failf("RETR whose data connection was closed early has no final reply; the last one is %s", brief(x.First))
			}
			t.Grade(x.First, "RETR whose data connection was closed early", is(426, 451, 425), is(4, 5))
			t.barrier("after a RETR that was closed early")
		},
	},
	{
		ID: "rfc959-4.1.3-retr-no-side-effect", RFC: "959 4.1.3", Level: Must,
		Text:   "RETR leaves the file untouched.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"retr-touches"},
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
	{
		ID: "prac-concurrent-stor-retr", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "What RETR of a file gives that is being stored; the upload arrives whole all the same.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"busy-retr-garbage", "busy-stor-spoiled"},
		Run:    readWhileStored,
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

// stouArgument gives STOU the name of a file that is there.
func stouArgument(t *T) {
	t.Must("CWD "+t.Dir("stou"), 2)
	name := t.File("taken")
	t.letServerName()
	t.Type("I")
	x := t.Begin("STOU " + name)
	switch {
	case unknown(x.First):
		t.Unimplf("STOU: %s", brief(x.First))
	case x.Refused():
		t.Infof("STOU with an argument: %s", brief(x.First))
	default:
		first := x.First
		t.Infof("STOU with the name of a file: %s, then %s", brief(first), brief(x.Store([]byte("other"))))
	}
	if got, want := t.Down(name), "content of "+name+"\n"; string(got) != want {
		t.Warnf("STOU changed the file whose name was its argument: %q, want %q", visible(string(got)), want)
	}
}

// readWhileStored retrieves a file in a second session while the first one stores it.
// Some servers let the one wait for the other.
func readWhileStored(t *T) {
	name, data := t.Name("busy"), payload(200_000)
	half := len(data) / 2
	storing := t.c
	reading := t.Session()
	t.Use(storing)
	t.Type("I")
	up := t.Begin("STOR " + name).Accepted()
	up.put(data[:half])
	t.Use(reading)
	t.Type("I")
	x := &Transfer{t: t, d: t.passive(), cmd: "RETR " + name}
	t.Send(x.cmd)
	end := func() {
		t.Use(storing)
		up.put(data[half:])
		t.WantIn(up.finish(), "STOR of a file that is read meanwhile", 226, 250)
		t.Use(reading)
	}
	waits := !x.heard(soon)
	if waits {
		end()
	}
	const what = "RETR of a file that is being stored"
	if x.Refused() {
		t.Infof("%s: %s", what, brief(x.First))
	} else {
		got := x.readAny()
		t.Infof("%s: %d of %d bytes, %s; it waits for the upload: %t", what, len(got), len(data), brief(x.Final()), waits)
		if !bytes.HasPrefix(data, got) {
			t.Warnf("%s has %d bytes that are not the file's", what, len(got))
		}
	}
	if !waits {
		end()
	}
	t.Use(storing)
	if !bytes.Equal(t.Down(name), data) {
		t.Warnf("a file that was read while it was stored is not what was sent")
	}
}

// readAny reads what a download has, from TLS on, whatever it is.
func (x *Transfer) readAny() []byte {
	if x.d.c.private {
		if err := x.d.protect(); err != nil {
			x.t.Warnf("%s: the TLS handshake on the data connection failed: %v", x.cmd, err)
			return nil
		}
	}
	got, err := x.d.readN(-1)
	x.d.goodbye()
	if err != nil {
		x.t.Warnf("%s: reading data: %v", x.cmd, err)
	}
	return got
}

// storReplies looks at the replies to an upload: the final one must not come before its
// end. Then a directory is missing on the way to the file.
func storReplies(t *T) {
	t.Type("I")
	name, data := t.Name("stor"), payload(64<<10)
	x := t.Begin("STOR " + name).Accepted()
	t.WantIn(x.First, "STOR", 125, 150)
	x.put(data)
	if x.heard(quiet) && x.dead {
		t.Failf("STOR: %s came before the upload had ended", brief(x.First))
	}
	t.WantIn(x.finish(), "STOR", 226, 250)
	t.Same("the file", t.Down(name), data)

	dir := t.Missing()
	t.run.record(t.c.path(dir)) // some servers make it
	x = t.Begin("STOR " + dir + "/x")
	late := !x.dead
	if late {
		x.Store([]byte("x"))
	}
	const what = "STOR to a directory that does not exist"
	switch r := x.First; {
	case !ok(r):
		t.Grade(r, what, is(450, 452, 500, 501, 532, 550, 553), is(4, 5))
		if r.Code == 550 {
			t.Infof("%s: 550, which RFC 959 does not have for STOR", what)
		}
		if late {
			t.Warnf("%s is refused only after a preliminary reply", what)
		}
	case t.Begin("RETR " + dir + "/x").settled():
		t.Infof("%s makes it", what)
	default:
		t.Failf("%s: got %s, and nothing is there", what, brief(r))
	}
}

// settled ends a download, whatever comes, and reports whether it went well.
func (x *Transfer) settled() bool {
	if !x.dead {
		x.d.rest()
		x.d.goodbye()
	}
	return ok(x.Final())
}
