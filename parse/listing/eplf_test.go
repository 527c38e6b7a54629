package listing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// dialectTest is a line that a dialect is asked to read.
type dialectTest struct {
	name string
	line string
	want Entry // Dialect, Raw, Text and Encoding are filled in
}

// testDialect reads each line alone, in one dialect.
func testDialect(t *testing.T, name string, read func(*lister, *words, *Entry) error, tests []dialectTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := &lister{order: []*dialect{{name, read}}}
			e, err := l.read(tt.line)
			if err != nil {
				t.Fatalf("read %q: %v", tt.line, err)
			}
			tt.want.Dialect, tt.want.Raw = name, tt.line
			tt.want.Text, tt.want.Encoding = e.Text, e.Encoding // of the code page, not the dialect
			tt.want.Text, tt.want.Encoding = (*CodePage)(nil).Decode(tt.want.Name)
			if diff := cmp.Diff(tt.want, e); diff != "" {
				t.Errorf("entry of %q mismatch (-want +got):\n%s", tt.line, diff)
			}
		})
	}
}

// testRefused checks that no line is an entry or a heading of a dialect.
func testRefused(t *testing.T, name string, read func(*lister, *words, *Entry) error, lines ...string) {
	t.Helper()
	for _, line := range lines {
		l := &lister{order: []*dialect{{name, read}}}
		if e, err := l.read(line); err == nil || err == ErrNotEntry {
			t.Errorf("%s read %q as %+v, %v", name, line, e, err)
		}
	}
}

// testHeadings checks that all lines, in this order, are headings.
func testHeadings(t *testing.T, name string, read func(*lister, *words, *Entry) error, lines ...string) {
	t.Helper()
	l := &lister{order: []*dialect{{name, read}}}
	for _, line := range lines {
		if e, err := l.read(line); err != ErrNotEntry {
			t.Errorf("%s read %q as %+v, %v, want ErrNotEntry", name, line, e, err)
		}
	}
}

// utcTime returns a time in UTC.
func utcTime(year, month, day, hour, minute, sec int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, sec, 0, time.UTC)
}

func TestReadEPLF(t *testing.T) {
	testDialect(t, "eplf", readEPLF, []dialectTest{
		{"all facts", "+i4.77,m1000000000,r,s12,up644,\ta b", Entry{Name: "a b", Kind: KindFile, Size: 12, Unique: "4.77",
			Mode: "rw-r--r--", Time: utcTime(2001, 9, 9, 1, 46, 40), Precision: parse.PrecisionSecond, Zone: ZoneUTC}},
		{"directory", "+/,\t pub", Entry{Name: " pub", Kind: KindDir, Size: -1}},
		{"both", "+r,/,\tx", Entry{Name: "x", Kind: KindDir, Size: -1}},
		{"no comma at the end", "+r,s0,up755\tx y", Entry{Name: "x y", Kind: KindFile, Mode: "rwxr-xr-x"}},
		{"empty and unknown facts", "+,r,,zebra,rx,s5,,\tx", Entry{Name: "x", Kind: KindFile, Size: 5}},
		{"tab in the name", "+r,\ta\tb", Entry{Name: "a\tb", Kind: KindFile, Size: -1}},
		{"size beyond int64", "+r,s99999999999999999999,\tx", Entry{Name: "x", Kind: KindFile, Size: -1}},
	})
	testRefused(t, "eplf", readEPLF, "+r,\t", "+r,s12,  name", "+r,sx,\tname",
		"+r,up9,\tname", "+name", "r,\tname", "-rw-r--r-- 1 u g 1 Jan  2  2006 a")
	testHeadings(t, "eplf", readEPLF, "+m1000000000,\tuseless", "+\tmystery")
}

func TestFormatEPLF(t *testing.T) {
	noon := utcTime(2020, 2, 29, 12, 0, 0)
	tests := []struct {
		name string
		e    Entry
		want string
	}{
		{"file", Entry{Name: "a b", Kind: KindFile, Size: 3, Unique: "1.2", Mode: "rw-------", Time: noon}, "+i1.2,m1582977600,r,s3,up600,\ta b"},
		{"mode below 0100", Entry{Name: "a", Kind: KindFile, Size: -1, Mode: "------r--"}, "+r,up004,\ta"},
		{"set-uid", Entry{Name: "a", Kind: KindFile, Size: -1, Mode: "rwsr-xr-x"}, "+r,up4755,\ta"},
		{"directory", Entry{Name: "d", Kind: KindDir, Size: 4096}, "+/,\td"},
		{"current directory", Entry{Name: ".", Kind: KindCurrent, Size: -1}, "+/,\t."},
		{"link", Entry{Name: "l", Kind: KindLink, Size: 1, Target: "x"}, "+r,s1,\tl"},
		{"device", Entry{Name: "tty", Kind: KindOther, Size: -1}, "+\ttty"},
		{"unique with a comma", Entry{Name: "a", Kind: KindFile, Size: -1, Unique: "1,2"}, "+r,\ta"},
		{"before 1970", Entry{Name: "a", Kind: KindFile, Size: -1, Time: utcTime(1969, 1, 1, 0, 0, 0)}, "+r,\ta"},
		{"line end in the name", Entry{Name: "a\r\nb", Kind: KindFile, Size: -1}, "+r,\ta??b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, FormatEPLF(tt.e)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// What FormatEPLF writes is read as the same entry.
func TestEPLFRoundTrip(t *testing.T) {
	for _, e := range []Entry{
		{Name: "a b", Kind: KindFile, Size: 3, Unique: "1.2", Mode: "rw-r-S--T"},
		{Name: "\tä", Kind: KindFile, Size: 0, Time: utcTime(2038, 1, 19, 3, 14, 8), Precision: parse.PrecisionSecond, Zone: ZoneUTC},
		{Name: " ", Kind: KindDir, Size: -1, Mode: "---------"},
		{Name: "epoch", Kind: KindFile, Size: -1, Time: utcTime(1970, 1, 1, 0, 0, 0), Precision: parse.PrecisionSecond, Zone: ZoneUTC},
	} {
		line := FormatEPLF(e)
		l := &lister{order: []*dialect{{"eplf", readEPLF}}}
		got, err := l.read(line)
		if err != nil {
			t.Errorf("read %q: %v", line, err)
		}
		e.Dialect, e.Raw = "eplf", line
		e.Text, e.Encoding = got.Text, got.Encoding // of the code page, not the dialect
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("entry of %q mismatch (-want +got):\n%s", line, diff)
		}
	}
}
