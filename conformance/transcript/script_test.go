package transcript

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want *Script
	}{
		{"empty dialogue", "-- dialogue --\n", &Script{}},
		{"no line end at the end", "-- dialogue --\nS: 220 ok", &Script{
			Steps: []Step{{Kind: ServerLine, Text: "220 ok", Line: 2}}}},
		{"CRLF on disk", "RFC 959\r\n-- dialogue --\r\nS: 220 ok\r\n\r\nT: tls\r\nD< a\r\n-- a --\r\nx\r\n", &Script{
			Comment: "RFC 959\n",
			Steps: []Step{{Kind: ServerLine, Text: "220 ok", Line: 3}, {Kind: TLS, Text: "tls", Line: 5},
				{Kind: DataToServer, Text: "a", Line: 6}},
			Files: map[string][]byte{"a": []byte("x\r\n")}}},
		{"payload first", "c\n-- a b --\n1\n\n-- dialogue --\nD> a b\n", &Script{
			Comment: "c\n",
			Steps:   []Step{{Kind: DataToClient, Text: "a b", Line: 6}},
			Files:   map[string][]byte{"a b": []byte("1\n\n")}}},
		{"empty payload", "-- dialogue --\nD> a\n-- a --\n", &Script{
			Steps: []Step{{Kind: DataToClient, Text: "a", Line: 2}},
			Files: map[string][]byte{"a": {}}}},
		{"markers that are none", "-- dialogue--\n-- --\n--  --\n -- a --\n-- dialogue --\n", &Script{
			Comment: "-- dialogue--\n-- --\n--  --\n -- a --\n"}},
		{"empty lines of both sides", "-- dialogue --\nS:\nC: \n", &Script{
			Steps: []Step{{Kind: ServerLine, Line: 2}, {Kind: ClientLine, Line: 3}}}},
		{"blanks", "-- dialogue --\nS:  SIZE \nC: A\\x20\n", &Script{
			Steps: []Step{{Kind: ServerLine, Text: " SIZE ", Line: 2}, {Kind: ClientLine, Text: "A ", Line: 3}}}},
		{"escapes", `-- dialogue --` + "\n" + `C: \xff\xf4\u00e9é\\\r\n\000"'`, &Script{
			Steps: []Step{{Kind: ClientLine, Text: "\xff\xf4éé\\\r\n\x00\"'", Line: 2}}}},
		{"raw bytes", "-- dialogue --\nS: \xe9\t\x01", &Script{
			Steps: []Step{{Kind: ServerLine, Text: "\xe9\t\x01", Line: 2}}}},
		{"wildcards", "-- dialogue --\nC: PORT *\nC: *\nC: LIST \\x2a\nS: 214 * no\n", &Script{
			Steps: []Step{{Kind: ClientLine, Text: "PORT ", Wildcard: true, Line: 2}, {Kind: ClientLine, Wildcard: true, Line: 3},
				{Kind: ClientLine, Text: "LIST *", Line: 4}, {Kind: ServerLine, Text: "214 * no", Line: 5}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			checkParse(t, []byte(tt.in))
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name string
		in   string
		line int
		want string // part of the reason
	}{
		{"nothing", "", 0, "no section"},
		{"no dialogue", "-- a --\n", 0, "no section"},
		{"two dialogues", "-- dialogue --\n-- dialogue --\n", 2, "second section"},
		{"two payloads", "-- dialogue --\n-- a --\n\n-- a --\n", 4, `second section "a"`},
		{"unknown mark", "c\n-- dialogue --\nS: a\nX: b\n", 4, "no step"},
		{"no mark", "-- dialogue --\nS", 2, "no step"},
		{"no blank", "-- dialogue --\nS:220\n", 2, "no step"},
		{"long line", "-- dialogue --\n" + strings.Repeat("x", 1000), 2, "(1000 bytes)"},
		{"unknown escape", "-- dialogue --\nS: a\\q\n", 2, "escape"},
		{"escape cut off", "-- dialogue --\nS: a\\x4\n", 2, "escape"},
		{"escape too large", "-- dialogue --\nS: \\400\n", 2, "escape"},
		{"backslash at the end", "-- dialogue --\nC: a\\\n", 2, "escape"},
		{"escaped quote", "-- dialogue --\nC: \\\"\n", 2, "escape"},
		{"text behind a wildcard", "-- dialogue --\nC: LIST *.txt\n", 2, "wildcard"},
		{"unknown TLS event", "-- dialogue --\nT: ccc\n", 2, "TLS event"},
		{"no TLS event", "-- dialogue --\nT:\n", 2, "TLS event"},
		{"data without a section", "-- dialogue --\nD> a\n", 2, `no section "a"`},
		{"data without a name", "-- dialogue --\nD<\n", 2, "no section"},
		{"dialogue is no payload", "-- dialogue --\nD< dialogue\n", 2, "no section"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Parse([]byte(tt.in))
			pe, ok := errors.AsType[*ParseError](err)
			if !ok || s != nil {
				t.Fatalf("got %v, error %v, want a *ParseError", s, err)
			}
			if pe.Line != tt.line || !strings.Contains(pe.Reason, tt.want) {
				t.Errorf("got error %q, want line %d and %q", pe, tt.line, tt.want)
			}
			if len(pe.Error()) > 400 {
				t.Errorf("error of %d bytes", len(pe.Error()))
			}
		})
	}
}

func TestScriptFormat(t *testing.T) {
	s := &Script{
		Comment: "RFC 959",
		Steps: []Step{
			{Kind: ServerLine, Text: `257 "/\" ` + "caf\xc3\xa9 \xe9 "},
			{Kind: ServerLine, Text: "214 * \r\n\u00a0\t"},
			{Kind: ServerLine},
			{Kind: ClientLine, Text: "LIST *"},
			{Kind: ClientLine, Text: "PASS ", Wildcard: true},
			{Kind: TLS, Text: "tls"},
			{Kind: DataToServer, Text: "b"},
			{Kind: DataToClient, Text: "a"},
		},
		Files: map[string][]byte{"b": []byte("2\r\n"), "a": []byte("1"), "c": nil},
	}
	want := `RFC 959
-- dialogue --
S: 257 "/\\" café \xe9\x20
S: 214 * \r\n\xc2\xa0\x09
S:
C: LIST \x2a
C: PASS *
T: tls
D< b
D> a
-- a --
1
-- b --
2` + "\r" + `
-- c --
`
	got := s.Format()
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	again, err := Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	// The file numbers its lines, and the steps of the program have none.
	if diff := cmp.Diff(s.Steps, again.Steps, cmpopts.IgnoreFields(Step{}, "Line")); diff != "" {
		t.Errorf("steps after a round trip: mismatch (-want +got):\n%s", diff)
	}
}

// checkParse checks what holds of any input: Parse does not panic; its error is
// a *ParseError with a line of the input; and the text that Format makes of a
// script parses to the same script and formats to itself.
func checkParse(t *testing.T, in []byte) {
	t.Helper()
	s, err := Parse(in)
	if err != nil {
		pe, ok := errors.AsType[*ParseError](err)
		if lines := strings.Count(string(in), "\n") + 1; !ok || pe.Line < 0 || pe.Line > lines {
			t.Errorf("%q: got error %v (%T), want a *ParseError within %d lines", in, err, err, lines)
		}
		return
	}
	text := s.Format()
	again, err := Parse(text)
	if err != nil {
		t.Errorf("%q: parsed, but formatted as %q: %v", in, text, err)
		return
	}
	// Format leaves blank lines out and puts the dialogue first.
	if diff := cmp.Diff(s, again, cmpopts.IgnoreFields(Step{}, "Line")); diff != "" {
		t.Errorf("%q: round trip: mismatch (-want +got):\n%s", in, diff)
	}
	if diff := cmp.Diff(string(text), string(again.Format())); diff != "" {
		t.Errorf("%q: second Format: mismatch (-want +got):\n%s", in, diff)
	}
}

// seeds returns the files of testdata and some texts at the edges of the format.
func seeds(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	var all [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return append(all,
		[]byte("\r\r\n-- dialogue --\r\r\nC: \\u00e9\xff \r\nD< a\rb\n-- a\rb --\n-- x\r"),
		[]byte("-- dialogue --\nS:  \nC: \\\\*\nT:  tls \n"))
}

// TestParseMutated breaks the seeds at random, the same way in every run.
func TestParseMutated(t *testing.T) {
	r := rand.New(rand.NewPCG(959, 1))
	parts := []string{"\n", "\r", "\\", "*", "-- ", " --", "S: ", "C: ", "D> ", "\x00", "\xff", " ", "dialogue", "\u00a0"}
	parsed := 0
	for _, seed := range seeds(t) {
		for range 1000 {
			in := append([]byte(nil), seed...)
			for range 1 + r.IntN(3) {
				at := r.IntN(len(in) + 1)
				cut := min(at+r.IntN(4), len(in))
				in = append(append(append([]byte(nil), in[:at]...), parts[r.IntN(len(parts))]...), in[cut:]...)
			}
			checkParse(t, in)
			if _, err := Parse(in); err == nil {
				parsed++
			}
		}
	}
	if parsed < 100 {
		t.Errorf("only %d inputs parsed: the mutations are too coarse to test the round trip", parsed)
	}
}

// FuzzParse has the invariant of checkParse.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) { checkParse(t, in) })
}
