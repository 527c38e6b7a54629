package conformance

import (
	"bytes"
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// compressedCases are those of compressed mode, of pages, and of restarts that do not
// fit.
var compressedCases = []Case{
	{
		ID: "rfc959-3.4.3-compressed-retr", RFC: "959 3.4.3", Level: Must,
		Text:   "RETR in MODE C decodes to the file; filler is a blank in TYPE A and a zero in TYPE I, no string is of no octets, the end has its escape.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mode-c-no-eof", "mode-c-filler-sent", "mode-c-no-octets", "marker-garbage"},
		Run: func(t *T) {
			t.optional("MODE C")
			text := bytes.Join([][]byte{bytes.Repeat([]byte(" "), 200), bytes.Repeat([]byte("x"), 200), []byte("text")}, nil)
			data := slices.Concat(text, make([]byte, 200), payload(1000))
			for _, f := range []struct {
				typ  string
				file []byte
			}{{"I", data}, {"A", text}, {"I", nil}} {
				name := t.Name("compressed")
				t.Up(name, f.file)
				t.Type(f.typ)
				t.with("MODE C")
				got := t.downCoded(name, mode.Format{Mode: 'C', Type: f.typ[0]})
				t.with("MODE S")
				t.Same("RETR in TYPE "+f.typ, got.file, f.file)
				if err := checkStrings(got.wire); err != nil {
					t.Failf("TYPE %s: %v", f.typ, err)
				}
			}
		},
	},
	{
		ID: "rfc959-3.4.3-compressed-stor", RFC: "959 3.4.3", Level: Must,
		Text:   "STOR in MODE C takes data as it is, repeated, and as filler, and the escape.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mode-c-filler-stored"},
		Run: func(t *T) {
			t.optional("MODE C")
			name := t.Name("compressed")
			t.Type("I")
			t.with("MODE C")
			t.Upload("STOR "+name, []byte("\x03abc"+"\x85x"+"\xc4"+"\xbfy"+"\x00\x40\x02de"))
			t.with("MODE S")
			want := "abc" + "xxxxx" + "\x00\x00\x00\x00" + string(bytes.Repeat([]byte("y"), 63)) + "de"
			t.Same("the file", t.Down(name), []byte(want))
		},
	},
	{
		ID: "rfc959-3.1.2.3-page-format", RFC: "959 3.1.2.3, 1123 4.1.2.3", Level: Must,
		Text:   "Where STRU P is accepted, pages have the header that is defined, and the last page has no data.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stru-p-200"},
		Run: func(t *T) {
			t.optional("STRU P")
			name := t.File("page")
			t.with("TYPE L 8", "STRU P")
			t.c.typ = ""
			wire := t.Down(name)
			if err := checkPages(wire); err != nil {
				t.Failf("%v", err)
			}
			t.Infof("pages are implemented")
		},
	},
	{
		ID: "rfc1123-4.1.3.4-554", RFC: "1123 4.1.3.4", Level: Should,
		Text:   "A restart position that cannot be used is refused with 554, by the command after REST.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-beyond-226"},
		Run: func(t *T) {
			name := t.File("restart")
			d := t.passive()
			rest := t.Ask("REST 999999999999")
			if refused(rest) {
				t.Warnf("REST 999999999999: %s", brief(rest))
				return
			}
			soft := is(2, 4, 5)
			x := t.beginOn(d, "RETR "+name)
			if !x.dead {
				if x.d.rest() > 0 {
					soft = is(4, 5)
				}
				x.d.goodbye()
			}
			t.Grade(x.Final(), "RETR from far beyond the end", is(554), soft)
		},
	},
	{
		ID: "rfc1123-4.1.3.4-555", RFC: "1123 4.1.3.4", Level: May,
		Full:   true,
		Text:   "APPE in another type than the file was stored in is refused with 555, or done; what was there stays.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"appe-ascii-replaces"},
		Run: func(t *T) {
			name, first := t.Name("mismatch"), []byte("one\n\r\n")
			t.Up(name, first)
			t.Type("A")
			x := t.Begin("APPE " + name)
			r := x.First
			if !x.dead {
				r = x.Store([]byte("two\r\n"))
			}
			t.Infof("APPE in TYPE A to a file stored in TYPE I: %d", r.Code)
			if got := t.downImage(name); !bytes.HasPrefix(got, first) {
				t.Warnf("after APPE in TYPE A the file is %q, want one that begins with %q", got, first)
			}
		},
	},
}

// checkStrings looks for strings of no octets, other than one that is there to carry a
// descriptor (RFC 959, Section 3.4.3). The format is known to be right otherwise.
func checkStrings(wire []byte) error {
	for described := false; len(wire) > 0; {
		n := 1
		switch c := wire[0]; {
		case c == 0:
			described = true
			wire = wire[min(2, len(wire)):]
			continue
		case c < 0x80:
			n += int(c)
		case c&0x3f == 0 && !described:
			return errors.New("MODE C: a string stands for no octets")
		case c < 0xc0:
			n++
		}
		described = false
		wire = wire[min(n, len(wire)):]
	}
	return nil
}

// checkPages checks pages in TYPE L 8: a header of four octets or more, which are its
// length, the page's index, the length of its data and its type (RFC 959, Section
// 3.1.2.3). The last page is of type 0 and has no data.
func checkPages(wire []byte) error {
	const lastPage, accessPage = 0, 3 // the others are 1, data, and 2, a descriptor
	for len(wire) >= 4 {
		head, data, kind := int(wire[0]), int(wire[2]), wire[3]
		switch {
		case head < 4 || head+data > len(wire):
			return errors.New("STRU P: what comes has no page header")
		case kind > accessPage:
			return errors.New("STRU P: a page is of an undefined type")
		case kind == accessPage && head < 5:
			return errors.New("STRU P: a page with access controls lacks them")
		}
		wire = wire[head+data:]
		if kind != lastPage {
			continue
		}
		if data > 0 || len(wire) > 0 {
			return errors.New("STRU P: the last page has data, or is not the last")
		}
		return nil
	}
	return errors.New("STRU P: there is no last page")
}
