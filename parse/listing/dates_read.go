package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// date reads a date, and a time of day if there is one, in the words from the i-th. It returns the index of
// the word after it. All forms of Unix servers are known:
//
//	Jan  2 15:04     Jan  2  2006     Jan  2 2006 15:04 (VShell)     Jan  2 15:04:05 2006 (BSD -T)
//	2 Jan 15:04      2. Januar, 2006  1月 2日 15:04                   2006年 1月 2日
//	2006-01-02 15:04 01-02 15:04      2006-01-02 15:04:05.6 +0200    01-02-06, 02.01.2006
//	2006-01-02       01-02 2006       1 2 15:04                      02-Jan-06, 2-Jan-2006 15:04
//	Jan  2 15.04     Mon Jan  2 15:04:05 2006                        2006-01-02T15:04:05Z
//
// A time of day after a date with its year is the start of the name if no word follows, or if the year is
// padded as in "Jan  2  2006".
func (w *words) date(i int) (s stamp, next int, ok bool) {
	if w.format != nil {
		return w.formatted(i)
	}
	first := w.word(i)
	if isWeekday(first) && i+1 < w.n && !isWeekday(w.word(i+1)) {
		return w.date(i + 1)
	}
	if first == "" || len(first) > maxDateWord {
		return stamp{}, 0, false
	}
	forms := 6
	if !scan.IsDigit(first[0]) {
		forms = 1
	}
	for form := range forms {
		s = stamp{}
		switch form { // a table of functions would put s and w on the heap
		case 0:
			next = readMonthFirst(w, i, &s)
		case 1:
			next = readNumeric(w, i, &s)
		case 2:
			next = readDayFirst(w, i, &s)
		case 3:
			next = readYearFirst(w, i, &s)
		case 4:
			next = readNumbers(w, i, &s)
		case 5:
			next = readDashed(w, i, &s)
		}
		if next > 0 && s.outOfRange() == "" {
			return s, next, true
		}
	}
	return stamp{}, 0, false
}

// maxDateWord is the longest word of a date, with room for a fraction: "2006-01-02T15:04:05.678901234+02:00".
const maxDateWord = 40

// formatted reads a date in the format that the caller gave.
func (w *words) formatted(i int) (s stamp, next int, ok bool) {
	if i >= w.n {
		return stamp{}, 0, false
	}
	from := w.at[i].from
	s, n, ok := w.format.match(w.line[from:])
	if !ok {
		return stamp{}, 0, false
	}
	for next = i + 1; next < w.n && w.at[next].from < from+n; next++ {
	}
	return s, next, true
}

// readNumeric reads "2006-01-02 15:04:05 +0200" and the like. Like the other readers it returns the index of
// the next word, 0 if the words are something else.
func readNumeric(w *words, i int, s *stamp) int {
	if date, clock, ok := strings.Cut(w.word(i), "T"); ok && len(date) == len("2006-01-02") && s.numeric(date) {
		return s.joinedClock(clock, i+1)
	}
	if !s.numeric(w.word(i)) {
		return 0
	}
	if s.year == 0 {
		return w.yearOrClock(i+1, s)
	}
	return w.clockAndZone(i+1, s)
}

func readMonthFirst(w *words, i int, s *stamp) int {
	first := w.word(i)
	if s.month = w.monthOf(first); s.month != 0 {
		if s.day = dayOf(w.word(i + 1)); s.day == 0 {
			return 0
		}
		return w.yearOrClock(i+2, s)
	}
	if next := readMarked(w, i, s); next > 0 {
		return w.yearOrClock(next, s)
	}
	return 0
}

// readMarked reads "1月 2日" and "1月2日".
func readMarked(w *words, i int, s *stamp) int {
	month, rest, ok := marked(w.word(i), monthMarks)
	if !ok {
		return 0
	}
	if i++; rest == "" {
		rest = w.word(i)
		i++
	}
	if s.month, s.day = month, dayOf(rest); s.day == 0 {
		return 0
	}
	return i
}

func readDayFirst(w *words, i int, s *stamp) int {
	if s.day = dayOf(w.word(i)); s.day == 0 {
		return 0
	}
	if s.month = w.monthOf(w.word(i + 1)); s.month == 0 {
		return 0
	}
	return w.yearOrClock(i+2, s)
}

// readYearFirst reads "2006年 1月 2日" with or without a time of day.
func readYearFirst(w *words, i int, s *stamp) int {
	if s.year = yearOf(w.word(i)); s.year == 0 {
		return 0
	}
	next := readMarked(w, i+1, s)
	if next == 0 {
		return 0
	}
	s.precision = parse.PrecisionDay
	return w.optionalClock(next, s)
}

