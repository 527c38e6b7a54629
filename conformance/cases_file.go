package conformance

import (
	"path"
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

var fileCases = []Case{
	{
		ID: "rfc959-5.4-cwd", RFC: "959 5.4, erratum 5451", Level: Should,
		Text:   "CWD is answered with 250, or with 550 if it fails; a failure leaves the directory unchanged.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"cwd-200", "cwd-missing-moves"},
		Run: func(t *T) {
			dir, file := t.Dir("cwd"), t.File("file")
			before := t.where()
			for _, name := range []string{t.Missing(), file} {
				t.Grade(t.Ask("CWD "+name), "CWD to what is no directory", is(550), is(4, 5))
				if now := t.where(); now != before {
					t.Failf("a refused CWD moved from %q to %q", before, now)
				}
			}
			t.Grade(t.Ask("CWD "+dir), "CWD", is(250), is(200))
		},
	},
	{
		ID: "rfc959-5.4-cdup", RFC: "959 5.4, erratum 4869", Level: Must,
		Text:   "CDUP moves to the parent and is answered as CWD is, with 250.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc959-5.4-cwd", "rfc959-4.2-class-honest"},
		Faults: []string{"cdup-to-root", "cdup-above-root"},
		Run: func(t *T) {
			a := t.Dir("cdup")
			t.Must("CWD "+a, 2)
			here := t.where()
			b := t.Dir("b")
			t.Must("CWD "+b, 2)
			r := t.Must("CDUP", 250, 200)
			if r.Code == 200 {
				t.Infof("CDUP is answered with 200, the text that erratum 4869 corrects")
			}
			if now := t.where(); now != here {
				t.Failf("CDUP from %q led to %q", path.Join(here, b), now)
			}
			if !ok(t.Ask("CWD /")) || t.where() != "/" {
				return
			}
			t.Must("CDUP", 2, 4, 5)
			if now := t.where(); now != "/" {
				t.Failf("CDUP in the root led to %q", now)
			}
		},
	},
	{
		ID: "rfc959-5.4-pwd", RFC: "959 5.4, appendix II", Level: Must,
		Text:   "PWD is answered with 257 and the quoted directory first; CWD to it leads there, and PWD follows every CWD.",
		Needs:  []string{NeedLogin},
		Faults: []string{"pwd-unquoted", "pwd-root", "cwd-stays"},
		Run: func(t *T) {
			r := t.Must("PWD", 257)
			dir := t.in257("PWD", r)
			if r.LastLine()[0] != '"' {
				t.Warnf("PWD: %s does not begin with the directory", brief(r))
			}
			t.Must("CWD "+dir, 2)
			if now := t.pwd(); now != dir {
				t.Failf("CWD to %q, which PWD named, led to %q", dir, now)
			}
			if below := t.anyDir(); below != "" && ok(t.Ask("CWD "+below)) && t.pwd() == dir {
				t.Failf("CWD %s was carried out, and PWD says %q as before", visible(below), dir)
			}
		},
	},
	{
		ID: "rfc959-appII-quote-doubling", RFC: "959 appendix II", Level: Must,
		Text:   "A double quote inside the quoted name of a 257 is doubled.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"quotes-not-doubled"},
		Run: func(t *T) {
			name := t.Name(`a"b`)
			r := t.Ask("MKD " + name)
			if refused(r) {
				t.Skipf("the server refuses the name %q: %s", name, brief(r))
			}
			// A 257 without any name is for rfc959-5.4-mkd to judge.
			if strings.Contains(r.LastLine(), `"`) {
				if made := t.in257("MKD", r); lastElement(made) != name {
					t.Failf("MKD of %q: %s", name, brief(r))
				}
			}
			t.Must("CWD "+name, 2)
			if dir := t.pwd(); lastElement(dir) != name {
				t.Failf("PWD in %q says %q", name, dir)
			}
		},
	},
	{
		ID: "rfc959-appII-mkd-absolute", RFC: "959 appendix II", Level: Must, Lenient: true,
		Hurts:  "clients that go on with the pathname in the reply to MKD",
		Text:   "The 257 of MKD holds the absolute pathname.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mkd-relative"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("abs"), 2)
			s := t.Name("s")
			want := path.Join(t.where(), s)
			got := t.in257("MKD", t.Must("MKD "+s, 257))
			if r := t.Ask("CWD /"); !ok(r) {
				t.Skipf("there is no way to the root: CWD / got %s", brief(r))
			}
			if r := t.Ask("CWD " + got); !ok(r) || t.where() != want {
				t.Failf("MKD names %q, which is not the way to %q from /", got, want)
			}
		},
	},
	{
		ID: "rfc959-5.4-mkd", RFC: "959 5.4, appendix II", Level: Should,
		Text:   "MKD is answered with 257, or with 550 if the name exists.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mkd-550-done", "mkd-existing-257"},
		Run: func(t *T) {
			name := t.Name("mkd")
			t.Must("MKD "+name, 257)
			if r := t.Ask("CWD " + name); refused(r) {
				t.Failf("MKD was answered with 257, and CWD to it got %s", brief(r))
			}
			t.enter()
			t.Grade(t.Ask("MKD "+name), "MKD of what exists", is(550), is(4, 5))
			if r := t.Ask("MKD " + t.Missing() + "/x"); ok(r) {
				t.Infof("MKD makes what is missing above too: %s", brief(r))
			} else {
				t.Grade(r, "MKD below what does not exist", is(550), is(4, 5))
			}
		},
	},
	{
		ID: "rfc959-5.4-rmd", RFC: "959 5.4, appendix II", Level: Should,
		Text:   "RMD is answered with 250; it refuses what is not empty or no directory.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rmd-recursive", "rmd-refuses-but-removes"},
		Run: func(t *T) {
			dir, file := t.Dir("rmd"), t.File("file")
			t.Must("MKD "+dir+"/sub", 2)
			t.Grade(t.Ask("RMD "+dir), "RMD of a directory that is not empty", is(550, 450), is(4, 5))
			t.Must("CWD "+dir+"/sub", 2)
			t.enter()
			t.Grade(t.Ask("RMD "+file), "RMD of a file", is(550, 450), is(4, 5))
			t.Grade(t.Ask("RMD "+t.Missing()), "RMD of what does not exist", is(550, 450), is(4, 5))
			t.Same("the file after RMD", t.downImage(file), []byte("content of "+file+"\n"))
			t.Grade(t.Ask("RMD "+dir+"/sub"), "RMD", is(250), is(2))
		},
	},
	{
		ID: "rfc959-5.4-dele", RFC: "959 5.4", Level: Should,
		Text:   "DELE is answered with 250, or with 550 or 450 if it fails.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"dele-550-done", "dele-200", "dele-directory"},
		Run: func(t *T) {
			dir, file := t.Dir("dele"), t.File("file")
			t.Grade(t.Ask("DELE "+dir), "DELE of a directory", is(550, 450), is(4, 5))
			t.Must("CWD "+dir, 2)
			t.enter()
			t.Grade(t.Ask("DELE "+t.Missing()), "DELE of what does not exist", is(550, 450), is(4, 5))
			t.Grade(t.Ask("DELE "+file), "DELE", is(250), is(2))
			if _, there := t.fetch("RETR " + file); there {
				t.Failf("the file is still there after DELE")
			}
		},
	},
	{
		ID: "rfc1123-4.1.3.1-x-verbs", RFC: "1123 4.1.3.1", Level: Should,
		Text:   "XCWD, XCUP, XPWD, XMKD and XRMD are the same as their standard twins.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"x-verbs-missing"},
		Run:    twins,
	},
	{
		ID: "rfc959-5.4-syst", RFC: "959 5.4, erratum 2024, 1123", Level: Must,
		Text:   "SYST is answered with 215 and the name of an operating system that IANA has registered.",
		Needs:  []string{NeedLogin},
		Faults: []string{"syst-unregistered"},
		Run: func(t *T) {
			r := t.Ask("SYST")
			t.Grade(r, "SYST", is(215), is(5))
			if ok(r) {
				word, _, _ := strings.Cut(r.LastLine(), " ")
				if !systemNames[strings.ToUpper(word)] {
					t.Warnf("SYST: %q is no registered operating-system name", visible(word))
				}
			}
		},
	},
	{
		ID: "rfc959-5.4-stat", RFC: "959 4.1.3", Level: Should,
		Text:   "STAT without an argument is answered with 211 and the status.",
		Needs:  []string{NeedLogin},
		Faults: []string{"stat-502"},
		Run: func(t *T) {
			t.Grade(t.Ask("STAT"), "STAT", is(211), is(4, 5, 212, 213))
		},
	},
	{
		ID: "rfc959-4.1.3-stat-path", RFC: "959 4.1.3", Level: Should,
		Text:   "STAT with a pathname lists over the control connection.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stat-path-empty", "stat-unpadded-names"},
		Run: func(t *T) {
			dir := t.Dir("stat")
			t.Up(dir+"/inside", []byte("x"))
			r := t.Ask("STAT " + dir)
			t.Grade(r, "STAT of a directory", is(211, 212, 213), is(250, 5, 4))
			if ok(r) && !strings.Contains(r.Text(), "inside") {
				t.Failf("STAT of a directory does not name what is in it")
			}
		},
	},
	{
		ID: "rfc959-5.4-stat-missing", RFC: "959 5.4", Level: Should,
		Text:   "STAT of what does not exist is refused, or lists nothing.",
		Needs:  []string{NeedLogin},
		Faults: []string{"stat-missing-250", "stat-missing-shown"},
		Run: func(t *T) {
			name := t.Missing()
			r := t.Ask("STAT " + name)
			if unknown(r) {
				t.Unimplf("STAT: %s", brief(r))
			}
			for _, line := range r.Lines {
				if e, err := listing.Line(strings.TrimPrefix(line, " "), listing.Options{}); err == nil && lastElement(e.Name) == name {
					t.Failf("STAT of what does not exist shows it: %q", visible(line))
				}
			}
			t.Grade(r, "STAT of what does not exist", is(450, 550, 211, 212, 213), is(4, 5, 2))
			if matches(r.Code, is(211, 212, 213)) {
				t.Infof("STAT of what does not exist lists nothing: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc959-5.4-help", RFC: "959 5.4, 1123", Level: Must,
		Text:   "HELP is implemented, for a command too.",
		Needs:  []string{NeedLogin},
		Faults: []string{"help-502", "help-bogus-250"},
		Run: func(t *T) {
			t.Grade(t.Ask("HELP"), "HELP", is(211, 214), is(502))
			t.Grade(t.Ask("HELP RETR"), "HELP RETR", is(211, 214), is(5))
			t.Grade(t.Ask("HELP BOGUS"), "HELP of no command", is(501, 502, 504, 214, 211), is(5))
		},
	},
	{
		ID: "rfc959-5.4-site", RFC: "959 5.4", Level: Should,
		Text:   "An unknown SITE command is refused with 500 or 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"site-bogus-200"},
		Run: func(t *T) {
			t.Grade(t.Ask("SITE BOGUS"), "SITE BOGUS", is(500, 501), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.4-noop", RFC: "959 5.4", Level: Must,
		Text:   "NOOP is answered with 200 and touches nothing.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"noop-250", "noop-502", "noop-resets-type"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Type("I")
			t.Must("NOOP", 200)
			t.Same("RETR in TYPE I after NOOP", t.Down(name), []byte(text))
		},
	},
	{
		ID: "rfc959-5.4-allo", RFC: "959 5.4, 4.2", Level: Should,
		Text:   "ALLO never hinders: 200, or 202 where it means nothing.",
		Needs:  []string{NeedLogin},
		Faults: []string{"allo-550"},
		Run: func(t *T) {
			t.Grade(t.Ask("ALLO 1"), "ALLO 1", is(200, 202), is(500, 502))
			t.Grade(t.Ask("ALLO 100 R 10"), "ALLO 100 R 10", is(200, 202, 504, 501), is(4, 5))
		},
	},
}

var quoted = regexp.MustCompile(`^[^"]*"((?:[^"]|"")*)"(?:[ .,;].*)?$`)

// pwd asks for the current directory and wants it as appendix II has it.
func (t *T) pwd() string { return t.in257("PWD", t.Must("PWD", 257)) }

// in257 returns the directory in a 257 reply.
func (t *T) in257(cmd string, r protocol.Reply) string {
	m := quoted.FindStringSubmatch(r.LastLine())
	if r.Code != 257 || m == nil {
		t.Failf("%s: %s does not hold a directory in double quotes", cmd, brief(r))
	}
	return strings.ReplaceAll(m[1], `""`, `"`)
}

// systemNames holds the operating-system names that servers give and IANA has
// registered.
var systemNames = func() map[string]bool {
	m := map[string]bool{}
	for s := range strings.FieldsSeq(`UNIX LINUX WIN32 WINDOWS-NT-4 WINDOWS-NT-5 WINDOWS-NT MSDOS MVS OS/400 VM/CMS VMS
		TOPS20 MACOS NETBSD FREEBSD OPENBSD SUN SUN-OS-4.0 SOLARIS ULTRIX OS/2 CPM TANDEM AMIGA PLAN9`) {
		m[s] = true
	}
	return m
}()

// anyDir returns the name of a directory below the current one, or "" if none is known.
func (t *T) anyDir() string {
	switch box := &t.run.box; {
	case t.run.workDir != "":
		return t.Dir("d")
	case box.asked:
		return strings.TrimSuffix(box.base, "/") + "/" + box.name // not proven, but CWD changes nothing
	}
	for _, cmd := range t.listingVerbs()[1:] {
		data, _ := t.fetch(cmd)
		for line := range strings.Lines(string(data)) {
			e, err := listing.Line(strings.TrimRight(line, "\r\n"), listing.Options{})
			if err == nil && e.Kind == listing.KindDir && e.Name != "." && e.Name != ".." {
				return e.Name
			}
		}
	}
	return ""
}
