package listing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadKA9Q(t *testing.T) {
	at := utcTime(1993, 5, 4, 18, 23, 0)
	testDialect(t, "ka9q", readKA9Q, []dialectTest{
		{"file", "readme  2,320  18:23  5/04/93 ", Entry{Name: "readme", Kind: KindFile, Size: 2320, Time: at, Precision: parse.PrecisionMinute}},
		{"size whose digits don't fit the commas", "readme  2,32  18:23  5/04/93", Entry{Name: "readme", Kind: KindFile, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
		{"directory", "docs/         18:23  5/04/93", Entry{Name: "docs", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
	})
	testHeadings(t, "ka9q", readKA9Q, "5 files ")
	testRefused(t, "ka9q", readKA9Q, "a/  18:23  5/04/93  b/  10:23  1-02-93", "a  18:23  5/04/93", "a 1 18:23  5-04-93", "a 1 18:23 2/30/93", "a x 18:23 5/04/93")
}

func TestReadTSXPlus(t *testing.T) {
	l := &lister{order: []*dialect{{"tsxplus", readTSXPlus}}}
	l.cur = l.order[0]
	for line, want := range map[string]Entry{
		"      readme.txt      6": {Name: "readme.txt", Size: 6 * 512},
		"      m6800 .h        3": {Name: "m6800.h", Size: 3 * 512},
	} {
		e, err := l.read(line)
		if err != nil || e.Name != want.Name || e.Size != want.Size || e.Kind != KindFile {
			t.Errorf("read %q as %+v, %v, want %+v", line, e, err, want)
		}
	}
	testHeadings(t, "tsxplus", readTSXPlus, "Directory [du3:*.*] / 7 Files / 14876 Blocks")
	testRefused(t, "tsxplus", readTSXPlus, "a.dsk 520  b.dsk x", "a.txt 6", "readme 6", "toolongname.txt 6")
}

// TestSeveralOnLine has all files of a line come out, each with the whole line, up to the limit.
func TestSeveralOnLine(t *testing.T) {
	const (
		ka9q = "docs/          18:23  5/04/93    a\xe9   2,320  18:23  5/04/93"
		tsx  = "213-  m6800 .h        3      b.x      4      c.y    5"
	)
	at := time.Date(1993, 5, 4, 18, 23, 0, 0, time.UTC)
	want := []Entry{
		{Name: "docs", Text: "docs", Encoding: EncodingASCII, Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute, Dialect: "ka9q", Raw: ka9q},
		{Name: "a\xe9", Text: "a\ufffd", Kind: KindFile, Size: 2320, Time: at, Precision: parse.PrecisionMinute, Dialect: "ka9q", Raw: ka9q},
		{Name: "m6800.h", Text: "m6800.h", Encoding: EncodingASCII, Kind: KindFile, Size: 1536, Dialect: "tsxplus", Raw: tsx},
		{Name: "b.x", Text: "b.x", Encoding: EncodingASCII, Kind: KindFile, Size: 2048, Dialect: "tsxplus", Raw: tsx},
		{Name: "c.y", Text: "c.y", Encoding: EncodingASCII, Kind: KindFile, Size: 2560, Dialect: "tsxplus", Raw: tsx},
	}
	text := strings.Join([]string{ka9q, tsx}, "\r\n")
	for most := 1; most <= len(want); most++ {
		var got []Entry
		for e, err := range Read(strings.NewReader(text), Options{Now: testNow}, Limits{Entries: most}) {
			if err != nil {
				if len(got) != most {
					t.Fatalf("after %d of %d entries: %v", len(got), most, err)
				}
				break
			}
			got = append(got, e)
		}
		if diff := cmp.Diff(want[:most], got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
	if n := len(slices.Collect(firstOf(text))); n != 1 {
		t.Errorf("%d entries after the caller had stopped", n-1)
	}
}

// firstOf yields the entries of a listing and stops after the first.
func firstOf(text string) func(func(Entry) bool) {
	return func(yield func(Entry) bool) {
		for e := range Read(strings.NewReader(text), Options{}, Limits{}) {
			yield(e)
			return
		}
	}
}

// TestSeveralOnLineRefused has lines that can't be read as a whole be errors as a whole.
func TestSeveralOnLineRefused(t *testing.T) {
	many := strings.Repeat("a/ 18:23 5/04/93 ", 9)
	for _, line := range []string{"a/ 18:23 5/04/93  b/", "a/ 18:23 5/04/93  b 1 18:23 2/30/93", many, "a.b 1 c.d 2 e"} {
		n := 0
		for e, err := range Read(strings.NewReader(line), Options{}, Limits{}) {
			if n++; err == nil || e.Raw != line || n > 1 {
				t.Errorf("%q gives %+v, %v", line, e, err)
			}
		}
		if n == 0 {
			t.Errorf("nothing comes of %q", line)
		}
	}
	const two = "a/ 18:23 5/04/93  b/ 18:23 5/04/93"
	if e, err := Line(two, Options{}); err == nil || e.Name != "" || e.Raw != two {
		t.Errorf("List reads %q as %+v, %v; want an error", two, e, err)
	}
}
