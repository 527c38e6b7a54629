package conformance

import (
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

var featCases = []Case{
	{
		ID: "rfc2389-3.2-feat-format", RFC: "2389 3.2", Level: Must,
		Text:   "FEAT is answered with 211 and lines that begin with exactly one space.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-no-space"},
		Run: func(t *T) {
			r := t.feat()
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
		ID: "rfc2389-3.2-feat-empty", RFC: "2389 3.2", Level: Must,
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
		Faults: []string{"feat-without-size", "feat-without-mdtm", "feat-without-mlst", "feat-empty-list", "feat-lies"},
		Run: func(t *T) {
			t.feat()
			name := t.File("feat")
			for label, cmd := range map[string]string{"SIZE": "SIZE " + name, "MDTM": "MDTM " + name, "MLST": "MLST " + name} {
				if r := t.Ask(cmd); ok(r) && !t.run.feats.Has(label) {
					t.Failf("%s works (%s), but FEAT does not list it", label, brief(r))
				}
			}
			if t.c.private && (!t.run.feats.Has("PBSZ") || !t.run.feats.Has("PROT")) {
				t.Failf("PBSZ and PROT work, but FEAT does not list them")
			}
		},
	},
	{
		ID: "rfc2389-3.2-feat-true", RFC: "2389 3.2", Level: Must,
		Text:   "What FEAT lists works.",
		Needs:  []string{NeedLogin, NeedWrite},
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
		ID: "rfc2389-4-opts-present", RFC: "2389 4", Level: Must,
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
		Needs:  []string{NeedLogin, "FEAT MLST"},
		Faults: []string{"opts-case-sensitive", "verb-case-sensitive"},
		Run: func(t *T) {
			t.Must("opts mlst type;", 200)
		},
	},
	{
		ID: "rfc2640-3.2-feat-utf8", RFC: "2640 3.2", Level: Must,
		Text:   "A server whose pathnames are UTF-8 lists UTF8.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-utf8", "feat-empty-list"},
		Run: func(t *T) {
			if t.run.feats.Has("UTF8") {
				return
			}
			if t.run.feats.Has("UTF-8") {
				t.end(Warn, "FEAT says UTF-8 instead of UTF8")
			}
			name := t.Name("é日")
			if r := t.Ask("MKD " + name); !ok(r) || !t.has(name) {
				t.Unimplf("UTF-8 names: %s", brief(r))
			}
			t.Failf("names in UTF-8 work, but FEAT does not list UTF8")
		},
	},
	{
		ID: "rfc2640-3.1-utf8-roundtrip", RFC: "2640 3.1", Level: Must,
		Text:   "Names in UTF-8 come back byte for byte.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT UTF8"},
		Faults: []string{"utf8-mangled"},
		Run: func(t *T) {
			name := t.Name("é-日本-😀")
			t.Must("CWD "+t.Dir("utf8"), 2)
			t.Up(name, []byte("x"))
			for _, line := range t.names("NLST") {
				if strings.TrimPrefix(line, "./") != name {
					t.Failf("stored as %q, NLST has %q", name, line)
				}
			}
			if !t.has(name) {
				t.Failf("NLST does not have %q", name)
			}
			t.Same("RETR", t.Down(name), []byte("x"))
			t.Must("DELE "+name, 2)
			t.Must("MKD "+name, 257)
			t.Must("CWD "+name, 2)
			if dir := t.pwd(); !strings.HasSuffix(dir, "/"+name) {
				t.Failf("in %q PWD says %q", name, dir)
			}
			for _, stem := range []string{"Aa-", "a;b-", "a%62c-", "a'b&c-"} {
				t.namedAs(t.Name(stem))
			}
		},
	},
}

// namedAs fails if a name in ASCII is changed on its way. A server may refuse it.
func (t *T) namedAs(name string) {
	x := t.Begin("STOR " + name)
	if x.Refused() {
		return
	}
	t.WantIn(x.Store([]byte("x")), x.cmd, 226, 250)
	if !t.has(name) {
		t.Failf("NLST does not have %q, which was stored", name)
	}
	t.Must("DELE "+name, 2)
}

var featLine = regexp.MustCompile(`^ [!-~]`)

// feat asks for the features. The case is UNIMPL if the server has no FEAT.
func (t *T) feat() protocol.Reply {
	r := t.Ask("FEAT")
	if unknown(r) {
		t.Unimplf("FEAT: %s", brief(r))
	}
	t.WantIn(r, "FEAT", 211)
	return r
}

// featTrue sends a harmless command for each label of FEAT that it knows.
func featTrue(t *T) {
	name := t.File("feat")
	probes := map[string]string{
		"SIZE": "SIZE " + name, "MDTM": "MDTM " + name, "MLST": "MLST " + name, "MLSD": "MLST " + name,
		"REST": "REST 0", "EPSV": "EPSV", "PASV": "PASV", "LANG": "LANG", "HASH": "HASH " + name, "AVBL": "AVBL",
		"XCRC": "XCRC " + name, "XMD5": "XMD5 " + name, "XSHA1": "XSHA1 " + name, "XSHA256": "XSHA256 " + name,
		"MFMT": "MFMT 20020717210715 " + name, "CLNT": "CLNT ftpwire", "RANG": "RANG 1 0",
	}
	for label := range t.run.feats.All() {
		cmd, known := probes[strings.ToUpper(label)]
		if !known {
			continue
		}
		if r := t.Ask(cmd); unknown(r) {
			t.Failf("FEAT lists %s, but %s got %s", label, cmd, brief(r))
		}
	}
	t.Ask("ABOR")
}
