package conformance

import (
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// listingCases are those of LIST and NLST.
var listingCases = []Case{
	{
		ID: "rfc959-4.1.3-list", RFC: "959 4.1.3, 5.4", Level: Must,
		Text:   "LIST lists all that is in a directory and nothing else, or describes one file.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"list-garbage", "list-no-directories", "list-last-missing", "list-150-late", "list-226-first", "list-empty-parent"},
		Run:    listsAll,
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
		Hurts:  "clients that get every file of another directory by the names that NLST gives",
		Text:   "Every line of NLST is an argument that RETR takes from the same directory.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-dir-bare-names", "tvfs-relative-550"},
		Run:    usableNames,
	},
	{
		ID: "rfc1123-4.1.2.7-nlst-only-names", RFC: "1123 4.1.2.7, 959", Level: Must,
		Text:   "NLST has the names of all files and nothing else.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-marks-directories", "nlst-last-missing"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("nlst"), 2)
			file, second, dir := t.File("file"), t.File("second"), t.Dir("dir")
			lines := t.names("NLST")
			for i, line := range lines {
				lines[i] = strings.TrimPrefix(line, "./")
				if lines[i] != file && lines[i] != second && lines[i] != dir { // which may be left out
					t.Failf("NLST of a directory with %q, %q and %q has the line %q", file, second, dir, line)
				}
			}
			for _, name := range []string{file, second} {
				if !slices.Contains(lines, name) {
					t.Failf("NLST: no line for %q", name)
				}
			}
		},
	},
	{
		ID: "prac-nlst-empty", RFC: "959, 1123 (silent)", Level: Info,
		Full:   true,
		Text:   "NLST and LIST of an empty directory give 150, no entry, and 226.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"nlst-empty-550", "list-empty-550"},
		Run: func(t *T) {
			dir := t.Dir("empty")
			for _, cmd := range []string{"NLST ", "LIST "} {
				x := t.Begin(cmd + dir)
				if x.Refused() {
					t.Warnf("%sof an empty directory: %s", cmd, brief(x.First))
				} else if b := x.Receive(); len(b) > 0 {
					t.Infof("%sof an empty directory gives %q", cmd, visible(string(b)))
				}
			}
		},
	},
	{
		ID: "rfc959-5.4-list-missing", RFC: "959 5.4", Level: Should,
		Text:   "LIST and NLST of what does not exist are refused with 450, and not answered with an empty listing.",
		Needs:  []string{NeedLogin},
		Faults: []string{"list-missing-226"},
		Run: func(t *T) {
			for _, cmd := range []string{"LIST ", "NLST "} {
				t.listMissing(cmd + t.Missing())
			}
		},
	},
	{
		ID: "prac-list-dash-a", RFC: "959 (silent)", Level: Info,
		Full:   true,
		Text:   "Whether LIST takes -a and -la for options, or for names.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownLIST},
		Faults: []string{"list-option-elsewhere"},
		Run:    listOptions,
	},
	{
		ID: "rfc959-5.4-list-replies-mlsd-parity", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "What LIST, NLST and MLSD say of names with a dot in front; the other names are in all of them.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownLIST, ownNLST},
		Faults: []string{"mlsd-dot-hides"},
		Run:    listingsAgree,
	},
}

// listsAll makes files and directories, and looks for them in LIST.
func listsAll(t *T) {
	dir := t.Dir("list")
	t.Must("CWD "+dir, 2)
	first, second, sub, empty := t.File("first"), t.File("second"), t.Dir("sub"), t.Name("empty")
	t.Up(empty, nil)
	names := []string{first, second, sub, empty}
	c := t.follow("LIST")
	c.trailing()
	c.complete()
	c.headless()
	c.late()
	t.mentions("LIST", t.lines(c.data), names...)
	t.headless("LIST")

	one := t.lines(t.Begin("LIST " + first).Receive())
	t.mentions("LIST of a file", one, first)
	t.lacks("LIST of a file", one, second, sub, empty)
	if x := t.Begin("LIST " + sub); !x.Refused() { // see prac-nlst-empty
		t.lacks("LIST of an empty directory", t.lines(x.Receive()), names...)
	}
	t.enter()
	t.mentions("LIST of a directory", t.lines(t.Begin("LIST "+dir).Receive()), names...)
}

