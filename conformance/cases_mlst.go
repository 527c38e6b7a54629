package conformance

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

var mlstCases = []Case{
	{
		ID: "rfc3659-7.2-mlst-format", RFC: "3659 7.2", Level: Must,
		Text:   "MLST is answered with 250, and each entry stands on a line of its own after exactly one space.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlst-no-space"},
		Run:    func(t *T) { t.mlst(t.File("mlst")) },
	},
	{
		ID: "rfc3659-7.2-entry-grammar", RFC: "3659 7.2, 7.4", Level: Must,
		Text:   "An entry is facts, each ended by a semicolon, one space, and the pathname.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-no-last-semicolon"},
		Run: func(t *T) {
			name := t.File("mlst")
			for _, line := range append(t.Lines("MLSD"), strings.TrimPrefix(t.mlst(name), " ")) {
				if !entry.MatchString(line) {
					t.Failf("%q is not facts, space and pathname", visible(line))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.5-facts-case", RFC: "3659 7.5", Level: Must,
		Text:   "Names of facts are case-insensitive.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"opts-facts-case-sensitive"},
		Run: func(t *T) {
			t.Must("OPTS MLST TYPE;sIzE;", 200)
			f := t.facts(t.mlst(t.File("mlst")))
			if f["type"] == "" || f["size"] == "" {
				t.Failf("after OPTS MLST TYPE;sIzE; the facts are %v", f)
			}
		},
	},
	{
		ID: "rfc3659-7.1-mlst-noarg", RFC: "3659 7.1, 7.5.1.2", Level: Must,
		Text:   "MLST without an argument describes the current directory, as a directory.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlst-noarg-cdir"},
		Run: func(t *T) {
			switch typ := strings.ToLower(t.facts(t.mlst(""))["type"]); typ {
			case "dir":
			case "cdir":
				t.Warnf("MLST without an argument says type=cdir, which belongs to MLSD")
			default:
				t.Failf("MLST without an argument says type=%q", typ)
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
			t.beginOn(d, "NLST").Receive()
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
		ID: "rfc3659-7.5.3-modify", RFC: "3659 7.5.3, 2.3", Level: Must,
		Text:   "The fact modify is a time in UTC, and equals MDTM.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-local-time"},
		Run: func(t *T) {
			name := t.File("mlst")
			value := t.facts(t.mlst(name))["modify"]
			if value == "" {
				t.Skipf("the server has no fact modify")
			}
			when, _, err := parse.TimeVal(value)
			if err != nil || !timeVal.MatchString(value) {
				t.Failf("modify=%s is no time of 14 digits", value)
			}
			t.freshTime("modify", when)
			if r := t.Ask("MDTM " + name); ok(r) {
				if m, _, err := parse.TimeVal(r.LastLine()); err == nil && m.Sub(when).Abs() >= time.Second {
					t.Failf("modify=%s, but MDTM says %s", value, r.LastLine())
				}
			}
		},
	},
	{
		ID: "rfc3659-7.5.7-size", RFC: "3659 7.5.7", Level: Must,
		Text:   "The fact size is the number of octets of a file.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-size-wrong"},
		Run: func(t *T) {
			name := t.Name("size")
			t.Up(name, payload(4321))
			if s := t.facts(t.mlst(name))["size"]; s != "" && s != "4321" {
				t.Failf("a file of 4321 bytes has size=%s", s)
			}
			if s := t.facts(t.mlst(t.Dir("dir")))["size"]; s != "" {
				t.Warnf("a directory has size=%s", s)
			}
		},
	},
	{
		ID: "rfc3659-7.5.5-perm", RFC: "3659 7.5.5", Level: Must,
		Text:   "The fact perm uses the letters a c d e f l m p r w, and those that fit the type.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-perm-x"},
		Run: func(t *T) {
			t.perm(t.File("perm"), "adfrw", "c e l m p")
			t.perm(t.Dir("perm"), "cdeflmp", "r a w")
		},
	},
	{
		ID: "rfc3659-7.5.2-unique", RFC: "3659 7.5.2", Level: Should,
		Text:   "The fact unique is equal for one object and different for two.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"mlsx-unique-same"},
		Run: func(t *T) {
			a, b := t.File("u"), t.File("u")
			ua, ub := t.facts(t.mlst(a))["unique"], t.facts(t.mlst(b))["unique"]
			switch {
			case ua == "":
				t.Skipf("the server has no fact unique")
			case ua == ub:
				t.Failf("two files have the same unique=%s", ua)
			case ua != t.facts(t.mlst(a))["unique"]:
				t.Failf("one file has two values of unique")
			}
		},
	},
	{
		ID: "rfc3659-7.5.10-recommended", RFC: "3659 7.5.10", Level: Should, Lenient: true,
		Hurts:  "clients that mirror, which then know neither size nor time nor kind of an entry",
		Text:   "The facts type, perm, size, unique and modify are offered.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"feat-mlst-no-unique", "feat-mlst-bare"},
		Run: func(t *T) {
			var missing []string
			for _, name := range []string{"type", "perm", "size", "unique", "modify"} {
				if _, has := t.offered()[name]; !has {
					missing = append(missing, name)
				}
			}
			if missing != nil {
				t.Warnf("FEAT does not offer the facts %s", strings.Join(missing, ", "))
			}
		},
	},
	{
		ID: "rfc3659-7.6-fact-names", RFC: "3659 7.5, 7.6", Level: Must,
		Text:   "Facts that no RFC defines have the name of a system, or X, in front.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"mlsx-bare-fact"},
		Run: func(t *T) {
			for name := range t.facts(t.mlst("")) {
				if name == "sizd" {
					t.Warnf("the fact sizd is no RFC's")
				} else if !knownFacts[name] && !strings.Contains(name, ".") {
					t.Failf("the fact %q is neither an RFC's nor has a prefix", name)
				}
			}
		},
	},
	{
		ID: "rfc3659-7.8-feat-mlst", RFC: "3659 7.8", Level: Must,
		Text:   "FEAT lists MLST with its facts, those that are on by default with a star.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"feat-mlst-bare"},
		Run: func(t *T) {
			args, _ := t.run.feats.Args("MLST")
			if args == "" && len(t.facts(t.mlst(""))) > 0 {
				t.Warnf("FEAT says that MLST has no facts, but it gives some")
			} else if args != "" && !factList.MatchString(args) {
				t.Failf("FEAT: MLST %s is not a list of facts, each ended by a semicolon", args)
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-select", RFC: "3659 7.9", Level: Must,
		Text:   "OPTS MLST selects facts, says which, and moves the stars of FEAT.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"opts-mlst-ignored", "opts-mlst-reply-text"},
		Run:    selectFacts,
	},
	{
		ID: "rfc3659-7.9-opts-unknown", RFC: "3659 7.9", Level: Must,
		Text:   "Facts that the server does not know are dropped from OPTS MLST without an error.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"opts-unknown-fact-501"},
		Run: func(t *T) {
			r := t.Must("OPTS MLST size;frogs;", 200)
			if strings.Contains(strings.ToLower(r.Text()), "frogs") {
				t.Failf("OPTS MLST size;frogs; got %s, though there is no such fact", brief(r))
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-empty", RFC: "3659 7.9", Level: Must,
		Text:   "OPTS MLST without facts leaves names only, after the space that separates.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownMLST},
		Faults: []string{"opts-empty-501"},
		Run: func(t *T) {
			name := t.File("mlst")
			t.Must("OPTS MLST", 200)
			if line := t.mlst(name); !strings.HasPrefix(line, "  ") || !strings.HasSuffix(line, name) {
				t.Failf("MLST without facts has the line %q, want two spaces and the name", line)
			}
			for _, line := range t.Lines("MLSD") {
				if !strings.HasPrefix(line, " ") {
					t.Failf("MLSD without facts has the line %q, want one space and the name", line)
				}
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-syntax", RFC: "3659 7.9.2", Level: Must,
		Text:   "A syntax error in OPTS MLST is refused with 501, and the selection stays.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"opts-syntax-200"},
		Run: func(t *T) {
			before := t.facts(t.mlst(""))
			t.Must("OPTS MLST type size;", 501)
			if after := t.facts(t.mlst("")); len(after) != len(before) {
				t.Failf("a refused OPTS MLST changed the facts from %v to %v", before, after)
			}
		},
	},
}

var (
	entry    = regexp.MustCompile(`^([^ =;]+=[^ ;]*;)* .+$`)
	factList = regexp.MustCompile(`^([^ ;*]+\*?;)+$`)
	chosen   = regexp.MustCompile(`(?i)^MLST OPTS( ([^ ;]+;)+)?$`)
)

var knownFacts = map[string]bool{
	"type": true, "size": true, "modify": true, "create": true, "perm": true,
	"unique": true, "lang": true, "media-type": true, "charset": true,
}

// mlst sends MLST and returns the line of the entry, its first space included.
func (t *T) mlst(name string) string {
	r := t.Must(strings.TrimRight("MLST "+name, " "), 250)
	if len(r.Lines) < 3 {
		t.Failf("MLST: the 250 reply has %d lines, want an entry between the first and the last", len(r.Lines))
	}
	for _, l := range r.Lines[1 : len(r.Lines)-1] {
		if !strings.HasPrefix(l, " ") || strings.HasPrefix(l, "  ") && strings.Contains(l, ";") {
			t.blame(ownMLST, "MLST: the line %q does not begin with exactly one space", visible(l))
		}
	}
	return r.Lines[1]
}

// facts returns the facts of an entry by their lower-case names.
func (t *T) facts(line string) map[string]string {
	e, err := listing.MLSx(strings.TrimPrefix(line, " "))
	if err != nil {
		t.Failf("%v", err)
	}
	facts := map[string]string{}
	for name, value := range e.Facts.All() {
		if name = strings.ToLower(name); facts[name] == "" {
			facts[name] = value
		}
	}
	return facts
}

// offered returns the facts of FEAT's line for MLST, with the stars.
func (t *T) offered() map[string]bool {
	m := map[string]bool{}
	for _, f := range parse.Feat(t.Must("FEAT", 211).Lines).Facts() {
		m[strings.ToLower(f.Name)] = f.Enabled
	}
	return m
}

func (t *T) perm(name, fit, misfit string) {
	perm, has := t.facts(t.mlst(name))["perm"]
	if !has {
		t.Skipf("the server has no fact perm")
	}
	for _, letter := range strings.ToLower(perm) {
		switch {
		case strings.ContainsRune(fit, letter):
		case strings.ContainsRune(misfit, letter):
			t.Warnf("perm=%s: %c does not fit the type", perm, letter)
		default:
			t.Failf("perm=%s: no letter %c is defined", perm, letter)
		}
	}
}

func selectFacts(t *T) {
	name := t.File("mlst")
	r := t.Must("OPTS MLST type;size;", 200)
	if !chosen.MatchString(r.LastLine()) {
		t.Failf("OPTS MLST type;size; got %s, want MLST OPTS and the facts", brief(r))
	}
	f := t.facts(t.mlst(name))
	if len(f) != 2 || f["type"] == "" || f["size"] == "" {
		t.Failf("after OPTS MLST type;size; the facts are %s", fmt.Sprint(f))
	}
	for fact, on := range t.offered() {
		if want := fact == "type" || fact == "size"; on != want {
			t.Failf("after OPTS MLST type;size; FEAT has %s starred: %t, want %t", fact, on, want)
		}
	}
}
