package listing

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// names reads a listing and returns each name, or each error after "!".
func names(r io.Reader, lim Limits) []string {
	var out []string
	for e, err := range Entries(r, MLSx, lim) {
		switch x, ok := errors.AsType[*parse.Error](err); {
		case ok:
			out = append(out, "!"+x.Reason)
		case err != nil:
			out = append(out, "!"+err.Error())
		default:
			out = append(out, e.Name)
		}
	}
	return out
}

func TestEntries(t *testing.T) {
	long := "x=1; " + strings.Repeat("n", 30_000)
	for _, tt := range []struct {
		name string
		text string
		lim  Limits
		want []string
	}{
		{"empty", "", Limits{}, nil},
		{"CRLF", "x=1; a\r\nx=1; b\r\n", Limits{}, []string{"a", "b"}},
		{"LF", "x=1; a\nx=1; b\n", Limits{}, []string{"a", "b"}},
		{"last line without its end", "x=1; a\r\nx=1; b", Limits{}, []string{"a", "b"}},
		{"CR in a name", "x=1; a\rb\r\n", Limits{}, []string{"a\rb"}},
		{"blank lines", "\r\nx=1; a\r\n\r\n\n", Limits{}, []string{"a"}},
		{"bad line", "x=1; a\r\nbad line\r\nx=1; b\r\n", Limits{}, []string{"a", "!fact is not name=value", "b"}},
		{"longer than the buffer", long + "\r\nx=1; b\r\n", Limits{}, []string{strings.Repeat("n", 30_000), "b"}},
		{"line at the limit", "x=1; abc\r\nx=1; abc\nx=1; abc", Limits{Line: 8}, []string{"abc", "abc", "abc"}},
		{"line over the limit", "x=1; abcd\r\nx=1; a\r\nx=1; abcd\nx=1; abcd", Limits{Line: 8},
			[]string{"!line longer than 8 bytes", "a", "!line longer than 8 bytes", "!line longer than 8 bytes"}},
		{"line far over the limit", long + "\r\nx=1; b\r\n", Limits{Line: 8}, []string{"!line longer than 8 bytes", "b"}},
		{"line over the default", "x=1; " + strings.Repeat("n", 64<<10) + "\nx=1; b\n", Limits{}, []string{"!line longer than 65536 bytes", "b"}},
		{"no limits", "x=1; " + strings.Repeat("n", 64<<10) + "\nx=1; b\n", Limits{-1, -1, -1}, []string{strings.Repeat("n", 64<<10), "b"}},
		{"entries at the limit", "x=1; a\n\nx=1; b\n\n", Limits{Entries: 2}, []string{"a", "b"}},
		{"entries over the limit", "x=1; a\nx=1; b\nx=1; c\nx=1; d\n", Limits{Entries: 2}, []string{"a", "b", "!more than 2 entries"}},
		{"errors over the limit", "bad line\nx=1; b\nbad line\n", Limits{Entries: 2}, []string{"!fact is not name=value", "b", "!more than 2 entries"}},
		{"bytes at the limit", "x=1; a\nx=1; b\n", Limits{Bytes: 14}, []string{"a", "b"}},
		{"bytes over the limit", "x=1; a\nx=1; b\n\n", Limits{Bytes: 14}, []string{"a", "b", "!more than 14 bytes"}},
		{"bytes before entries", "x=1; a\nx=1; b\n", Limits{Bytes: 13, Entries: 1}, []string{"a", "!more than 13 bytes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, names(strings.NewReader(tt.text), tt.lim)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, names(iotest.OneByteReader(strings.NewReader(tt.text)), tt.lim)); diff != "" {
				t.Errorf("byte by byte: mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEntriesReadError(t *testing.T) {
	broken := errors.New("connection lost")
	r := io.MultiReader(strings.NewReader("x=1; a\r\nx=1; cut of"), iotest.ErrReader(broken))
	if diff := cmp.Diff([]string{"a", "!connection lost"}, names(r, Limits{})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	r = io.MultiReader(strings.NewReader("x=1; a\r\n"), iotest.ErrReader(broken))
	if diff := cmp.Diff([]string{"a", "!connection lost"}, names(r, Limits{Entries: 1})); diff != "" {
		t.Errorf("at the limit of entries: mismatch (-want +got):\n%s", diff)
	}
}

func TestEntriesKeepsTheLine(t *testing.T) {
	odd := errors.New("odd")
	parse := func(string) (Entry, error) { return Entry{Name: "rubbish"}, odd }
	n := 0
	for e, err := range Entries(strings.NewReader("some line\r\n"), parse, Limits{}) {
		n++
		if diff := cmp.Diff(Entry{Size: -1, Raw: "some line"}, e); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		if x := wantError(t, err, "some line", "odd"); x.Text != "some line" || !errors.Is(err, odd) {
			t.Errorf("error is %#v", x)
		}
	}
	if n != 1 {
		t.Errorf("%d results", n)
	}
}

func TestEntriesStops(t *testing.T) {
	r := strings.NewReader(strings.Repeat("x=1; a\n", 10_000))
	for range Entries(r, MLSx, Limits{}) {
		break
	}
	if r.Len() < 10_000 {
		t.Errorf("only %d bytes are left after the first entry", r.Len())
	}
}

func TestEntriesList(t *testing.T) {
	const text = "total 2\r\n-rw-r--r-- 1 me us 5 Feb  9 15:04 a\r\ndrwxr-xr-x 1 me us 0 Feb  9 15:04 b\r\n"
	list := func(line string) (Entry, error) { return Line(line, Options{Now: testNow}) }
	var got []string
	for e, err := range Entries(strings.NewReader(text), list, Limits{}) {
		got = append(got, fmt.Sprint(e.Name, " ", e.Kind, " ", err))
	}
	if diff := cmp.Diff([]string{"a file <nil>", "b dir <nil>"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
