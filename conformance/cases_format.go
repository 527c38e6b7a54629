package conformance

import (
	"bytes"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// formatCases are the values of TYPE, STRU and MODE that a server may lack, and what
// the RFCs leave open about text.
var formatCases = []Case{
	{
		ID: "rfc1123-4.1.2.2-type-at", RFC: "1123 4.1.2.2", Level: Should,
		Text:   "TYPE A T is accepted where it means the same as TYPE A N.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-at-504"},
		Run: func(t *T) {
			t.Grade(t.Ask("TYPE A T"), "TYPE A T", is(200), is(4, 5))
		},
	},
	{
		ID: "rfc959-3.1.1.5-type-ac", RFC: "959 3.1.1.5.2", Level: May,
		Full:   true,
		Text:   "TYPE A C is accepted with 200, or refused.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-ac-250"},
		Run: func(t *T) {
			r := t.Ask("TYPE A C")
			t.Grade(r, "TYPE A C", is(200, 4, 5), nil)
			t.Infof("TYPE A C: %d", r.Code)
		},
	},
	{
		ID: "rfc959-3.1.1.5-format-reset", RFC: "959 4.1.2", Level: Must,
		Text:   "TYPE A without a format puts the format back to Non-print.",
		Needs:  []string{NeedLogin},
		Faults: []string{"format-sticks"},
		Run:    formatReset,
	},
	{
		ID: "rfc959-3.1.1.2-type-e", RFC: "959 3.1.1.2", Level: May,
		Full:   true,
		Text:   "Whether there is TYPE E; then text comes in EBCDIC, its lines end in NL.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"type-e-ascii"},
		Run:    ebcdic,
	},
	{
		ID: "rfc1123-4.1.2.13-stru-r", RFC: "959 3.1.2.2, 1123 4.1.2.13", Level: May,
		Full:   true,
		Text:   "STRU R is accepted with 200, or refused with 504.",
		Needs:  []string{NeedLogin},
		Faults: []string{"stru-502"},
		Run: func(t *T) {
			r := t.Ask("STRU R")
			t.Grade(r, "STRU R", is(200, 504), is(4, 5))
			t.Infof("STRU R: %d", r.Code)
		},
	},
	{
		ID: "rfc1123-4.1.2.3-stru-p", RFC: "1123 4.1.2.3", Level: ShouldNot,
		Text:   "Pages, STRU P, are not offered.",
		Needs:  []string{NeedLogin},
		Faults: []string{"stru-502"},
		Run: func(t *T) {
			r := t.Ask("STRU P")
			t.Grade(r, "STRU P", is(504, 200), is(4, 5))
			if ok(r) {
				t.Infof("STRU P is accepted")
			}
		},
	},
	{
		ID: "rfc959-5.4-mode-bc", RFC: "959 5.4", Level: May,
		Full:   true,
		Text:   "MODE B and MODE C are accepted with 200, or refused with 504.",
		Needs:  []string{NeedLogin},
		Faults: []string{"mode-502"},
		Run: func(t *T) {
			for _, cmd := range []string{"MODE B", "MODE C"} {
				r := t.Ask(cmd)
				t.Grade(r, cmd, is(200, 504), is(4, 5))
				t.Infof("%s: %d", cmd, r.Code)
			}
		},
	},
	{
		ID: "prac-ascii-lone-cr-lf", RFC: "959 is silent", Level: Info,
		Full:   true,
		Text:   "What becomes of a CR and of an LF that stand alone in an upload in TYPE A; nothing else is lost.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"ascii-cr-eats-next"},
		Run: func(t *T) {
			name := t.Name("lone")
			t.Type("A")
			t.Upload("STOR "+name, []byte("a\rb\nc\r\r\nd"))
			back, image := t.Down(name), t.downImage(name)
			t.Infof("stored: %q; retrieved in TYPE A: %q", image, back)
			if got := withoutLineEnds(image); got != "abcd" {
				t.Warnf("of the text \"abcd\" %q is left", got)
			}
		},
	},
	{
		ID: "prac-ascii-existing-crlf", RFC: "959 is silent", Level: Info,
		Full:   true,
		Text:   "How a file whose lines end in CR LF comes in TYPE A; a line end in LF alone becomes CR LF all the same.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"ascii-retr-end-lf"},
		Run: func(t *T) {
			name := t.Name("crlf")
			t.Up(name, []byte("a\r\nb\n"))
			t.Type("A")
			switch got := string(t.Down(name)); got {
			case "a\r\nb\r\n", "a\r\r\nb\r\n":
				t.Infof("retrieved: %q", got)
			default:
				t.Warnf("retrieved: %q", got)
			}
		},
	},
	{
		ID: "prac-large-file-64bit", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "REST takes offsets above 2^32.",
		Needs:  []string{NeedLogin, "FEAT REST"},
		Faults: []string{"rest-32bit-501"},
		Run: func(t *T) {
			if r := t.Ask("REST 4294967296"); r.Code != 350 {
				t.Warnf("REST 4294967296: %s", brief(r))
			}
			t.Ask("REST 0") // nothing else has to take it back
		},
	},
}

// formatReset looks at what STAT says of the format, if it does.
func formatReset(t *T) {
	status := func() string {
		r := t.Ask("STAT")
		if refused(r) {
			t.Unimplf("STAT: %s", brief(r))
		}
		return strings.Join(slices.DeleteFunc(slices.Clone(r.Lines), func(l string) bool {
			return !strings.Contains(strings.ToUpper(l), "TYPE")
		}), "\n")
	}
	t.optional("TYPE A T")
	with := status()
	t.with("TYPE A N")
	without := status()
	if with == without {
		t.Infof("STAT does not show the format")
		return
	}
	t.with("TYPE A T", "TYPE A")
	if got := status(); got != without {
		t.Failf("STAT after TYPE A T and TYPE A says %q, want %q", visible(got), visible(without))
	}
}

// ebcdic compares a text of letters, which all code pages have at the same places.
func ebcdic(t *T) {
	const text = "One line\r\n\r\nand a third\r\n"
	t.optional("TYPE E")
	name := t.Name("ebcdic")
	t.Type("A")
	t.Upload("STOR "+name, []byte(text))
	t.Type("E")
	got := t.Down(name)
	for _, crlf := range []bool{false, true} {
		// All of it is in the code page.
		if want := encode(mode.Format{Type: 'E'}, mode.Options{CRLF: crlf}, []byte(text)); bytes.Equal(got, want) {
			t.Infof("lines end in NL: %t", !crlf)
			if crlf {
				t.Warnf("lines end in CR LF, want NL")
			}
			return
		}
	}
	t.Warnf("TYPE E is accepted, but RETR of %q has %q", text, got)
}

func withoutLineEnds(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, string(b))
}
