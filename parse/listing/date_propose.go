package listing

import (
	"sync"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// proposeDateFormat returns a format for [ParseDateFormat] that reads the date in text, or "". The text is a date
// or a line of LIST that holds one; the first date counts. It is for error messages: the user who sees the line
// knows which number is the day.
//
// Where day and month could change places, the proposal has them as [Line] reads them: the day first between
// dots, else the month, unless its number exceeds 12.
func proposeDateFormat(text string) string {
	text = text[:min(len(text), maxProposeText)]
	for i := scan.SkipBlanks(text, 0); i < len(text); i = scan.SkipBlanks(text, i) {
		if format := proposeAt(text[i:]); format != "" {
			return format
		}
		for i < len(text) && !scan.IsBlank(text[i]) {
			i++
		}
	}
	return ""
}

// maxProposeText is how much of a line is searched for a date. What follows is a name.
const maxProposeText = 512

// A datePiece is a part of a proposal: a date, a time of day, or what follows.
type datePiece struct {
	text   string
	fields []dateField
	vague  bool // a date that is none without a time of day
}

// dateTexts holds the dates that are proposed, the likelier reading first, and vagueTexts those without a year,
// which need a time of day; timeTexts the times of day, tailTexts what stands after one.
var (
	dateTexts = []string{
		"yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyy MM dd", "yyyyMMdd",
		"dd.MM.yyyy", "MM.dd.yyyy", "MM-dd-yyyy", "dd-MM-yyyy", "MM/dd/yyyy", "dd/MM/yyyy",
		"dd.MM.yy", "MM.dd.yy", "yy.MM.dd", "MM-dd-yy", "dd-MM-yy", "yy-MM-dd", "MM/dd/yy", "dd/MM/yy", "yy/MM/dd",
		"MMM d yyyy", "MMM d, yyyy", "MMM-dd-yyyy", "d MMM yyyy", "d. MMM yyyy", "d MMM, yyyy", "d. MMM, yyyy",
		"dd-MMM-yyyy", "dd-MMM-yy", "dd/MMM/yyyy", "dd.MMM.yyyy", "ddMMMyyyy", "ddMMMyy", "yyyy-MMM-dd", "yyyy MMM d",
	}
	vagueTexts = []string{"MMM d", "MMMd", "d MMM", "d. MMM", "dMMM", "MM-dd", "dd-MM", "MM/dd", "dd/MM", "dd.MM.", "dd.MM"}
	timeTexts  = []string{
		" HH:mm", " HH:mm:ss", " HH:mm:ss.SSS", " hh:mma", " hh:mm a", " hh:mm:ssa", " hh:mm:ss a",
		", HH:mm", ", HH:mm:ss", " HH.mm", " HH.mm.ss", "'T'HH:mm", "'T'HH:mm:ss", "'T'HH:mm:ss.SSS", "'T'HHmmss",
		"-HH:mm", "-HH:mm:ss", "_HH:mm", "_HH:mm:ss", ":HH:mm", ":HH:mm:ss", "HHmm", "HHmmss", "-HHmmss", "_HHmmss",
	}
	tailTexts = []string{" yyyy", " Z", "Z", " Z yyyy"}
)

// datePieces compiles the pieces at first use.
var datePieces = sync.OnceValue(func() (p struct{ dates, times, tails []datePiece }) {
	p.dates = compilePieces(dateTexts, false)
	p.dates = append(p.dates, compilePieces(vagueTexts, true)...)
	p.times = compilePieces(timeTexts, false)
	p.tails = compilePieces(tailTexts, false)
	return p
})

func compilePieces(texts []string, vague bool) []datePiece {
	pieces := make([]datePiece, len(texts))
	for i, s := range texts {
		c := dateCompiler{all: s}
		if _, reason := c.parts(0, len(s)); reason != "" {
			panic("parse: BUG: " + s + ": " + reason)
		}
		pieces[i] = datePiece{s, c.fields, vague}
	}
	return pieces
}

// proposeAt returns the format that reads most of text from its start, the first of several.
func proposeAt(text string) string {
	if all := formatsAt(text); len(all) > 0 {
		return all[0]
	}
	return ""
}

// formatsAt returns the formats that read most of text from its start.
func formatsAt(text string) (all []string) {
	most := 0
	consider := func(format string) {
		f, err := ParseDateFormat(format)
		if err != nil {
			return
		}
		_, n, ok := f.match(text)
		if ok && scan.IsBlank(text[max(n-2, 0)]) && scan.IsLetter(text[n-1]) {
			return // a file named "a" rather than half of AM
		}
		if ok && n >= most {
			if n > most {
				all, most = nil, n
			}
			all = append(all, format)
		}
	}
	p := datePieces()
	for _, d := range p.dates {
		end, _ := new(stamp).scan(d.fields, text)
		if end == 0 {
			continue
		}
		if !d.vague {
			consider(d.text)
		}
		for _, t := range p.times {
			n, _ := new(stamp).scan(t.fields, text[end:])
			if n == 0 {
				continue
			}
			consider(d.text + t.text)
			for _, tail := range p.tails {
				if m, _ := new(stamp).scan(tail.fields, text[end+n:]); m > 0 {
					consider(d.text + t.text + tail.text)
				}
			}
		}
	}
	return all
}
