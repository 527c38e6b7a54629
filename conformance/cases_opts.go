package conformance

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// optsCases are about the facts that FEAT offers and OPTS MLST selects.
var optsCases = []Case{
	{
		ID: "rfc3659-7.5.10-recommended", RFC: "3659 7.5.10", Level: Should, Lenient: true,
		Hurts:  "clients that mirror, which then know neither size nor time nor kind of an entry",
		Text:   "The facts type, perm, size, unique and modify are offered.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Rests:  []string{ownFeatMLST},
		Faults: []string{"feat-mlst-no-unique"},
		Run: func(t *T) {
			offered := t.offered()
			if len(offered) == 0 {
				t.Skipf("FEAT offers no facts, see %s", ownFeatMLST)
			}
			var missing []string
			for _, name := range []string{"type", "perm", "size", "unique", "modify"} {
				if _, has := offered[name]; !has {
					missing = append(missing, name)
				}
			}
			if missing != nil {
				t.Warnf("FEAT does not offer the facts %s", strings.Join(missing, ", "))
			}
		},
	},
	{
		ID: ownFeatMLST, RFC: "3659 7.8", Level: Must,
		Text:   "FEAT lists MLST with its facts, those that are on by default with a star.",
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"feat-mlst-bare", "feat-mlst-no-stars"},
		Run: func(t *T) {
			args, _ := t.run.feats.Args("MLST")
			given := len(t.mlst("").facts) > 0
			if args == "" && given {
				t.Warnf("FEAT says that MLST has no facts, but it gives some")
			} else if !strings.Contains(args, "*") && given {
				t.Failf("FEAT has a star on no fact, but MLST gives some")
			} else if args != "" && !factList.MatchString(args) {
				t.Failf("FEAT: MLST %s is not a list of facts, each ended by a semicolon", visible(args))
			}
			if t.run.feats.Has("MLSD") {
				t.Infof("FEAT has a line for MLSD, too; that for MLST says it all")
			}
		},
	},
	{
		ID: ownFeatMLSTTrue, RFC: "3659 7.8", Level: Must,
		Text:   "MLST and MLSD have no facts by default but those that FEAT has starred, and type, size and modify if they are.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLST},
		Faults: []string{"mlsx-no-size"},
		Run: func(t *T) {
			_, file, _ := t.mlsdDir()
			offered := t.offered()
			if len(offered) == 0 {
				t.Skipf("FEAT offers no facts, see %s", ownFeatMLST)
			}
			for _, e := range []factEntry{t.mlst(file), t.entryOf(t.mlsd(""), file)} {
				for _, name := range slices.Sorted(maps.Keys(e.facts)) {
					if !offered[name] {
						t.Failf("the fact %s is given, but FEAT has not starred it", visible(name))
					}
				}
				for _, name := range []string{"type", "size", "modify"} {
					if _, has := e.facts[name]; offered[name] && !has {
						t.Failf("FEAT has starred %s, but it is not given: %q", name, visible(e.line))
					}
				}
			}
		},
	},
	{
		ID: ownOptsMLST, RFC: "3659 7.9", Level: Must,
		Text:   "OPTS MLST selects facts, says which, and moves the stars of FEAT.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"opts-mlst-ignored", "opts-mlst-reply-text", "opts-mlst-502", "feat-stars-stay"},
		Run:    selectFacts,
	},
	{
		ID: "rfc3659-7.5-facts-case", RFC: "3659 7.5", Level: Must,
		Text:   "Names of facts are case-insensitive.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"opts-facts-case-sensitive"},
		Run: func(t *T) {
			name := t.File("mlst")
			facts := t.twoFacts()
			t.selects(name, facts...)
			mixed := strings.ToUpper(facts[0]) + ";"
			if len(facts) > 1 {
				mixed += facts[1][:1] + strings.ToUpper(facts[1][1:2]) + facts[1][2:] + ";"
			}
			t.Must("OPTS MLST "+mixed, 200)
			if f := t.mlst(name).facts; !holds(f, facts) {
				t.Failf("after OPTS MLST %s the facts are %s", mixed, keys(f))
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-unknown", RFC: "3659 7.9", Level: Must,
		Text:   "Facts that the server does not know are dropped from OPTS MLST without an error.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"opts-unknown-fact-501"},
		Run: func(t *T) {
			name := t.File("mlst")
			fact := t.twoFacts()[0]
			t.selects(name, fact)
			cmd := "OPTS MLST " + fact + ";frogs;"
			r := t.Must(cmd, 200)
			if strings.Contains(strings.ToLower(r.Text()), "frogs") {
				t.Failf("%s got %s, though there is no such fact", cmd, brief(r))
			}
			if f := t.mlst(name).facts; !holds(f, []string{fact}) {
				t.Failf("after %s the facts are %s", cmd, keys(f))
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-empty", RFC: "3659 7.9", Level: Must,
		Text:   "OPTS MLST without facts leaves names only, after the space that separates.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue, ownMLSDLineEnds},
		Faults: []string{"opts-empty-501"},
		Run: func(t *T) {
			_, file, _ := t.mlsdDir()
			t.selects(file, t.twoFacts()[0])
			t.Must("OPTS MLST", 200)
			if e := t.mlst(file); !strings.HasPrefix(e.line, "  ") || !strings.HasSuffix(e.line, file) {
				t.Failf("MLST without facts has the line %q, want two spaces and the name", visible(e.line))
			}
			for _, e := range t.mlsd("") {
				if !strings.HasPrefix(e.line, " ") || strings.HasPrefix(e.line, "  ") {
					t.Failf("MLSD without facts has the line %q, want one space and the name", visible(e.line))
				}
			}
		},
	},
	{
		ID: "rfc3659-7.9-opts-syntax", RFC: "3659 7.9.2", Level: Must,
		Text:   "A syntax error in OPTS MLST is refused with 501, and the selection stays.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"opts-syntax-200", "opts-500"},
		Run: func(t *T) {
			name := t.File("mlst")
			fact := t.twoFacts()[0]
			t.selects(name, fact)
			const cmd = "OPTS MLST type size;"
			r := t.Ask(cmd)
			if after := t.mlst(name).facts; refused(r) && !holds(after, []string{fact}) {
				t.Failf("a refused OPTS MLST changed the facts from %s to %s", fact, keys(after))
			}
			t.Grade(r, cmd, is(501), is(4, 5))
		},
	},
	{
		ID: "rfc3659-7.5.1.2-cdir-needs-type", RFC: "3659 7.5.1.2, 7.5.1.4", Level: MustNot,
		Text:   "The directory itself and its parent are not listed while the fact type is off.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"mlsd-dot-without-type"},
		Run: func(t *T) {
			_, file, sub := t.mlsdDir()
			fact := t.twoFacts()[0]
			if fact == "type" {
				t.Skipf("the server has no fact but type that could be chosen")
			}
			t.selects(file, fact)
			for _, e := range t.mlsd("") {
				if base := lastElement(e.name); base != file && base != sub {
					t.Failf("MLSD without the fact type lists %q", visible(e.name))
				}
			}
		},
	},
}

// Owners of what FEAT says of facts.
const (
	ownFeatMLST     = "rfc3659-7.8-feat-mlst"
	ownFeatMLSTTrue = "rfc3659-7.8-feat-mlst-true"
)

var (
	factList = regexp.MustCompile(`^([^ ;*]+\*?;)+$`)
	chosen   = regexp.MustCompile(`(?i)^MLST OPTS( ([^ ;]+;)+)?$`)
)

// offered returns the facts of FEAT's line for MLST, with the stars.
func (t *T) offered() map[string]bool {
	m := map[string]bool{}
	for _, f := range parse.Feat(t.feat().Lines).Facts() {
		m[strings.ToLower(f.Name)] = f.Enabled
	}
	return m
}

// twoFacts returns two facts of a file that the server has, or one: size and type if they
// are among them.
func (t *T) twoFacts() []string {
	offered := t.offered()
	var have []string
	for _, fact := range []string{"size", "modify", "type", "perm", "unique"} {
		if _, there := offered[fact]; there {
			have = append(have, fact)
		}
	}
	switch {
	case len(have) == 0:
		t.Skipf("FEAT offers no fact that OPTS MLST could choose")
	case slices.Contains(have, "size") && slices.Contains(have, "type"):
		have = []string{"size", "type"}
	}
	return have[:min(len(have), 2)]
}

// selects chooses facts and wants MLST of a file to have them and no others. A server that
// does not do this fails one case over it.
func (t *T) selects(file string, facts ...string) {
	t.optsMLST(strings.Join(facts, ";") + ";")
	if f := t.mlst(file).facts; !holds(f, facts) {
		t.blame(ownOptsMLST, "after OPTS MLST %s; the facts are %s", strings.Join(facts, ";"), keys(f))
	}
}

// holds reports whether facts are those of a list, and no others.
func holds(facts map[string]string, list []string) bool {
	for _, name := range list {
		if _, there := facts[name]; !there {
			return false
		}
	}
	return len(facts) == len(list)
}

// keys writes the names of facts.
func keys(facts map[string]string) string {
	if len(facts) == 0 {
		return "none"
	}
	return visible(strings.Join(slices.Sorted(maps.Keys(facts)), ", "))
}

func selectFacts(t *T) {
	_, file, _ := t.mlsdDir()
	facts := t.twoFacts()
	cmd := "OPTS MLST " + strings.Join(facts, ";") + ";"
	r := t.Ask(cmd)
	t.withoutOPTS(r)
	t.WantIn(r, cmd, 200)
	for _, e := range []factEntry{t.mlst(file), t.entryOf(t.mlsd(""), file)} {
		if !holds(e.facts, facts) {
			t.Failf("after %s the facts are %s", cmd, keys(e.facts))
		}
	}
	if !chosen.MatchString(r.LastLine()) {
		t.Failf("%s got %s, want MLST OPTS and the facts", cmd, brief(r))
	}
	after := t.offered()
	for _, fact := range slices.Sorted(maps.Keys(after)) {
		if want := slices.Contains(facts, fact); after[fact] != want {
			t.Failf("after %s FEAT has %s starred: %t, want %t", cmd, visible(fact), after[fact], want)
		}
	}
}
