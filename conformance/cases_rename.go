package conformance

import "bytes"

var renameCases = []Case{
	{
		ID: "rfc959-5.4-rnfr-rnto", RFC: "959 5.4", Level: Must,
		Text:   "RNFR is answered with 350, RNTO with 250, and the object has moved.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnto-lies", "tvfs-relative-550"},
		Run: func(t *T) {
			from, to := t.File("from"), t.Name("to")
			t.Must("RNFR "+from, 350)
			t.Must("RNTO "+to, 250)
			t.Same("the renamed file", t.downImage(to), []byte("content of "+from+"\n"))
			if _, there := t.fetch("RETR " + from); there {
				t.Failf("the old name is still there")
			}
			t.moveDir()
		},
	},
	{
		ID: "rfc959-5.4-rnto-first", RFC: "959 5.4", Level: Must,
		Text:   "RNTO without RNFR is 503.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnto-first-250"},
		Run: func(t *T) {
			t.Grade(t.Ask("RNTO "+t.Name("x")), "RNTO without RNFR", is(503), is(4, 5))
		},
	},
	{
		ID: "rfc959-4.1.3-rnto-immediate", RFC: "959 4.1.3", Level: Must, Lenient: true,
		Hurts:  "nobody, unless a session is shared: a RNFR that was given up may rename something later",
		Text:   "RNTO must directly follow RNFR.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnfr-survives-noop", "rnto-first-250"},
		Run: func(t *T) {
			name := t.File("a")
			t.Must("RNFR "+name, 350)
			t.Ask("NOOP")
			r := t.Ask("RNTO " + t.Name("b"))
			t.Grade(r, "RNTO with NOOP before it", is(503), is(4, 5))
			if _, there := t.fetch("RETR " + name); !there {
				t.Failf("the file was renamed in spite of %s", brief(r))
			}
		},
	},
	{
		ID: "rfc959-6-rename-restart", RFC: "959 4.2, 6", Level: Must,
		Text:   "A failed RNTO ends the sequence.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnfr-survives-failure", "rnto-first-250"},
		Run: func(t *T) {
			name := t.File("a")
			t.Must("RNFR "+name, 350)
			if r := t.Ask("RNTO " + t.Missing() + "/x"); !refused(r) {
				t.Skipf("RNTO to a name below what does not exist got %s", brief(r))
			}
			t.Grade(t.Ask("RNTO "+t.Name("c")), "RNTO after one that failed", is(503, 500, 550), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.4-rnfr-missing", RFC: "959 5.4", Level: Should,
		Text:   "RNFR of what does not exist is refused.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnfr-missing-350"},
		Run: func(t *T) {
			r := t.Ask("RNFR " + t.Missing())
			if r.Code != 350 {
				t.Grade(r, "RNFR of what does not exist", is(550, 450), is(4, 5))
				return
			}
			if r := t.Ask("RNTO " + t.Name("to")); !refused(r) {
				t.Failf("what does not exist was renamed: RNTO got %s", brief(r))
			}
			t.Warnf("RNFR of what does not exist got %s, and the RNTO behind it was refused", brief(r))
		},
	},
	{
		ID: "prac-rename-overwrite", RFC: "959 is silent", Level: Info,
		Full:   true,
		Text:   "What becomes of a file that has the name that RNTO gives to another.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rnto-keeps-both"},
		Run: func(t *T) {
			from, to := t.File("from"), t.File("to")
			t.Must("RNFR "+from, 350)
			r := t.Ask("RNTO " + to)
			old, there := t.fetch("RETR " + from)
			now, _ := t.fetch("RETR " + to)
			moved := bytes.Equal(now, []byte("content of "+from+"\n"))
			switch {
			case ok(r) && (there || !moved):
				t.Failf("RNTO onto a file got %s, and the old name holds %d bytes, the new one %q", brief(r), len(old), now)
			case !ok(r) && !there:
				t.Failf("RNTO onto a file got %s, and the old name is gone", brief(r))
			case !ok(r) && !bytes.Equal(now, []byte("content of "+to+"\n")):
				t.Failf("RNTO onto a file got %s, and the file holds %q now", brief(r), now)
			case ok(r):
				t.Infof("RNTO replaces a file that is in the way: %s", brief(r))
			default:
				t.Infof("RNTO refuses a name that is taken: %s", brief(r))
			}
		},
	},
}

// moveDir renames a directory with a file in it. To refuse that is allowed.
func (t *T) moveDir() {
	from, to := t.Dir("from"), t.Name("to")
	file := t.Name("in")
	t.Up(from+"/"+file, []byte("x"))
	if r := t.Ask("RNFR " + from); refused(r) {
		t.Warnf("a directory can't be renamed: RNFR got %s", brief(r))
		return
	}
	if r := t.Ask("RNTO " + to); refused(r) {
		t.Warnf("a directory can't be renamed: RNTO got %s", brief(r))
		return
	}
	t.Same("the file in the renamed directory", t.downImage(to+"/"+file), []byte("x"))
}
