package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// unknownColumns looks for a size with a date after it that can't be read, as its month is in an unknown language or it never was.
// Owners may have several words, or be one.
func unknownColumns(w *words, e *Entry, first, end int) (columns, bool) {
	if e.Kind == KindOther || e.Mode == "" || scan.IsDigit(w.line[w.at[0].from]) {
		return columns{}, false
	}
	for i := first + usualColumnCount - 1; i < end; i++ {
		size, ok := scan.Size(w.word(i - 1))
		if !ok {
			continue
		}
		if next := w.unknownDate(i); next > 0 {
			e.Size = size
			return columns{size: i - 1, name: next}, true
		}
	}
	return columns{}, false
}

// unknownDate returns the index of the word after what has the form of a date but is none, 0 if the words from the i-th on
// have not. A name follows.
//
//	000 17 2025     Xyz 17 10:11     17 Xyz 2025     2025-00-00 00:00     00-00-00     - - -
func (w *words) unknownDate(i int) (next int) {
	if w.format != nil {
		return 0 // the caller said what a date is
	}
	a, b, c := w.word(i), w.word(i+1), w.word(i+2)
	switch {
	case isDateDigits(a):
		if next = i + 1; isClockForm(b) && next < w.n-1 {
			next++
		}
	case isNoValue(a):
		next = i + 1
	case isDashes(a) && isDashes(b) && isDashes(c):
		next = i + 3
	case (isYearForm(c) || isClockForm(c)) && (isDayForm(b) && isMonthForm(a) || isDayForm(a) && isMonthForm(b)):
		if next = i + 3; len(c) == len("15:04:05") && isYearForm(w.word(next)) && next < w.n-1 {
			next++
		}
	}
	if next >= w.n {
		return 0
	}
	return next
}

// dateOrForm is date for a date in known columns, which may be none: then s is outOfRange.
func (w *words) dateOrForm(i int) (s stamp, next int) {
	if s, next, ok := w.date(i); ok {
		return s, next
	}
	return stamp{}, w.unknownDate(i)
}

// clockOrForm is clock for a time of day in its column, which may be none: then s is outOfRange.
func (s *stamp) clockOrForm(w string) bool {
	if s.clock(w) {
		return true
	}
	s.hour = -1
	return isClockForm(w)
}

// isDateDigits reports whether w is three numbers of a date with one sign between them.
func isDateDigits(w string) bool {
	if len(w) < len("00-00-00") || len(w) > len("0000-00-00") {
		return false
	}
	sep := w[scan.DigitsEnd(w, 0):]
	if sep == "" || !strings.Contains("-/.", sep[:1]) {
		return false
	}
	parts := strings.Split(w, sep[:1])
	return len(parts) == 3 && (isYearForm(parts[0]) || isDayForm(parts[0])) && isDayForm(parts[1]) && (isYearForm(parts[2]) || isDayForm(parts[2]))
}

// isYearForm reports whether w is four digits.
func isYearForm(w string) bool { return len(w) == 4 && scan.AllDigits(w) }

// isDayForm reports whether w is one or two digits, perhaps with a stop.
func isDayForm(w string) bool {
	w = trimStop(w)
	return len(w) <= 2 && scan.AllDigits(w)
}

// isMonthForm reports whether w can be the name of a month in any language, or a number in its place. Digits with letters after
// them are a size that has swallowed its blank, unless the letters are those of East Asia.
func isMonthForm(w string) bool {
	end := scan.DigitsEnd(w, 0)
	if end > 3 || end > 0 && end < len(w) && w[end] < 0x80 {
		return false
	}
	return w != "" && len(w) <= maxMonth && !strings.ContainsAny(w, ":/")
}

// isClockForm reports whether w is digits as of a time of day, possible or not.
func isClockForm(w string) bool {
	parts := strings.Split(w, ":")
	for i, p := range parts {
		if !scan.AllDigits(p) || len(p) > 2 || i > 0 && len(p) != 2 {
			return false
		}
	}
	return len(parts) == 2 || len(parts) == 3
}

// isDashes reports whether w stands for something unknown: dashes or question marks, perhaps with what separates numbers.
func isDashes(w string) bool {
	return strings.Contains(w, "-") && strings.Trim(w, "-:./") == "" || strings.Contains(w, "?") && strings.Trim(w, "?:./") == ""
}

// isNoValue reports whether w is what programs print for a time that they don't have. None of it can be the start of a name: one
// has a slash, the other is what C prints for no text.
func isNoValue(w string) bool { return w == "(null)" || w == "N/A" || w == "n/a" }

// undatedColumns reads a line that has no date at all: link count, owner, group, size, name. Where a word of the name could be part
// of a date in an unknown form, it is a name only after a line of the same listing that can't have a date.
func (l *lister) undatedColumns(w *words, e *Entry, first int) columns {
	name := first + usualColumnCount
	size, sized := scan.Size(w.word(name - 1))
	if w.format != nil || e.Kind == KindOther || e.Mode == "" || scan.IsDigit(w.line[w.at[0].from]) || name >= w.n || !sized || !scan.AllDigits(w.word(first)) {
		return columns{}
	}
	if isYearForm(w.word(name-1)) && yearOf(w.word(name-1)) != 0 && scan.AllDigits(w.word(name-2)) && !scan.AllDigits(w.word(name-3)) {
		return columns{} // owner, size and the year of a date rather than owner, group and size
	}
	switch {
	case name == w.n-1:
		if isClockForm(w.word(name)) || isDateDigits(w.word(name)) {
			return columns{}
		}
		l.undated = true
	case !l.undated && !w.areNoDate(name):
		return columns{}
	}
	e.Size = size
	return columns{size: name - 1, name: name, undated: true}
}

// areNoDate reports whether the words from the i-th on are nothing that a date could be: no month, and no digits but in the last.
func (w *words) areNoDate(i int) bool {
	switch first := scan.LowerASCII(w.word(i)); {
	case monthOf(first) != 0, isDashes(first):
		return false
	case first == "null", first == "nil", first == "none", first == "never", first == "unknown":
		return false // of a time, or of a name
	}
	for j := i; j < w.n-1; j++ {
		if strings.ContainsAny(w.word(j), "0123456789") {
			return false
		}
	}
	return !strings.ContainsAny(w.word(w.n-1), "0123456789") || proposeDateFormat(w.line[w.at[i].from:]) == ""
}
