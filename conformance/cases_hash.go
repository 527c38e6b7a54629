package conformance

import (
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var hashCases = []Case{
	{
		ID: "draft-hash-feat", RFC: "draft-bryan-ftpext-hash 3.1", Level: Must,
		Text:   "FEAT lists the algorithms of HASH, SHA-1 among them, with a star on the one in use.",
		Needs:  []string{NeedLogin, "FEAT HASH"},
		Rests:  []string{"rfc2389-3.2-feat-format"},
		Faults: []string{"feat-hash-no-star"},
		Run: func(t *T) {
			list := t.hashList()
			if strings.Count(list, "*") != 1 {
				t.Failf("FEAT: %q has not one star", list)
			}
			if !strings.Contains(";"+strings.ReplaceAll(strings.ToUpper(list), "*", "")+";", ";SHA-1;") {
				t.Failf("FEAT: SHA-1 is not among %q", list)
			}
		},
	},
	{
		ID: "draft-hash-reply", RFC: "draft-bryan-ftpext-hash 3", Level: Must,
		Text:   "HASH is answered with 213, the algorithm, the range, the sum in small hexadecimal digits, and the name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT HASH"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage, "rfc959-3.1.1.3-image-roundtrip"},
		Faults: []string{"hash-wrong", "hash-no-range"},
		Run: func(t *T) {
			name, data := t.Name("hash"), payload(1000)
			t.Up(name, data)
			r := t.hash(name)
			t.WantIn(r, "HASH", 213)
			m := hashReply.FindStringSubmatch(r.LastLine())
			if m == nil {
				t.Failf("HASH: got %s", brief(r))
			}
			if want := sum(m[1], data); want == "" {
				t.Skipf("the algorithm %s is not known to us", m[1])
			} else if !strings.EqualFold(m[3], want) {
				t.Failf("HASH: the sum by %s is %s, want %s", m[1], m[3], want)
			} else if m[2] != "0-999 " || m[3] != want || m[4] != name {
				t.Warnf("HASH: got %q, want %q", r.LastLine(), m[1]+" 0-999 "+want+" "+name)
			}
		},
	},
	{
		ID: "draft-hash-opts", RFC: "draft-bryan-ftpext-hash 3.2", Level: Must,
		Text:   "OPTS HASH names the algorithm in use or chooses another; an unknown one is refused with 501.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT HASH"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage},
		Faults: []string{"opts-hash-unknown-200", "opts-hash-ignored", "feat-hash-no-star", "opts-500"},
		Run: func(t *T) {
			name := t.File("hash")
			shared := t.c
			t.Session()
			t.Must("OPTS HASH", 200)
			t.Must("OPTS HASH SHA-1", 200)
			t.Grade(t.Ask("OPTS HASH CRC-37"), "OPTS HASH with an unknown algorithm", is(501), is(504))
			if r := t.Must("OPTS HASH", 200); !strings.EqualFold(r.LastLine(), "SHA-1") {
				t.Failf("after OPTS HASH SHA-1, OPTS HASH says %s", brief(r))
			}
			if r := t.hash(name); r.Code != 213 || !strings.HasPrefix(r.LastLine(), "SHA-1 ") {
				t.Failf("after OPTS HASH SHA-1, HASH says %s", brief(r))
			}
			if list := t.hashList(); !strings.Contains(strings.ToUpper(list), "SHA-1*") {
				t.Failf("after OPTS HASH SHA-1 the star in FEAT is elsewhere: %s", visible(list))
			}
			t.Use(shared)
		},
	},
	{
		ID: "draft-hash-errors", RFC: "draft-bryan-ftpext-hash 3.5", Level: Should,
		Text:   "HASH refuses a missing file with 550, a directory with 553, and no name with 501.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT HASH"},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage},
		Faults: []string{"hash-missing-213", "hash-dir-550"},
		Run: func(t *T) {
			t.Grade(t.hash(t.Missing()), "HASH of a missing file", is(550), is(4, 5))
			t.Grade(t.Ask("HASH "+t.Dir("hash")), "HASH of a directory", is(553), is(4, 5))
			t.Grade(t.Ask("HASH"), "HASH without a name", is(501, 500), is(4, 5))
		},
	},
	{
		ID: "prac-xcrc-family", RFC: "draft-bryan-ftpext-hash B", Level: Info,
		Full:   true,
		Text:   "XCRC, XMD5, XSHA1, XSHA256, XSHA512 and their kind give the right sums, where they are.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc2389-3.2-feat-true", ownImage, "rfc959-3.1.1.3-image-roundtrip"},
		Faults: []string{"xmd5-wrong", "hash-wrong"},
		Run: func(t *T) {
			name, data := t.Name("sum"), payload(1000)
			t.Up(name, data)
			found := false
			for a := range parse.HashAlgorithms() {
				verb := a.Commands[0]
				if !t.run.feats.Has(verb) {
					continue
				}
				found = true
				r := t.Must(verb+" "+name, 250, 251, 213, 200)
				if want := sum(a.Name, data); !strings.Contains(strings.ToLower(r.Text()), want) {
					t.Failf("%s: got %s, want %s", verb, brief(r), want)
				}
				t.Infof("%s: %d", verb, r.Code)
			}
			if !found {
				t.Unimplf("FEAT lists none of them")
			}
		},
	},
	{
		ID: "draft-rang", RFC: "draft-bryan-ftp-range 3", Level: Must,
		Text:   "RANG bounds the RETR after it, both ends counted in; RANG 1 0 takes it back; an end before the start is refused with 501.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT RANG"},
		Faults: []string{"rang-backwards-350", "rang-ignored-by-retr", "ascii-retr-raw"},
		Run: func(t *T) {
			name := t.Name("rang")
			t.Up(name, []byte("0123456789"))
			t.Must("RANG 2 4", 350)
			t.Same("RETR after RANG 2 4", t.Down(name), []byte("234"))
			t.Must("RANG 2 4", 350)
			t.Must("RANG 1 0", 350)
			t.Same("RETR after RANG 1 0", t.Down(name), []byte("0123456789"))
			t.Grade(t.Ask("RANG 4 2"), "RANG 4 2", is(501), is(4, 5))
			t.Same("RETR after a refused RANG", t.Down(name), []byte("0123456789"))
		},
	},
	{
		ID: "draft-rang-stor", RFC: "draft-bryan-ftp-range 4.3", Level: MustNot,
		Text:   "STOR after RANG changes nothing outside the range.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT RANG"},
		Faults: []string{"rang-ignored-by-stor"},
		Run: func(t *T) {
			name := t.Name("rang")
			t.Up(name, []byte("0123456789"))
			t.Must("RANG 2 4", 350)
			x := t.Begin("STOR " + name)
			if x.Refused() {
				t.Ask("RANG 1 0")
				t.Unimplf("RANG with STOR: %s", brief(x.First))
			}
			t.WantIn(x.Store([]byte("abc")), "STOR after RANG 2 4", 226, 250)
			t.Same("the file after RANG 2 4 and STOR", t.Down(name), []byte("01abc56789"))
		},
	},
}

var (
	hashLine  = regexp.MustCompile(`(?i)^ ?HASH (.+)$`)
	hashReply = regexp.MustCompile(`^(\S+) ([0-9]+-[0-9]+ )?([0-9A-Fa-f]+) (.+)$`)
)

// hash asks for a sum.
func (t *T) hash(name string) protocol.Reply {
	r := t.Ask("HASH " + name)
	if unknown(r) {
		t.blame(ownFeatTrue, "FEAT lists HASH, but HASH got %s", brief(r))
	}
	return r
}

// hashList returns the algorithms that FEAT lists.
func (t *T) hashList() (list string) {
	for _, l := range t.feat().Lines {
		if m := hashLine.FindStringSubmatch(l); m != nil {
			list = m[1]
		}
	}
	return list
}

// sum returns a sum of data in small hexadecimal digits, or "" for an unknown
// algorithm.
func sum(algorithm string, data []byte) string {
	a, ok := parse.HashAlgorithmNamed(algorithm)
	if !ok {
		return ""
	}
	h := a.New()
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
