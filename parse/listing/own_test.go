package listing

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// semicolons reads lines "name;size" and a heading that says which unit sizes have. Lines
// that hold no semicolon are left to the formats of the package.
func semicolons() func(string) (Entry, error) {
	unit := int64(1)
	return func(line string) (Entry, error) {
		name, size, ok := strings.Cut(line, ";")
		n, err := strconv.ParseInt(size, 10, 64)
		switch {
		case !ok:
			return Entry{}, fmt.Errorf("no semicolon: %w", errors.ErrUnsupported)
		case name == "unit":
			unit = n
			return Entry{}, ErrNotEntry
		case err != nil:
			return Entry{}, errors.New("the size is no number")
		}
		return Entry{Name: name, Size: n * unit, Kind: KindFile}, nil
	}
}

// ownNames reads a listing by a parser and returns each name with its size and format, or each error after "!".
func ownNames(text string, o Options, lim Limits) (out []string) {
	for e, err := range Read(strings.NewReader(text), o, lim) {
		if x, ok := errors.AsType[*parse.Error](err); ok {
			out = append(out, "!"+e.Raw+": "+x.Reason)
			continue
		}
		out = append(out, fmt.Sprint(e.Name, " ", e.Size, " ", e.Dialect))
	}
	return out
}

func TestParser(t *testing.T) {
	const unix = "-rw-r--r-- 1 u g 7 Jan  2 2020 "
	for _, tt := range []struct {
		name, text string
		o          Options
		lim        Limits
		want       []string
	}{
		{name: "its lines", text: "a;1\r\nb;2\r\n", want: []string{"a 1 own", "b 2 own"}},
		{name: "with a heading", text: "unit;1024\na;1\n", want: []string{"a 1024 own"}},
		{name: "lines of other formats between them", text: "total 3\na;1\n" + unix + "c\nb;2\n", want: []string{"a 1 own", "c 7 unix", "b 2 own"}},
		{name: "an error is that of the line", text: "a;x\nb;2\n", want: []string{"!a;x: the size is no number", "b 2 own"}},
		{name: "an entry without a name", text: ";1\nb;2\n", want: []string{"!;1: the caller's parser returned an entry without a name", "b 2 own"}},
		{name: "lines that nobody reads", text: "???\nb;2\n", want: []string{"!???: unknown format", "b 2 own"}},
		{name: "with one format beside it", text: "a;1\n" + unix + "c\n", o: Options{Dialect: "dos"}, want: []string{"a 1 own", "!" + unix + "c: not in the format dos"}},
		{name: "entries at the limit", text: "a;1\nb;2\n", lim: Limits{Entries: 2}, want: []string{"a 1 own", "b 2 own"}},
		{name: "entries over the limit", text: "a;1\nb;2\nc;3\n", lim: Limits{Entries: 2}, want: []string{"a 1 own", "b 2 own", "!: more than 2 entries"}},
		{name: "errors count too", text: "a;x\nb;x\nc;x\n", lim: Limits{Entries: 2}, want: []string{"!a;x: the size is no number", "!b;x: the size is no number", "!: more than 2 entries"}},
		{name: "bytes over the limit", text: "a;1\nb;2\n", lim: Limits{Bytes: 6}, want: []string{"a 1 own", "!: more than 6 bytes"}},
		{name: "a long line is not given to it", text: strings.Repeat("a", 9) + ";1\nb;2\n", lim: Limits{Line: 8}, want: []string{"!: line longer than 8 bytes", "b 2 own"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Parser = semicolons
			if diff := cmp.Diff(tt.want, ownNames(tt.text, tt.o, tt.lim)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A parser begins anew with each listing, and gets each line as it comes.
func TestParserStreams(t *testing.T) {
	o := Options{Parser: semicolons}
	if got := ownNames("unit;10\na;1\n", o, Limits{}); !slices.Equal(got, []string{"a 10 own"}) {
		t.Error(got)
	}
	if got := ownNames("a;1\n", o, Limits{}); !slices.Equal(got, []string{"a 1 own"}) {
		t.Errorf("the second listing begins with the unit of the first: %v", got)
	}
	r, w := io.Pipe()
	go io.WriteString(w, "a;1\n")
	for e, err := range Read(r, o, Limits{}) {
		if e.Name != "a" || err != nil {
			t.Error(e, err)
		}
		break // it came although the listing has not ended
	}
	if e, err := Line("a;1", o); err != nil || e.Name != "a" || e.Raw != "a;1" {
		t.Error(e, err)
	}
	lines := 0
	for e, err := range Lines(slices.Values([]string{"a;1", "b;2"}), o) {
		if lines++; err != nil || e.Dialect != "own" {
			t.Error(e, err)
		}
	}
	if lines != 2 {
		t.Error(lines)
	}
}

// Text and Encoding are those of the code page, unless the parser has set them.
func TestParserText(t *testing.T) {
	page, err := LookupCodePage("windows-1252")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, want string }{{"", "ü"}, {"ue", "ue"}} {
		e, err := Line("\xfc", Options{CodePage: page, Parser: func() func(string) (Entry, error) {
			return func(line string) (Entry, error) { return Entry{Name: line, Text: tt.text}, nil }
		}})
		if err != nil || e.Text != tt.want || e.Name != "\xfc" {
			t.Errorf("%+v, %v; want the text %q", e, err, tt.want)
		}
	}
}
