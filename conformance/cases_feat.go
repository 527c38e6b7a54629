package conformance

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

var featCases = []Case{
	{
		ID: ownFEAT, RFC: "2389 3.2", Level: Must,
		Text:   "FEAT is answered with 211 and lines that begin with exactly one space.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-no-space"},
		Run: func(t *T) {
			r := t.feat()
			t.WantIn(r, "FEAT", 211)
			if len(r.Lines) < 2 {
				return
			}
			for _, l := range r.Lines[1 : len(r.Lines)-1] {
				if !featLine.MatchString(l) {
					t.Failf("FEAT: the line %q does not begin with exactly one space and a label", visible(l))
				}
			}
		},
	},
	{
		ID: ownNoFeatures, RFC: "2389 3.2", Level: Must,
		Text:   "Without features FEAT is answered with one line, or refused.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-empty-list"},
		Run: func(t *T) {
			if r := t.feat(); len(r.Lines) == 2 {
				t.Failf("FEAT is answered with several lines that hold no feature")
			}
		},
	},
	{
		ID: "rfc2389-3.2-feat-arg", RFC: "2389 3.2", Level: Should,
		Text:   "FEAT with an argument is refused with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-arg-211"},
		Run: func(t *T) {
			t.feat()
			t.Grade(t.Ask("FEAT x"), "FEAT with an argument", is(501), is(211, 500))
		},
	},
	{
		ID: "rfc2389-3.2-feat-complete", RFC: "2389 3.2", Level: Must,
		Text:   "FEAT lists every extension that the server has and an RFC documents.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownNoFeatures, ownFEAT},
		Faults: []string{"feat-without-mlst", "feat-without-mfmt"},
		Run:    featComplete,
	},
	{
		ID: ownFeatTrue, RFC: "2389 3.2", Level: Must,
		Text:   "What FEAT lists works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownFEAT},
		Faults: []string{"feat-lies", "x-verbs-missing"},
		Run:    featTrue,
	},
	{
		ID: "rfc2389-3.2-feat-not-self", RFC: "2389 3.2, 4", Level: Must,
		Text:   "FEAT and OPTS are not in the list.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-lists-itself"},
		Run: func(t *T) {
			t.feat()
			for _, label := range []string{"FEAT", "OPTS"} {
				if t.run.feats.Has(label) {
					t.Warnf("FEAT lists %s", label)
				}
			}
		},
	},
	{
		ID: ownOPTS, RFC: "2389 4", Level: Must,
		Text:   "OPTS exists wherever FEAT does, and refuses a bad option with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"opts-500"},
		Run: func(t *T) {
			t.feat()
			for _, cmd := range []string{"OPTS BOGUS x", "OPTS"} {
				t.Grade(t.Ask(cmd), cmd, is(501, 451), is(504, 550, 503, 530))
			}
		},
	},
	{
		ID: "rfc2389-4-opts-case", RFC: "2389 4", Level: Must,
		Text:   "OPTS and the command after it are case-insensitive.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Rests:  []string{ownFeatMLSTTrue},
		Faults: []string{"opts-case-sensitive"},
		Run: func(t *T) {
			fact := t.twoFacts()[0]
			t.selects(t.File("opts"), fact)
			cmd := "opts mlst " + fact + ";"
			r := t.Ask(cmd)
			if r.Code != 200 && t.Ask("OPTS mlst "+fact+";").Code == 200 {
				t.blame(ownVerbCase, "%s: got %s, want 200 as for OPTS", cmd, brief(r))
			}
			t.WantIn(r, cmd, 200)
		},
	},
	{
		ID: "prac-feat-stable", RFC: "practice", Level: Info, Full: true,
		Text:   "FEAT is the same twice, and how it differs before the login, after it, and under TLS.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-second-shorter"},
		Run:    featStable,
	},
}

// Owners of what FEAT and OPTS have in common.
const (
	ownNoFeatures = "rfc2389-3.2-feat-empty"
	ownFeatTrue   = "rfc2389-3.2-feat-true"
	ownOPTS       = "rfc2389-4-opts-present"
	ownVerbCase   = "rfc959-5.3-verb-case"
)

var featLine = regexp.MustCompile(`^ [!-~]`)

// feat asks for the features. The case is UNIMPL if the server has no FEAT.
func (t *T) feat() protocol.Reply {
	r := t.Ask("FEAT")
	if unknown(r) {
		t.Unimplf("FEAT: %s", brief(r))
	}
	if r.Code != 211 {
		t.blame(ownFEAT, "FEAT: got %s, want 211", brief(r))
	}
	return r
}

