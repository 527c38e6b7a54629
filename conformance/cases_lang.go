package conformance

import (
	"regexp"
	"strings"
)

var langCases = []Case{
	{
		ID: "rfc2640-4-lang", RFC: "2640 4", Level: Must,
		Text:   "A server of RFC 2640 has LANG.",
		Faults: []string{"lang-250"},
		Run: func(t *T) {
			t.openLang()
			t.Must("LANG", 200)
		},
	},
	{
		ID: "rfc2640-4.2-lang-args", RFC: "2640 4.2", Level: Should,
		Text:   "LANG takes a language of FEAT, refuses others with 504 and what is no tag with 501, and goes back to the default without an argument.",
		Rests:  []string{"rfc3659-11-feat-prelogin"},
		Faults: []string{"lang-unknown-200", "lang-malformed-504"},
		Run: func(t *T) {
			t.openLang()
			if tags, _ := t.languages(); len(tags) > 0 {
				t.Must("LANG "+tags[0], 200)
			}
			t.Grade(t.Ask("LANG xx-yy"), "LANG xx-yy", is(504), is(4, 5))
			t.Grade(t.Ask("LANG toolongtagxyz"), "LANG toolongtagxyz", is(501), is(4, 5))
			t.Must("LANG", 2)
		},
	},
	{
		ID: "rfc2640-4.3-lang-feat", RFC: "2640 4.3", Level: Must,
		Text:   "FEAT lists the languages of LANG, with a star on the one in use.",
		Rests:  []string{"rfc3659-11-feat-prelogin", ownNoFeatures, ownFEAT},
		Faults: []string{"feat-lang-no-star", "lang-star-stays", "feat-needs-login"},
		Run: func(t *T) {
			t.openLang()
			tags, current := t.languages()
			if len(tags) == 0 {
				t.Failf("LANG works, but FEAT does not list it")
			}
			if current == "" {
				t.Failf("FEAT has no star on a language")
			}
			for _, tag := range tags {
				if !languageTag.MatchString(tag) {
					t.Failf("FEAT: %q is no language tag", visible(tag))
				}
			}
			other := another(tags, current)
			if other == "" {
				return
			}
			t.Must("LANG "+other, 200)
			if _, now := t.languages(); now != other {
				t.Failf("after LANG %s the star in FEAT is on %q", other, now)
			}
			t.Must("LANG", 2)
			if _, now := t.languages(); now != current {
				t.Failf("after LANG without an argument the star in FEAT is on %q, at first it was on %q", now, current)
			}
		},
	},
	{
		ID: "rfc2640-4.1-lang-reset", RFC: "2640 4.1", Level: Must,
		Text:   "REIN and HOST undo LANG.",
		Rests:  []string{"rfc4217-13-rein-tls", "rfc3659-11-feat-prelogin"},
		Faults: []string{"lang-survives-rein", "lang-survives-host", "feat-needs-login"},
		Run: func(t *T) {
			first := t.otherLanguage()
			if r := t.Ask("HOST " + t.ownHost()); ok(r) {
				t.backTo(first, "HOST")
			}
			first = t.otherLanguage()
			t.rein()
			t.backTo(first, "REIN")
		},
	},
	{
		ID: "rfc2640-3.1-raw-bytes", RFC: "2640 3.1", Level: Should,
		Text:   "A name that is not in UTF-8 is kept as it is, or refused.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"raw-bytes-mangled", "dele-refuses-but-deletes"},
		Rests:  []string{ownUTF8},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("raw"), 2)
			name := t.Name("a\xe9b")
			t.tryUp(name, []byte("x"))
			names, listed := t.listLines("NLST")
			t.Same("RETR of the name", t.Down(name), []byte("x"))
			if listed && !strings.Contains(strings.Join(names, "\n"), name) {
				t.Failf("stored as %q, NLST has %q", name, names)
			}
			t.Must("DELE "+name, 2)
		},
	},
	{
		ID: "prac-opts-utf8", RFC: "draft-ietf-ftpext-utf-8-option", Level: Info,
		Full:   true,
		Text:   "What OPTS UTF8 does; names are in UTF-8 after OPTS UTF8 ON.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT UTF8"},
		Faults: []string{"opts-utf8-latin1"},
		Rests:  []string{ownUTF8},
		Run: func(t *T) {
			name := t.Name("é")
			dir := t.Dir("opts")
			t.Must("CWD "+dir, 2)
			t.Up(name, []byte("x"))
			shared := t.c
			t.Session()
			t.Must("CWD "+dir, 2)
			for _, arg := range []string{"UTF-8", "UTF8 OFF", "UTF8 ON"} {
				t.Infof("OPTS %s: %s", arg, brief(t.Ask("OPTS "+arg)))
			}
			if names, listed := t.listLines("NLST"); listed {
				t.sameName("after OPTS UTF8 ON, NLST", name, names)
			}
			t.Use(shared)
		},
	},
}

// openLang opens a connection of the case's own and sends LANG, after the login
// if need be. The case is UNIMPL if the server has no LANG.
func (t *T) openLang() {
	t.Open()
	r := t.Ask("LANG")
	if r.Code == 530 || r.Code == 503 {
		t.Login()
		r = t.Ask("LANG")
	}
	if unknown(r) {
		t.Unimplf("LANG: %s", brief(r))
	}
	t.WantIn(r, "LANG", 2)
}

var (
	langLine    = regexp.MustCompile(`(?i)^ ?LANG(?: (.*))?$`)
	languageTag = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`) // RFC 1766, Section 2
)

// languages returns the tags that FEAT lists and the one with the star. There are
// none if FEAT does not list LANG.
func (t *T) languages() (tags []string, current string) {
	for _, l := range t.feat().Lines {
		m := langLine.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		for tag := range strings.SplitSeq(m[1], ";") {
			tag, star := strings.CutSuffix(tag, "*")
			if tags = append(tags, tag); !star {
				continue
			}
			if current != "" {
				t.Failf("FEAT: %q has more than one star", visible(l))
			}
			current = tag
		}
	}
	return tags, current
}

// another returns a tag that is not the current one, or "".
func another(tags []string, current string) string {
	for _, tag := range tags {
		if tag != current {
			return tag
		}
	}
	return ""
}

// otherLanguage chooses a language on a connection of its own and returns the one
// that was in use before.
func (t *T) otherLanguage() (first string) {
	t.openLang()
	tags, first := t.languages()
	other := another(tags, first)
	if other == "" || first == "" {
		t.Skipf("FEAT lists %d languages, two are needed", len(tags))
	}
	t.Must("LANG "+other, 200)
	return first
}

func (t *T) backTo(first, verb string) {
	if _, now := t.languages(); now != first {
		t.Failf("after %s the star in FEAT is on %q, at first it was on %q", verb, now, first)
	}
}
