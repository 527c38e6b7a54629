package conformance

import (
	"bytes"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
)

var mlsdCases = []Case{
	{
		ID: "rfc3659-7.2-mlsd-replies", RFC: "3659 7.2", Level: Must,
		Text:   "MLSD is answered with 150, then 226.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlsd-125-250"},
		Run: func(t *T) {
			x := t.Begin("MLSD")
			first := x.First
			x.Accepted()
			x.d.rest()
			x.d.goodbye()
			t.Grade(first, "MLSD", is(150), is(125))
			t.Grade(x.Final(), "MLSD, when the data are through", is(226), is(250))
		},
	},
	{
		ID: "rfc3659-7.2-mlsd-lines", RFC: "3659 7.2", Level: Must,
		Text:   "The lines of MLSD are entries and nothing else: no space in front, no header, no summary.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-total-line", "mlsd-leading-space"},
		Run: func(t *T) {
			t.mlsdDir()
			for _, line := range t.Lines("MLSD") {
				if !entry.MatchString(line) || strings.HasPrefix(line, " ") {
					t.Failf("%q is no entry", visible(line))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.1-mlsd-file", RFC: "3659 7.1, 7.2.1", Level: Must,
		Text:   "MLSD of what is no directory is refused with 501, without a data connection.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-file-226"},
		Run: func(t *T) {
			x := t.Begin("MLSD " + t.File("mlsd"))
			if !x.dead {
				x.d.rest()
				x.d.goodbye()
				t.Failf("MLSD of a file got %s, then %s", brief(x.First), brief(x.Final()))
			}
			t.Grade(x.First, "MLSD of a file", is(501), is(4, 5))
		},
	},
	{
		ID: "rfc3659-7.3.1-mlsd-names", RFC: "3659 7.3.1", Level: Should,
		Text:   "The names in MLSD are unqualified.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-full-paths"},
		Run: func(t *T) {
			dir, _, _ := t.mlsdDir()
			t.enter()
			for _, name := range t.mlsdNames(dir) {
				if strings.Contains(name, "/") {
					t.Warnf("MLSD has the name %q", name)
				}
			}
		},
	},
	{
		ID: "rfc3659-7.5.1-type-values", RFC: "3659 7.5.1", Level: Must,
		Text:   "The fact type is file, cdir, pdir, dir, or OS. and a name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-type-folder"},
		Run: func(t *T) {
			t.mlsdDir()
			for _, line := range t.Lines("MLSD") {
				switch typ := strings.ToLower(t.facts(line)["type"]); {
				case typ == "", typ == "file", typ == "cdir", typ == "pdir", typ == "dir", strings.HasPrefix(typ, "os."):
				default:
					t.Failf("type=%s is none of the values defined", typ)
				}
			}
		},
	},
	{
		ID: "rfc3659-7.5.1.2-cdir-needs-type", RFC: "3659 7.5.1.2, 7.5.1.4", Level: MustNot,
		Text:   "The directory itself and its parent are not listed while the fact type is off.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-dot-without-type", "mlsd-full-paths"},
		Run: func(t *T) {
			_, file, sub := t.mlsdDir()
			t.Must("OPTS MLST size;", 200)
			for _, line := range t.Lines("MLSD") {
				e, err := listing.MLSx(line)
				if err != nil {
					t.Failf("MLSD: %v", err)
				}
				if e.Name != file && e.Name != sub {
					t.Failf("MLSD without the fact type lists %q", e.Name)
				}
			}
		},
	},
	{
		ID: "rfc3659-7.2-mlsd-implied-l8", RFC: "3659 7.2", Level: Must,
		Text:   "MLSD is sent as in TYPE L 8 whatever TYPE is in force, and leaves it alone.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-resets-type"},
		Run: func(t *T) {
			_, file, _ := t.mlsdDir()
			t.Type("I")
			image := t.Begin("MLSD").Receive()
			t.Same("RETR in TYPE I after MLSD", t.Down(file), []byte("a\nb\n"))
			t.Type("A")
			ascii := t.Begin("MLSD").Receive()
			if !bytes.Equal(image, ascii) {
				t.Failf("MLSD differs between TYPE I (%d bytes) and TYPE A (%d bytes)", len(image), len(ascii))
			}
		},
	},
	{
		ID: "rfc3659-7.2-mlsd-empty", RFC: "3659 7.2", Level: Must,
		Text:   "MLSD of an empty directory succeeds, with no entries.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-empty-550"},
		Run: func(t *T) {
			dir := t.Dir("empty")
			for _, line := range t.Lines("MLSD " + dir) {
				if typ := strings.ToLower(t.facts(line)["type"]); typ != "cdir" && typ != "pdir" {
					t.Failf("MLSD of an empty directory lists %q", line)
				}
			}
		},
	},
	{
		ID: "rfc3659-2.2.2-literal", RFC: "3659 2.2.2", Level: MustNot,
		Text:   "MLST and SIZE do not expand wildcards.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlst-wildcard", "mlst-missing-250"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("wild"), 2)
			t.File("ab")
			for _, cmd := range []string{"MLST a*", "SIZE a*"} {
				t.Must(cmd, 4, 5)
			}
		},
	},
	{
		ID: "rfc3659-7.8-feat-mlst-true", RFC: "3659 7.8", Level: Must,
		Text:   "MLSD has no facts by default but those that FEAT has starred, and type, size and modify if they are.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"feat-mlst-no-stars", "feat-mlst-bare"},
		Run: func(t *T) {
			offered := t.offered()
			f := t.facts(t.mlst(t.File("mlst")))
			for name := range f {
				if !offered[name] {
					t.Failf("the fact %s is given, but FEAT has not starred it", name)
				}
			}
			for _, name := range []string{"type", "size", "modify"} {
				if _, has := f[name]; offered[name] && !has {
					t.Failf("FEAT has starred %s, but it is not given", name)
				}
			}
		},
	},
}

// mlsdDir makes a directory with one file and one directory, and goes there.
func (t *T) mlsdDir() (dir, file, sub string) {
	dir = t.Dir("mlsd")
	t.Must("CWD "+dir, 2)
	file = t.Name("f")
	t.Up(file, []byte("a\nb\n"))
	return dir, file, t.Dir("d")
}