// featComplete tries what has a line in FEAT by an RFC or by a draft. What has a case of
// its own for that, such as SIZE, is left to it.
func featComplete(t *T) {
	t.feat()
	name := t.File("feat")
	for _, x := range []struct {
		label, cmd string
		draft      bool
	}{
		{"MLST", "MLST " + name, false},
		{"HASH", "HASH " + name, true},
		{"MFMT", "MFMT " + setTime + " " + name, true},
		{"MFF", "MFF Modify=" + setTime + "; " + name, true},
		{"RANG", "RANG 1 0", true},
		{"AVBL", "AVBL", true},
	} {
		if t.run.feats.Has(x.label) {
			continue
		}
		switch r := t.Ask(x.cmd); {
		case !ok(r) && r.Code != 350:
		case x.draft:
			t.Warnf("%s works (%s), but FEAT does not list it", x.label, brief(r))
		default:
			t.Failf("%s works (%s), but FEAT does not list it", x.label, brief(r))
		}
	}
	for _, x := range [][2]string{{"EPRT", "EPSV"}, {"EPSV", "EPRT"}} {
		if t.run.feats.Has(x[0]) && !t.run.feats.Has(x[1]) && t.run.has[x[1]] {
			t.Warnf("%s works, but FEAT lists %s only", x[1], x[0])
		}
	}
	if t.c.private && (!t.run.feats.Has("PBSZ") || !t.run.feats.Has("PROT")) {
		t.Failf("PBSZ and PROT work, but FEAT does not list them")
	}
}

// featTrue sends a harmless command for each label of FEAT that it knows. Those that have a
// case of their own come last.
func featTrue(t *T) {
	t.feat()
	name := t.File("feat")
	probes := map[string]string{
		"MLST": "MLST " + name, "MLSD": "MLST " + name,
		"REST": "REST 0", "EPSV": "EPSV", "PASV": "PASV", "HASH": "HASH " + name, "AVBL": "AVBL",
		"XCRC": "XCRC " + name, "XMD5": "XMD5 " + name, "XSHA": "XSHA " + name, "XSHA1": "XSHA1 " + name,
		"XSHA256": "XSHA256 " + name, "XSHA512": "XSHA512 " + name, "MD5": "MD5 " + name,
		"MFMT": "MFMT " + setTime + " " + name, "MFF": "MFF Modify=" + setTime + "; " + name,
		"CLNT": "CLNT ftpwire", "RANG": "RANG 1 0",
	}
	if t.c.secure {
		probes["PBSZ"] = "PBSZ 0"
	}
	for label := range t.run.feats.All() {
		cmd, known := probes[strings.ToUpper(label)]
		if !known {
			continue
		}
		if r := t.Ask(cmd); unknown(r) {
			t.Failf("FEAT lists %s, but %s got %s", visible(label), cmd, brief(r))
		}
	}
	if t.run.feats.Has("LANG") && unknown(t.Ask("LANG")) {
		t.Open() // it may be for before the login only
		if r := t.Ask("LANG"); unknown(r) {
			t.Failf("FEAT lists LANG, but LANG got %s before the login and after it", brief(r))
		}
	}
}

// featStable asks twice in each state.
func featStable(t *T) {
	after := t.featTwice("after the login", t.feat())
	t.Fresh()
	const early, private = "before the login", "under TLS, before the login"
	if r := t.Ask("FEAT"); !ok(r) {
		t.Infof("FEAT %s: %s", early, brief(r))
	} else {
		t.tellChange(early, t.featTwice(early, r), after)
	}
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.Open()
		if r := t.Ask("FEAT"); ok(r) {
			t.tellChange(private, t.featTwice(private, r), after)
		}
	}
}

// featTwice returns the lines of a reply to FEAT, and asks once more.
func (t *T) featTwice(when string, r protocol.Reply) []string {
	first, second := featLines(r), featLines(t.feat())
	if !slices.Equal(first, second) {
		t.Failf("FEAT %s has %d lines, and asked again %d, or others", when, len(first), len(second))
	}
	return first
}

// featLines returns the lines of features, in an order of ours.
func featLines(r protocol.Reply) []string {
	if len(r.Lines) < 3 {
		return nil
	}
	return slices.Sorted(slices.Values(r.Lines[1 : len(r.Lines)-1]))
}

// tellChange says which lines FEAT has in one state and not after the login.
func (t *T) tellChange(when string, there, after []string) {
	for _, l := range there {
		if !slices.Contains(after, l) {
			t.Infof("%s FEAT has %q, which it lacks after the login", when, visible(strings.TrimSpace(l)))
		}
	}
	for _, l := range after {
		if !slices.Contains(there, l) {
			t.Infof("%s FEAT lacks %q, which it has after the login", when, visible(strings.TrimSpace(l)))
		}
	}
}
