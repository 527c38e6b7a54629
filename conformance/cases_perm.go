package conformance

import "strings"

// A permTry is one thing that a letter of perm is about. It reports whether that worked;
// known is false where it says nothing about permission.
type permTry struct {
	letter string
	what   string
	do     func() (works, known bool)
}

// permHint does what each letter of perm is about, to a file and to a directory of our own.
func permHint(t *T) {
	dir, file, sub := t.mlsdDir()
	ofFile := t.given(t.mlst(file), "perm")
	ofDir := t.mlst(sub).facts["perm"]
	if ofFile == "" || strings.Trim(strings.ToLower(ofFile), fileLetters) != "" || strings.Trim(strings.ToLower(ofDir), dirLetters) != "" {
		t.Skipf("perm is not as it should be, see %s", ownPerm)
	}
	t.Type("I")
	t.hints("a file", ofFile, []permTry{
		{"r", "RETR", t.tryDown("RETR " + file)},
		{"w", "STOR", t.tryStore("STOR " + file)},
		{"a", "APPE", t.tryStore("APPE " + file)},
		{"f", "RNFR", t.tryRename(file)},
		{"d", "DELE", t.tryAsk("DELE " + file)},
	})
	inside, below := t.Name("x"), t.Name("y")
	in := func(do func() (bool, bool)) func() (bool, bool) {
		return func() (works, known bool) {
			if !ok(t.Ask("CWD " + sub)) {
				return false, false
			}
			works, known = do()
			t.enter()
			t.Must("CWD "+dir, 2)
			return works, known
		}
	}
	stored, made := false, false
	t.hints("a directory", ofDir, []permTry{
		{"e", "CWD", func() (bool, bool) {
			works := ok(t.Ask("CWD " + sub))
			t.enter()
			t.Must("CWD "+dir, 2)
			return works, true
		}},
		{"c", "STOR in it", in(func() (works, known bool) {
			stored, known = t.tryStore("STOR " + inside)()
			return stored, known
		})},
		{"m", "MKD in it", in(func() (works, known bool) {
			made, known = t.tryAsk("MKD " + below)()
			return made, known
		})},
		{"l", "MLSD", t.tryDown("MLSD " + sub)},
		{"p", "DELE in it", in(func() (works, known bool) {
			works, known = t.tryAsk("DELE " + inside)()
			return works, known && stored
		})},
		{"p", "RMD in it", in(func() (works, known bool) {
			works, known = t.tryAsk("RMD " + below)()
			return works, known && made
		})},
		{"f", "RNFR", t.tryRename(sub)},
		{"d", "RMD", t.tryAsk("RMD " + sub)},
	})
}

// hints compares what perm says with what can be done.
func (t *T) hints(what, perm string, tries []permTry) {
	for _, try := range tries {
		said := strings.Contains(strings.ToLower(perm), try.letter)
		works, known := try.do()
		switch {
		case !known || perm == "":
		case said && !works:
			if owner := ownerOf(try.what); owner != "" {
				t.suspect(owner)
			}
			t.Warnf("perm=%s of %s has %s, but %s is refused", visible(perm), what, try.letter, try.what)
		case !said && works:
			t.Warnf("perm=%s of %s has no %s, but %s works", visible(perm), what, try.letter, try.what)
		}
	}
}

// tryAsk returns an attempt at a command.
func (t *T) tryAsk(cmd string) func() (works, known bool) {
	return func() (works, known bool) {
		r := t.Ask(cmd)
		return ok(r), !unknown(r)
	}
}

// tryDown returns an attempt at a command that sends data.
func (t *T) tryDown(cmd string) func() (works, known bool) {
	return func() (works, known bool) {
		x := t.Begin(cmd)
		if x.Refused() {
			return false, !unknown(x.First)
		}
		x.d.rest()
		x.d.goodbye()
		return ok(x.Final()), true
	}
}

// tryStore returns an attempt at an upload.
func (t *T) tryStore(cmd string) func() (works, known bool) {
	return func() (works, known bool) {
		x := t.Begin(cmd)
		if x.Refused() {
			return false, !unknown(x.First)
		}
		return ok(x.Store([]byte("x"))), true
	}
}

// tryRename returns an attempt to rename something, which has its old name again
// afterwards.
func (t *T) tryRename(from string) func() (works, known bool) {
	return func() (works, known bool) {
		to := t.Name("to")
		r := t.Ask("RNFR " + from)
		if r.Code == 350 {
			r = t.Ask("RNTO " + to)
		}
		if ok(r) {
			t.Must("RNFR "+to, 350)
			t.Must("RNTO "+from, 2)
		}
		return ok(r), !unknown(r)
	}
}
