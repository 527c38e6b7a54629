package conformance

import (
	"maps"
	"slices"
	"strings"
)

var mlsdCases = []Case{
	{
		ID: ownMLSD, RFC: "3659 7.2", Level: Must,
		Text:   "MLSD is answered with 150, then 226.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlsd-125-250"},
		Run: func(t *T) {
			x := t.Begin("MLSD")
			first := x.First
			x.Accepted()
			x.d.rest()
			x.d.goodbye()
			// 125 is what RFC 959 has where the connection is open already: the same
			// server sends one or the other, by chance.
			t.Grade(first, "MLSD", is(150, 125), nil)
			t.Grade(x.Final(), "MLSD, when the data are through", is(226), is(250))
		},
	},
	{
		ID: ownMLSDLineEnds, RFC: "3659 7.2", Level: Must,
		Text:   "MLSD lists each entry once, on a line that ends in CR LF, and nothing else: no space in front, no header, no summary.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-total-line", "mlsd-leading-space", "mlsd-bare-lf", "mlsd-no-dirs", "mlsd-last-missing", "mlsd-first-missing", "mlsd-twice"},
		Run:    mlsdLines,
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
		Rests:  []string{ownNoSlash},
		Faults: []string{"mlsd-full-paths-no-tvfs"},
		Run: func(t *T) {
			dir, _, _ := t.mlsdDir()
			t.enter()
			for _, name := range t.mlsdNames(dir) {
				if strings.Contains(name, "/") {
					t.Failf("MLSD has the name %q", visible(name))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.2-mlsd-implied-l8", RFC: "3659 7.2", Level: Must,
		Text:   "MLSD is sent as in TYPE L 8 whatever TYPE is in force, and leaves it alone.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-resets-type", "mlsd-type-a-empty", "stor-lies"},
		Run: func(t *T) {
			_, file, _ := t.mlsdDir()
			t.Type("I")
			image, again := plainEntries(t.mlsd("")), plainEntries(t.mlsd(""))
			t.Type("A")
			before := t.Down(file)
			ascii := plainEntries(t.mlsd(""))
			t.Same("RETR in TYPE A after MLSD", t.Down(file), before)
			steady := slices.Equal(linesOf(image), linesOf(again)) // not so where unique is a number that counts
			if !slices.Equal(namesOf(image), namesOf(ascii)) || steady && !slices.Equal(linesOf(image), linesOf(ascii)) {
				t.Failf("MLSD differs between TYPE I (%q) and TYPE A (%q)", linesOf(image), linesOf(ascii))
			}
			t.Type("I")
			t.mlsd("")
			t.Same("RETR in TYPE I after MLSD", t.Down(file), []byte("a\nb\n"))
		},
	},
	{
		ID: "rfc3659-7.2-mlsd-empty", RFC: "3659 7.2", Level: Must,
		Text:   "MLSD of an empty directory succeeds, with no entries.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsd-empty-550", "mlsd-empty-dot-file"},
		Run: func(t *T) {
			cmd := "MLSD " + t.Dir("empty")
			x := t.Begin(cmd)
			if x.Refused() {
				t.Failf("%s, an empty directory: got %s, want 150", cmd, brief(x.First))
			}
			for _, e := range entries(x.Receive()) {
				if !e.is("cdir", "pdir") {
					t.Failf("MLSD of an empty directory lists %q", visible(e.line))
				}
			}
		},
	},
}

// plainEntries returns the entries of files and directories in an order of ours: a server may list
// in any, and changes of the directory's parent are none of ours.
func plainEntries(all []factEntry) []factEntry {
	all = slices.DeleteFunc(all, factEntry.own)
	slices.SortFunc(all, func(a, b factEntry) int { return strings.Compare(a.name, b.name) })
	return all
}

func linesOf(all []factEntry) (l []string) {
	for _, e := range all {
		l = append(l, e.line)
	}
	return l
}

func namesOf(all []factEntry) (l []string) {
	for _, e := range all {
		l = append(l, e.name)
	}
	return l
}

// mlsdLines lists a directory whose content is known, byte by byte.
func mlsdLines(t *T) {
	_, file, sub := t.mlsdDir()
	other := t.File("g")
	x := t.Begin("MLSD")
	if x.Refused() {
		t.blame(ownMLSD, "MLSD: got %s, want 150", brief(x.First))
	}
	found := map[string]int{}
	for _, line := range t.split("MLSD", x.Receive()) {
		e, there := readEntry(line)
		switch {
		case !there, strings.HasPrefix(line, " ") && len(e.facts) > 0:
			t.Failf("%q is no entry", visible(line))
		case !e.own():
			found[lastElement(e.name)]++
		}
	}
	for _, name := range []string{file, other, sub} {
		switch found[name] {
		case 0:
			t.Failf("MLSD does not list %q", name)
		case 1:
		default:
			t.Failf("MLSD lists %q %d times", name, found[name])
		}
		delete(found, name)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		t.Failf("MLSD lists %q, which is not there", visible(name))
	}
}
