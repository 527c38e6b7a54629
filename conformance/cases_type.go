package conformance

import (
	"bytes"
	"fmt"
	"strings"
)

var typeCases = []Case{
	simple("rfc959-5.1-type-a", "959 5.1, 3.1.1.1", "TYPE A and TYPE A N are accepted.", []string{"TYPE A", "TYPE A N"}, "type-an-504"),
	simple("rfc1123-4.1.2.1-type-i", "1123 4.1.2.1", "TYPE I is supported.", []string{"TYPE I"}, "type-i-250"),
	simple("rfc959-5.1-stru-f", "959 5.1", "STRU F is accepted.", []string{"STRU F"}, "stru-502"),
	simple("rfc959-5.1-mode-s", "959 5.1", "MODE S is accepted.", []string{"MODE S"}, "mode-502"),
	{
		ID: "rfc1123-4.1.2.1-type-l8", RFC: "1123 4.1.2.1", Level: Must,
		Text:   "TYPE L 8 is supported and equals TYPE I.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"type-l8-ascii", "type-l8-504"},
		Run: func(t *T) {
			name := t.Name("l8")
			t.Up(name, []byte("a\nb\r\n"))
			r := t.Ask("TYPE L 8")
			t.Grade(r, "TYPE L 8", is(200), is(504))
			if ok(r) {
				t.Same("RETR in TYPE L 8", t.Down(name), []byte("a\nb\r\n"))
			}
		},
	},
	{
		ID: "rfc959-3.1.1.4-type-l-arg", RFC: "959 3.1.1.4", Level: Must,
		Text:   "TYPE L needs a byte size.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-l-200"},
		Run: func(t *T) {
			t.Grade(t.Ask("TYPE L"), "TYPE L without a size", is(5), is(200))
		},
	},
	{
		ID: "rfc959-5.4-type-bad", RFC: "959 5.4", Level: Should,
		Text:   "An unknown type is refused with 504 or 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-q-200"},
		Run: func(t *T) {
			for _, cmd := range []string{"TYPE Q", "TYPE", "TYPE A Q", "TYPE L 999"} {
				t.Grade(t.Ask(cmd), cmd, is(501, 504), is(4, 5))
			}
		},
	},
	{
		ID: "rfc959-4.1.2-type-default", RFC: "959 4.1.2, 5.1", Level: Must,
		Text:   "A fresh session transfers in ASCII.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"type-default-image", "ascii-retr-raw", "ascii-retr-end-lf"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Session()
			got := t.Down(name)
			if string(got) == text {
				t.Failf("a file retrieved without any TYPE command comes in IMAGE")
			}
			t.Same("RETR without any TYPE command", got, crlf(text))
		},
	},
	{
		ID: "rfc959-4.1.2-type-persists", RFC: "959 4.1.2", Level: Must,
		Text:   "The last TYPE, MODE and STRU stay in force for later transfers.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"type-reset-by-transfer"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Must("TYPE I", 2)
			if first := t.Down(name); string(first) != text {
				t.blame(ownImage, "the first RETR: got %q, want %q", first, text)
			}
			second := t.Down(name)
			if len(second) < len(text) {
				t.suspect("rfc959-4.1.3-retr-no-side-effect")
			}
			t.Same("the second RETR", second, []byte(text))
		},
	},
	{
		ID: "rfc959-3.1.1.1-ascii-retr", RFC: "959 3.1.1.1", Level: Must,
		Text:   "RETR in ASCII ends each line with CR LF.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"ascii-retr-raw"},
		Run: func(t *T) {
			name := t.Name("ascii")
			t.Up(name, []byte("a\nb\n\nc"))
			t.Type("A")
			t.Same("RETR in TYPE A", t.Down(name), []byte("a\r\nb\r\n\r\nc"))
		},
	},
	{
		ID: "rfc959-3.1.2-ascii-roundtrip", RFC: "959 3.1.2.3", Level: Must,
		Text:   "A file stored and retrieved with the same parameters is identical.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"ascii-stor-eats-tabs"},
		Run: func(t *T) {
			name, text := t.Name("ascii"), []byte("one\r\n\r\n\r\ttab\r\n\xc3\xa9\xe9 8 bit\r\nno end")
			t.Type("A")
			text = bytes.ReplaceAll(text, []byte("\r\t"), []byte("\t"))
			t.Upload("STOR "+name, text)
			t.Same("the file in TYPE A", t.Down(name), text)
		},
	},
	{
		ID: "rfc959-3.1.1.1-ascii-split-crlf", RFC: "959 3.1.1.1", Level: Must,
		Text:   "The conversion of line ends survives any TCP segmentation.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"ascii-stor-per-segment", "ascii-retr-end-lf"},
		Run:    splitLineEnds,
	},
	{
		ID: "rfc959-3.1.1.3-image-roundtrip", RFC: "959 3.1.1.3", Level: Must,
		Text:   "IMAGE is exact to the bit.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"image-seven-bits", "retr-byte-wrong", "stor-byte-wrong", "stor-mebibyte-short"},
		Run: func(t *T) {
			var all []byte
			for b := range 256 {
				all = append(all, byte(b))
			}
			all = append(all, "\xff\xf4\xff\xf2\xff\xff\r\n\n\n\r\r\x00\x00"...)
			files := [][]byte{all, {0xff}}
			for _, n := range []int{64 << 10, 1 << 20} { // about these sizes buffers end
				files = append(files, payload(n-1), payload(n), payload(n+1))
			}
			t.suspect(ownStorEOF) // what is not stored yet can't be compared
			for _, data := range files {
				name := t.Name("image")
				t.Up(name, data)
				t.Same(fmt.Sprintf("the file of %d bytes in TYPE I", len(data)), t.Down(name), data)
			}
			t.alike(t.big(), bigSize)
		},
	},
	{
		ID: "rfc959-3.1.1.3-image-empty", RFC: "959 3.1.1.3", Level: Must,
		Text:   "Files of no bytes can be transferred.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"empty-retr-550"},
		Run: func(t *T) {
			name := t.Name("empty")
			t.Up(name, nil)
			t.Same("RETR of an empty file", t.Down(name), nil)
		},
	},
	{
		ID: "rfc959-5.4-stru-bad", RFC: "959 5.4", Level: Should,
		Text:   "An unknown structure is refused with 501 or 504.",
		Needs:  []string{NeedLogin},
		Faults: []string{"stru-x-200", "stru-502"},
		Run: func(t *T) {
			for _, cmd := range []string{"STRU X", "STRU"} {
				t.Grade(t.Ask(cmd), cmd, is(501, 504), is(4, 5))
			}
		},
	},
	{
		ID: "rfc959-5.4-mode-bad", RFC: "959 5.4", Level: Should,
		Text:   "An unknown mode is refused with 501 or 504.",
		Needs:  []string{NeedLogin},
		Faults: []string{"mode-x-200", "mode-502"},
		Run: func(t *T) {
			t.Grade(t.Ask("MODE X"), "MODE X", is(501, 504), is(4, 5))
		},
	},
	{
		ID: "rfc959-3.4-refused-param-keeps-old", RFC: "959 5.4", Level: Must,
		Text:   "A refused TYPE, STRU or MODE leaves the earlier value in force.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"refused-type-resets"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Must("TYPE I", 2)
			for _, cmd := range []string{"TYPE Q", "MODE X", "STRU X"} {
				if r := t.Ask(cmd); ok(r) {
					t.Skipf("%s is accepted", cmd)
				}
				t.Same("RETR after a refused "+cmd, t.Down(name), []byte(text))
			}
		},
	},
}

// simple returns a case of commands that have to be answered with 200.
func simple(id, rfc, text string, cmds []string, faults ...string) Case {
	return Case{
		ID: id, RFC: rfc, Level: Must, Text: text, Needs: []string{NeedLogin}, Faults: faults,
		Run: func(t *T) {
			for _, cmd := range cmds {
				t.Must(cmd, 200)
			}
		},
	}
}

// splitLineEnds stores text whose CR and LF come in segments of their own.
func splitLineEnds(t *T) {
	name := t.Name("split")
	t.suspect("rfc959-3.1.2-ascii-roundtrip")
	var pieces [][]byte
	var image strings.Builder
	for _, n := range []int{4095, 4095, 57343} {
		line := strings.Repeat("x", n)
		pieces = append(pieces, []byte(line+"\r"), []byte("\n"))
		image.WriteString(line + "\n")
	}
	t.Type("A")
	t.Upload("STOR "+name, pieces...)
	t.Same("the file in TYPE A", t.Down(name), bytes.Join(pieces, nil))
	t.Same("the file in TYPE I", t.downImage(name), []byte(image.String()))
}