// readNumbers reads "1 2 15:04".
func readNumbers(w *words, i int, s *stamp) int {
	s.month, s.day = scan.Small(w.word(i)), dayOf(w.word(i+1))
	if !s.clock(w.word(i + 2)) {
		return 0
	}
	return i + 3
}

// readDashed reads "02-Jan-06" and "2-Jan-2006", with "-" or "/", and a time of day if there is one.
func readDashed(w *words, i int, s *stamp) int {
	day, rest, ok := cutAny(w.word(i), "-/")
	month, year, also := cutAny(rest, "-/")
	if !ok || !also || len(day) > 2 || len(year) != 2 && len(year) != 4 || scan.IsDigit(month[0]) {
		return 0
	}
	s.day, s.month, s.year = dayOf(day), w.monthOf(month), scan.Small(year)
	if len(year) == 2 {
		s.year = yearOfTwoDigits(s.year)
	}
	if s.year < firstYear {
		return 0
	}
	s.precision = parse.PrecisionDay
	return w.clockAndZone(i+1, s)
}

// cutAny cuts s at the first of the signs. There is something on both sides.
func cutAny(s, signs string) (before, after string, ok bool) {
	i := strings.IndexAny(s, signs)
	if i <= 0 || i+1 == len(s) {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

// yearOrClock reads what follows the month and the day: a time of day, a year, or both. A year that is padded
// to the width of a time of day, as POSIX has it in "ls -l", stands alone: what follows is the name.
func (w *words) yearOrClock(i int, s *stamp) int {
	if s.clock(w.word(i)) {
		if s.precision == parse.PrecisionSecond && yearOf(w.word(i+1)) != 0 && i+1 < w.n-1 {
			i++
			s.year = yearOf(w.word(i))
		}
		return i + 1
	}
	if s.dottedClock(w.word(i)) && i+1 < w.n {
		return i + 1
	}
	if s.year = yearOf(w.word(i)); s.year == 0 {
		return 0
	}
	s.precision = parse.PrecisionDay
	if w.at[i].from-w.at[i-1].to > 1 {
		return i + 1
	}
	return w.optionalClock(i+1, s)
}

// numeric reads a date of digits with "-", "/" or "." between them. The year comes first if it has four
// digits, the day if the separator is a dot or the first number exceeds 12, else the month, as IIS has it.
// Without a year it is "01-02". Two-digit years are 1970 to 2069.
func (s *stamp) numeric(w string) bool {
	i := scan.DigitsEnd(w, 0)
	if i == 0 || i >= len(w) || !strings.ContainsRune("-/.", rune(w[i])) {
		return false
	}
	sep := w[i : i+1]
	a, rest, _ := strings.Cut(w, sep)
	b, c, three := strings.Cut(rest, sep)
	x, y := scan.Small(a), scan.Small(b)
	s.precision = parse.PrecisionDay
	if !three {
		s.month, s.day = x, y
		return sep == "-" && len(a) == 2 && len(b) == 2 && x >= 0 && y >= 0
	}
	if len(a) == 4 {
		s.year, s.month, s.day = x, y, scan.Small(c)
		return len(c) <= 2 && s.year >= firstYear
	}
	if len(c) != 2 && len(c) != 4 || len(a) > 2 || len(b) > 2 {
		return false
	}
	s.year, s.month, s.day = scan.Small(c), x, y
	if len(c) == 2 {
		s.year = yearOfTwoDigits(s.year)
	}
	if sep == "." || s.month > 12 {
		s.month, s.day = s.day, s.month
	}
	return s.year >= firstYear
}

// dayOf returns the day of the month that w is, or 0. A dot, a comma or a CJK mark may follow.
func dayOf(w string) int {
	d := scan.Small(trimStop(w))
	if d >= 0 {
		if d < 1 || d > 31 {
			return 0
		}
		return d
	}
	if n, rest, ok := marked(w, dayMarks); ok && rest == "" {
		d = n
	}
	if d < 1 || d > 31 {
		return 0
	}
	return d
}

// trimStop returns w without dots and commas at its end.
func trimStop(w string) string {
	for len(w) > 0 && (w[len(w)-1] == '.' || w[len(w)-1] == ',') {
		w = w[:len(w)-1]
	}
	return w
}

// firstYear is the earliest year that a listing may have: that of the time stamps of Windows.
const firstYear = 1601

// yearOf returns the year that w is, or 0. It has four digits and is not before firstYear.
func yearOf(w string) int {
	y := scan.Small(trimStop(w))
	if y < 0 {
		if n, rest, ok := marked(w, yearMarks); ok && rest == "" {
			y = n
		}
	}
	if y < firstYear {
		return 0
	}
	return y
}
