package conformance

import "strings"

var utf8Cases = []Case{
	{
		ID: "rfc2640-3.2-feat-utf8", RFC: "2640 3.2", Level: Must,
		Text:   "A server whose pathnames are UTF-8 lists UTF8.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownNoFeatures, ownFEAT},
		Faults: []string{"feat-without-utf8"},
		Run: func(t *T) {
			t.needFeat()
			if t.run.feats.Has("UTF8") {
				return
			}
			if t.run.feats.Has("UTF-8") {
				t.end(Warn, "FEAT says UTF-8 instead of UTF8")
			}
			name := t.Name("é日")
			if r := t.Ask("MKD " + name); !ok(r) || !t.exists(name) {
				t.Unimplf("UTF-8 names: %s", brief(r))
			}
			raw := t.Name("\xe9")
			if ok(t.Ask("MKD "+raw)) && t.exists(raw) {
				t.end(Warn, "names in UTF-8 work, as any bytes do, but FEAT does not list UTF8: clients can't know")
			}
			t.Failf("names in UTF-8 work and others do not, but FEAT does not list UTF8")
		},
	},
	{
		ID: ownUTF8, RFC: "2640 3.1", Level: Must,
		Text:   "Names in UTF-8 come back byte for byte.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT UTF8"},
		Rests:  []string{"rfc959-4.2-class-honest"},
		Faults: []string{"utf8-mangled"},
		Run: func(t *T) {
			t.Must("CWD "+t.Dir("utf8"), 2)
			name := t.Name(wide)
			t.tryUp(name, []byte("x"))
			lines, listed := t.listLines("NLST")
			if !listed {
				t.Skipf("NLST is refused")
			}
			t.sameName("NLST", name, lines)
			t.Same("RETR", t.Down(name), []byte("x"))
			dir := t.Name(wide)
			r := t.Must("MKD "+dir, 2)
			t.sameName("257 of MKD", dir, []string{r.Text()})
			t.Must("CWD "+dir, 2)
			t.sameName("PWD", dir, []string{t.here()})
			for _, stem := range []string{"Aa-", "a;b-", "a%62c-", "a'b&c-"} {
				t.namedAs(t.Name(stem))
			}
		},
	},
	{
		ID: "rfc3659-7.3-8bit", RFC: "3659 7.3, 8", Level: Must,
		Text:   "Every command that takes a pathname takes one that is not in ASCII, and every listing shows it.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownUTF8},
		Faults: []string{"mlsd-mangles-utf8", "size-ascii-names"},
		Run:    eightBits,
	},
}

const ownUTF8 = "rfc2640-3.1-utf8-roundtrip"

// wide has characters of two, three and four bytes in UTF-8.
const wide = "é-日本-😀"

// sameName wants a name to be at the end of one of the lines, up to a quote. A file system
// may store it in another normal form of Unicode.
func (t *T) sameName(what, name string, lines []string) {
	text := strings.Join(lines, "\n")
	switch {
	case strings.Contains(text, name):
	case strings.Contains(text, strings.ReplaceAll(name, "é", "e\u0301")):
		t.Infof("%s has the name in the normal form NFD", what)
	default:
		t.Failf("%s does not have %q: %q", what, name, visible(text))
	}
}

// namedAs fails if a name in ASCII is changed on its way. A server may refuse it.
func (t *T) namedAs(name string) {
	x := t.Begin("STOR " + name)
	if x.Refused() {
		return
	}
	t.WantIn(x.Store([]byte("x")), x.cmd, 226, 250)
	if lines, listed := t.listLines("NLST"); listed {
		t.sameName("NLST", name, lines)
	}
}

// eightBits does the same to a name in ASCII and to one that is not: what is refused for
// both is not implemented.
func eightBits(t *T) {
	if !t.run.feats.Has("UTF8") && !t.run.feats.Has("MLST") {
		t.Skipf("not applicable: FEAT lists neither UTF8 nor MLST")
	}
	t.Must("CWD "+t.Dir("bits"), 2)
	plain, name := t.Name("e"), t.Name(wide)
	t.Up(plain, []byte("abc"))
	t.tryUp(name, []byte("abc"))
	asks := func(verb, plain, name string) {
		if p, r := t.Ask(verb+" "+plain), t.Ask(verb+" "+name); !refused(p) && refused(r) {
			t.Failf("%s of %q got %s, and %s of %q %s", verb, plain, brief(p), verb, name, brief(r))
		} else if verb == "MLST" && ok(r) && strings.Contains(p.Text(), plain) {
			t.sameName(verb, name, r.Lines)
		}
	}
	for _, verb := range []string{"SIZE", "MDTM", "MLST", "STAT"} {
		asks(verb, plain, name)
	}
	t.Same("RETR", t.Down(name), []byte("abc"))
	d, dir := t.Name("d"), t.Name("d"+wide)
	asks("MKD", d, dir)
	for _, cmd := range []string{"MLSD", "NLST", "LIST"} {
		if lines, listed := t.listLines(cmd); listed && strings.Contains(strings.Join(lines, "\n"), plain) {
			t.sameName(cmd, name, lines)
		}
	}
	to, target := t.Name("to"), t.Name("to"+wide)
	t.Ask("RNFR " + plain)
	t.Ask("RNTO " + to)
	t.Must("RNFR "+name, 350)
	t.Must("RNTO "+target, 2)
	t.Same("RETR after RNTO", t.Down(target), []byte("abc"))
	if r := t.Ask("CWD " + dir); ok(r) {
		t.sameName("PWD", dir, []string{t.here()})
		t.Must("CDUP", 2)
	} else {
		t.Failf("CWD %q: %s", dir, brief(r))
	}
	asks("RMD", d, dir)
	asks("DELE", to, target)
	if t.exists(target) {
		t.Failf("DELE of %q was accepted, but it is still there", target)
	}
}
