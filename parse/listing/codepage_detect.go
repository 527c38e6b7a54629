package listing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// maxDetectNames is how many names a CodePageDetector keeps: more say the same.
const maxDetectNames = 200

// detectable are the code pages that servers of FTP have names in. Of pages that read all names alike, the first is proposed.
var detectable = []string{
	"windows-1252", "windows-1250", "windows-1251", "KOI8-R", "IBM866", "ISO-8859-2", "ISO-8859-5", "IBM850", "IBM437", "IBM852",
	"windows-1253", "windows-1254", "windows-1255", "windows-1256", "ISO-8859-9", "macintosh",
	"Shift_JIS", "GBK", "Big5", "EUC-JP", "EUC-KR",
}

// usualBonus is what the first of detectable has before others: most servers that are not of UTF-8 have it.
const usualBonus = 0.25

// A CodePageDetector finds out which code page the names of a listing are in, where they are not UTF-8. The zero value is ready. It is
// not safe for concurrent use.
type CodePageDetector struct {
	names []string
	dates []string // what stands before names, where that is not ASCII
	seen  int
}

// A CodePageGuess is a code page in which names may be, and what speaks for it.
type CodePageGuess struct {
	CodePage string // its name, for [LookupCodePage]
	Names    int    // names that are not UTF-8
	Fit      int    // of which the code page can decode so many
	Dates    int    // dates of which the month is a name in it
	Example  string // a name as text, the one with most beyond ASCII
	score    float64
}

// String returns the name of the code page and the evidence for it on one line.
func (g CodePageGuess) String() string {
	s := fmt.Sprintf("%s (%d of %d fit, as in %q", g.CodePage, g.Fit, g.Names, g.Example)
	if g.Dates > 0 {
		s += fmt.Sprintf("; it reads the months of %d dates", g.Dates)
	}
	return s + ")"
}

// Add notes an entry. It must have been read without a code page.
func (d *CodePageDetector) Add(e *Entry) {
	if e.Encoding != EncodingUnknown || e.Name == "" {
		return
	}
	if d.seen++; len(d.names) >= maxDetectNames {
		return
	}
	d.names = append(d.names, strings.Clone(e.Name))
	if before, _, ok := strings.Cut(e.Raw, e.Name); ok && !scan.IsASCII(before) {
		d.dates = append(d.dates, strings.Clone(before))
	}
}

// Names returns how many names were not UTF-8.
func (d *CodePageDetector) Names() int { return d.seen }

// Guesses returns the code pages that all names fit, the likeliest first, at most three of them that read the names differently.
// There is none if all names are UTF-8. It is a guess: short names fit many code pages.
func (d *CodePageDetector) Guesses() []CodePageGuess {
	var guesses []CodePageGuess
	readings := map[string]bool{}
	for _, c := range detectPages() {
		g, reading := d.judge(c)
		if g.Fit < g.Names || g.Names == 0 || readings[reading] {
			continue
		}
		readings[reading] = true
		guesses = append(guesses, g)
	}
	slices.SortStableFunc(guesses, func(a, b CodePageGuess) int { return cmp.Compare(b.score, a.score) })
	return guesses[:min(len(guesses), 3)]
}

// detectPages are the code pages of detectable.
var detectPages = sync.OnceValue(func() []*CodePage {
	pages := make([]*CodePage, len(detectable))
	for i, name := range detectable {
		c, err := LookupCodePage(name)
		if err != nil {
			panic("listing: BUG: " + err.Error())
		}
		pages[i] = c
	}
	return pages
})

// judge reads all names in c.
func (d *CodePageDetector) judge(c *CodePage) (g CodePageGuess, reading string) {
	g = CodePageGuess{CodePage: c.Name(), Names: len(d.names)}
	var all strings.Builder
	high, most := 0, 0
	for _, name := range d.names {
		text, how := c.Decode(name)
		if how != EncodingCodePage || strings.ContainsFunc(text, isC1) || scan.ControlAt(text) >= 0 {
			continue
		}
		g.Fit++
		n := highBytes(name)
		if high += n; n > most {
			g.Example, most = text, n
		}
		all.WriteString(text + "\n")
	}
	for _, before := range d.dates {
		if namesMonth(c, before) {
			g.Dates++
		}
	}
	g.score = plausible(all.String())/float64(max(high, 1)) + 10*float64(g.Dates)/float64(max(len(d.dates), 1))
	if c.Name() == detectable[0] {
		g.score += usualBonus
	}
	return g, all.String()
}

// highBytes returns how many bytes of s are not ASCII.
func highBytes(s string) (n int) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// namesMonth reports whether a word of text is the name of a month in c.
func namesMonth(c *CodePage, text string) bool {
	for word := range strings.FieldsSeq(text) {
		if scan.IsASCII(word) {
			continue
		}
		decoded, how := c.Decode(word)
		if how != EncodingCodePage {
			continue
		}
		name := strings.ToLower(strings.TrimRight(decoded, ".,"))
		if _, month := months[name]; month {
			return true
		}
		if strings.ContainsAny(name, "月월") && scan.IsDigit(name[0]) {
			return true
		}
	}
	return false
}
