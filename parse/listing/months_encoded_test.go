package listing

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestEncodedMonths has no name mean two months, whatever the code page.
func TestEncodedMonths(t *testing.T) {
	for name, month := range encodedMonths() {
		if month == 0 {
			t.Errorf("%q means two months", name)
		}
	}
	seen := map[string]int{}
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			if was, ok := seen[name]; ok {
				t.Errorf("%s is month %d and %d", name, was, i+1)
			}
			seen[name] = i + 1
			if strings.IndexFunc(name, unicode.IsUpper) >= 0 {
				t.Errorf("%s is not in lower case", name)
			}
		}
	}
}

func encoded(t *testing.T, enc encoding.Encoding, text string) string {
	t.Helper()
	raw, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestMonthsOfCodePages reads dates of servers whose locale is not UTF-8, with the code page of names given and without.
func TestMonthsOfCodePages(t *testing.T) {
	for _, tt := range []struct {
		name, charset string
		enc           encoding.Encoding
		date, want    string
	}{
		{"KOI8-R", "KOI8-R", charmap.KOI8R, "янв  9 15:04", "2024-01-09T15:04:00Z"},
		{"KOI8-R, capital", "KOI8-R", charmap.KOI8R, "Мая  9 2023", "2023-05-09T00:00:00Z"},
		{"windows-1251", "windows-1251", charmap.Windows1251, "дек 19 15:04", "2023-12-19T15:04:00Z"},
		{"windows-1251, day first", "windows-1251", charmap.Windows1251, "19 октября 2022", "2022-10-19T00:00:00Z"},
		{"IBM866", "IBM866", charmap.CodePage866, "фев  9 2019", "2019-02-09T00:00:00Z"},
		{"ISO-8859-2", "ISO-8859-2", charmap.ISO8859_2, "paź  9 2019", "2019-10-09T00:00:00Z"},
		{"ISO-8859-7", "ISO-8859-7", charmap.ISO8859_7, "Φεβ  9 2019", "2019-02-09T00:00:00Z"},
		{"GBK", "GBK", simplifiedchinese.GBK, "3月  9 2019", "2019-03-09T00:00:00Z"},
		{"Shift_JIS", "Shift_JIS", japanese.ShiftJIS, "3月  9日 2019年", "2019-03-09T00:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := "-rw-r--r-- 1 mira ops 5 " + encoded(t, tt.enc, tt.date) + " ledger"
			page, err := LookupCodePage(tt.charset)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []*CodePage{nil, page} {
				e, err := Line(line, Options{Now: testNow, CodePage: p})
				if err != nil || rfc3339(e.Time) != tt.want || e.Name != "ledger" || e.Size != 5 {
					t.Errorf("%s: %q of %d octets at %s, %v; want %s", p.Name(), e.Name, e.Size, rfc3339(e.Time), err, tt.want)
				}
			}
		})
	}
}
