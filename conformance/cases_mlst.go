package conformance

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

var mlstCases = []Case{
	{
		ID: ownMLST, RFC: "3659 7.2", Level: Must,
		Text:   "MLST is answered with 250, and each entry stands on a line of its own after exactly one space.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlst-no-space"},
		Run: func(t *T) {
			r := t.Must("MLST "+t.File("mlst"), 250)
			if len(r.Lines) < 3 {
				t.Failf("MLST: the 250 reply has %d lines, want an entry between the first and the last", len(r.Lines))
			}
			for _, l := range r.Lines[1 : len(r.Lines)-1] {
				if !strings.HasPrefix(l, " ") || strings.HasPrefix(l, "  ") && strings.Contains(l, ";") {
					t.Failf("MLST: the line %q does not begin with exactly one space", visible(l))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.2-entry-grammar", RFC: "3659 7.2, 7.4", Level: Must,
		Text:   "An entry is facts, each ended by a semicolon, one space, and the pathname.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-no-last-semicolon"},
		Run: func(t *T) {
			_, file, sub := t.mlsdDir()
			for _, e := range append(t.mlsd(""), t.mlst(file), t.mlst(sub)) {
				if line := strings.TrimPrefix(e.line, " "); len(e.facts) > 0 && !entry.MatchString(line) {
					t.Failf("%q is not facts, space and pathname", visible(line))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.1-mlst-noarg", RFC: "3659 7.1, 7.5.1.2", Level: Must,
		Text:   "MLST without an argument describes the current directory, as a directory.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlst-noarg-cdir", "mlst-noarg-root"},
		Run: func(t *T) {
			r := t.Ask("MLST")
			if !ok(r) {
				t.Failf("MLST without an argument: got %s, want 250", brief(r))
			}
			e, here := t.mlst(""), t.here()
			if strings.HasPrefix(e.name, "/") && e.name != here {
				t.Failf("MLST without an argument describes %q, but the current directory is %q", visible(e.name), visible(here))
			}
			if u, v := e.facts["unique"], t.mlst(here).facts["unique"]; u != v {
				t.Failf("MLST without an argument has unique=%s, MLST of the current directory unique=%s", visible(u), visible(v))
			}
			typ, there := e.facts["type"]
			switch {
			case !there:
				t.Skipf("the server does not give the fact type")
			case e.is("dir"):
			case e.is("cdir"):
				t.Warnf("MLST without an argument says type=cdir, which belongs to MLSD")
			default:
				t.Failf("MLST without an argument says type=%s", visible(typ))
			}
		},
	},
	{
		ID: "rfc3659-7.1-mlst-no-data", RFC: "3659 7.1", Level: Must,
		Text:   "MLST opens no data connection.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlst-drops-passive"},
		Run: func(t *T) {
			d := t.passive()
			t.mlst("")
			t.beginOn(d, "MLSD").Receive()
		},
	},
	{
		ID: "rfc3659-7.2.1-mlst-missing", RFC: "3659 7.2.1", Level: Must,
		Text:   "MLST and MLSD of what does not exist are refused, without a data connection.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlst-missing-250", "mlsd-missing-150"},
		Run: func(t *T) {
			t.Grade(t.Ask("MLST "+t.Missing()), "MLST of what does not exist", is(550, 501), is(4, 5))
			x := t.Begin("MLSD " + t.Missing())
			if !x.dead {
				x.d.rest()
				x.d.goodbye()
				t.Failf("MLSD of what does not exist got %s, then %s", brief(x.First), brief(x.Final()))
			}
			t.Grade(x.First, "MLSD of what does not exist", is(550, 501), is(4, 5))
		},
	},
	{
		ID: "rfc3659-7.3.1-mlst-name", RFC: "3659 7.3.1", Level: Should,
		Text:   "MLST gives the pathname that was asked for, or under TVFS the full one.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlst-other-name"},
		Run: func(t *T) {
			dir, file, _ := t.mlsdDir()
			full := strings.TrimSuffix(t.here(), "/") + "/" + file
			t.named(file, full)
			t.enter()
			if t.run.feats.Has("TVFS") {
				t.named(dir+"/"+file, full)
			}
		},
	},
	{
		ID: "rfc3659-2.2.2-literal", RFC: "3659 2.2.2", Level: MustNot,
		Text:   "MLST, MLSD, SIZE and MDTM do not expand wildcards.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlst-wildcard"},
		Run:    noWildcards,
	},
	{
		ID: "rfc3659-7.6-fact-names", RFC: "3659 7.5, 7.6", Level: Must,
		Text:   "Facts that no RFC defines have the name of a system, or X, in front.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlsx-bare-fact"},
		Run: func(t *T) {
			for _, e := range append(t.mlsd(""), t.mlst("")) {
				for _, name := range slices.Sorted(maps.Keys(e.facts)) {
					if name != "sizd" && !knownFacts[name] && !strings.Contains(name, ".") {
						t.Failf("the fact %q is neither an RFC's nor has a prefix", name)
					}
				}
				if _, there := e.facts["sizd"]; there && t.verdict < Warn {
					t.Warnf("the fact sizd is no RFC's")
				}
			}
		},
	},
}

var entry = regexp.MustCompile(`^([^ =;]+=[^ ;]*;)* .+$`)

var knownFacts = map[string]bool{
	"type": true, "size": true, "modify": true, "create": true, "perm": true,
	"unique": true, "lang": true, "media-type": true, "charset": true,
}

// named wants MLST of an argument to give it back, or the full pathname.
func (t *T) named(arg, full string) {
	if e := t.mlst(arg); e.name != arg && e.name != full {
		t.Failf("MLST %s gives the name %q", arg, visible(e.name))
	}
}

// noWildcards asks for a name with a star that would match a file, first without a file of
// that very name, then with one.
func noWildcards(t *T) {
	t.suspect("rfc3659-7.2.1-mlst-missing", "rfc3659-3.2-mdtm-missing", "rfc3659-4.2-size-errors")
	t.Must("CWD "+t.Dir("wild"), 2)
	name := t.Name("ab")
	t.Up(name, []byte("plain"))
	star := "a*" + name[2:]
	for _, verb := range []string{"MLST", "SIZE", "MDTM"} {
		if r := t.Ask(verb + " " + star); ok(r) {
			t.Failf("%s %s got %s: there is only %s", verb, star, brief(r), name)
		}
	}
	sub := t.Dir("ab")
	if x := t.Begin("MLSD a*" + sub[2:]); !x.Refused() {
		t.Failf("MLSD a*%s got %s: there is only %s", sub[2:], brief(x.First), sub)
	}
	x := t.Begin("STOR " + star)
	if x.Refused() || !ok(x.Store([]byte("with a star"))) {
		return // no stars in names
	}
	if size, there := t.mlst(star).facts["size"]; there && size == "5" {
		t.Failf("of the files %s with 5 bytes and %s with 11, MLST of the second says size=%s", name, star, size)
	}
	if r := t.Ask("SIZE " + star); ok(r) && someSize.FindString(r.LastLine()) == "5" {
		t.Failf("of the files %s with 5 bytes and %s with 11, SIZE of the second says %s", name, star, brief(r))
	}
}