// listMissing asks for a listing of what is not there.
func (t *T) listMissing(cmd string) {
	x := t.Begin(cmd)
	late := !x.dead
	var data []byte
	if late {
		data, _ = x.d.readN(-1)
		x.d.goodbye()
	}
	switch r := x.Final(); {
	case ok(r) && len(data) == 0:
		t.Warnf("%s, which does not exist: got %s and an empty listing", cmd, brief(r))
	case ok(r):
		t.Warnf("%s, which does not exist: got %s and the listing %q", cmd, brief(r), visible(string(data)))
	case r.Code == 550:
		t.Infof("%s, which does not exist: 550, want 450", cmd)
	default:
		t.Grade(r, cmd+", which does not exist", is(450), is(4, 5))
	}
}

// listOptions lists a directory with options of ls. A server that takes them for a name
// says that there is no such file.
func listOptions(t *T) {
	t.Must("CWD "+t.Dir("options"), 2)
	name := t.File("file")
	for _, cmd := range []string{"LIST -a", "LIST -la"} {
		x := t.Begin(cmd)
		if x.Refused() {
			t.Infof("%s: %s", cmd, brief(x.First))
			continue
		}
		data, err := x.d.readN(-1)
		x.d.goodbye()
		r := x.Final()
		lines := t.lines(data)
		switch {
		case !ok(r):
			t.Infof("%s: %s", cmd, brief(r))
		case err != nil:
			t.Warnf("%s: reading data: %v", cmd, err)
		case hasLine(lines, name):
			t.Infof("%s is LIST with options; the directory itself is listed: %t", cmd, hasLine(lines, "."))
		case len(lines) == 0:
			t.Infof("%s: an empty listing", cmd)
		default:
			t.Warnf("%s lists neither this directory nor nothing: %q", cmd, visible(string(data)))
		}
	}
}

// listingsAgree compares the names in LIST, NLST and MLSD.
func listingsAgree(t *T) {
	dir := t.Dir("parity")
	t.Must("CWD "+dir, 2)
	names := []string{t.File("one"), t.File("two")}
	hidden, dots := t.Name(".hidden"), []string{".", ".."}
	t.Type("I")
	if x := t.Begin("STOR " + hidden); x.Refused() {
		t.Infof("a name with a dot in front is refused: %s", brief(x.First))
	} else if r := x.Store([]byte("x")); ok(r) {
		dots = append(dots, hidden)
	}
	cmds := []string{"LIST", "NLST"}
	if t.run.feats.Has("MLST") {
		cmds = append(cmds, "MLSD")
	}
	for _, cmd := range cmds {
		lines := t.lines(t.Begin(cmd).Receive())
		for i, line := range lines {
			if e, err := listing.MLSx(line); err == nil && cmd == "MLSD" {
				lines[i] = " " + e.Name
			}
		}
		for _, name := range names {
			if !hasLine(lines, name) {
				t.Warnf("%s: no line for %q", cmd, name)
			}
		}
		var seen []string
		for _, name := range dots {
			if hasLine(lines, name) {
				seen = append(seen, name)
			}
		}
		t.Infof("%s has of the names with a dot in front: %q", cmd, seen)
	}
}

// lines returns the lines of a listing, however they end: rfc1123-4.1.2.7-list-type-a
// judges that.
func (t *T) lines(b []byte) []string {
	return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\r' || r == '\n' })
}

// hasLine reports whether a line of a listing is for a name.
func hasLine(lines []string, name string) bool {
	return slices.ContainsFunc(lines, func(l string) bool {
		before, ends := strings.CutSuffix(strings.TrimSuffix(l, "/"), name)
		return ends && (before == "" || strings.ContainsAny(before[len(before)-1:], " \t/"))
	})
}

// mentions fails unless each name ends a line.
func (t *T) mentions(what string, lines []string, names ...string) {
	for _, name := range names {
		if !hasLine(lines, name) {
			t.Failf("%s: no line for %q", what, name)
		}
	}
}

// lacks fails if one of the names ends a line.
func (t *T) lacks(what string, lines []string, names ...string) {
	for _, name := range names {
		if hasLine(lines, name) {
			t.Failf("%s: a line for %q", what, name)
		}
	}
}

// names returns the lines of NLST without those for the directory itself and its
// parent, which some servers give.
func (t *T) names(cmd string) []string {
	return slices.DeleteFunc(t.lines(t.Begin(cmd).Receive()), func(l string) bool { return path.Base(l) == "." || path.Base(l) == ".." })
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
