package listing

import (
	"math"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// unixKind returns what the first letter of "ls -l" means, or KindUnknown. HP-UX has n, BSD w, Solaris D and P,
// systems with storage on tape m, z/OS e for a link to the outside.
func unixKind(letter byte) Kind {
	switch letter {
	case '-', 'f', 'C', 'm', 'M':
		return KindFile
	case 'd':
		return KindDir
	case 'l', 'e':
		return KindLink
	case 'b', 'c', 'p', 's', 'D', 'P', 'n', 'w', '?':
		return KindOther
	}
	return KindUnknown
}

// claimsUnix reports whether a line starts with a file mode: ten letters or more as in "drwxr-xr-x+", seven or
// nine of HylaFAX and others that leave some out, or three or four octal digits.
func claimsUnix(w *words) bool {
	mode := w.word(0)
	if len(mode) == 10 && isMode(mode[1:]) {
		return unixKind(mode[0]) != KindUnknown
	}
	if scan.IsDigit(mode[0]) {
		return octalMode(mode) != "" && len(mode) <= 4 && scan.AllDigits(w.word(1)) && w.n > 5
	}
	if unixKind(mode[0]) == KindUnknown {
		return false
	}
	if len(mode) < 10 {
		return (len(mode) == 7 || len(mode) == 9) && strings.Trim(mode[1:], "rwx-") == ""
	}
	if !isMode(mode[1:10]) && strings.Trim(mode[1:10], "rwxsStT-") == "" {
		return false // letters in places where they can't be
	}
	for i := 1; i < len(mode); i++ {
		c := mode[i]
		if !scan.IsLetter(c) && c != '-' && (i < 10 || !scan.IsDigit(c) && !strings.ContainsRune("+@.", rune(c))) {
			return false
		}
	}
	return true
}

// readUnix reads the numbers of stat, see readUnixNumbers, or "mode links owner group size date name", of which links, owner and group may be missing.
// The date is looked for first: the one thing that can be recognised. What stands before it is the size.
// One blank separates the date and the name; more belong to the name, except where servers pad the date.
func readUnix(l *lister, w *words, e *Entry) error {
	if err := l.readUnixNumbers(w, e); err != errOther {
		return err
	}
	w.cutInode()
	if readUnixUnknown(w, e) {
		return nil
	}
	if !claimsUnix(w) {
		return errOther
	}
	first := e.readMode(w)
	c := findColumns(w, e, first)
	if c.name == 0 {
		c = l.undatedColumns(w, e, first)
	}
	if c.name == 0 {
		return parse.NewError(listLine, w.line, w.at[min(first, w.n-1)].from, noDate(w))
	}
	if c.name >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	start := w.after(c.name - 1)
	switch {
	case w.isPadded(c.name - 1), c.undated:
		start = w.at[c.name].from
	case w.isYear(c) && w.line[start] == ' ':
		start++
	}
	e.Name = w.line[start:]
	if e.Kind == KindLink {
		e.Name, e.Target, _ = strings.Cut(e.Name, " -> ")
		if e.Name == "" {
			return parse.NewError(listLine, w.line, start, "no name")
		}
	}
	l.readOwners(w, e, first, c)
	c.date.settle(e, &l.o)
	return nil
}

// isYear reports whether a date ends in a year that no second blank brings to the width of a time of day. Then
// it has that blank after it: "Feb 18 2005  a".
func (w *words) isYear(c columns) bool {
	i := c.name - 1
	return c.date.precision == parse.PrecisionDay && i > 0 && yearOf(w.word(i)) != 0 && w.at[i].from-w.at[i-1].to == 1
}

// isPadded reports whether a date that ends in the i-th word is made as wide as others: by "ls" those in
// digits without a time of day.
func (w *words) isPadded(i int) bool {
	return new(stamp).numeric(w.word(i))
}

// readMode sets kind, mode and a link count glued to the mode. It returns the index of the next word.
func (e *Entry) readMode(w *words) (next int) {
	mode := w.word(0)
	if scan.IsDigit(mode[0]) {
		e.Kind, e.Mode = KindFile, octalMode(mode)
		return 1
	}
	e.Kind = unixKind(mode[0])
	if len(mode) >= 10 && isMode(mode[1:10]) {
		e.Mode = mode[1:10]
		e.Links = linkCount(strings.TrimLeft(mode[10:], "+@."))
	}
	return 1
}

// linkCount returns the number in w, 0 if there is none.
func linkCount(w string) int {
	n, ok := scan.Number(w)
	if !ok || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

// columns is where the parts of a line are, as indexes of words.
type columns struct {
	date  stamp
	size  int // after the last word of the owners
	name  int // after the date; 0: no date found
	glued int // digits at the end of the owners that are the size

	undated bool // the name follows the size
}

// findColumns looks for a size and a date in the words from first on, then for a date alone, and sets the
// size of e.
func findColumns(w *words, e *Entry, first int) columns {
	if c, ok := usualColumns(w, e, first); ok {
		return c
	}
	end := w.dateEnd(first)
	for i := first + 1; i < end; i++ {
		size, sized := scan.Size(w.word(i - 1))
		device := e.Kind == KindOther && isDeviceNumber(w.word(i-1))
		if !sized && !device {
			continue
		}
		s, next, _ := w.date(i)
		if next == 0 && !device && e.Mode != "" && i == first+usualColumnCount {
			next = w.unknownDate(i)
		}
		if next == 0 {
			continue
		}
		c := columns{date: s, size: i - 1, name: next}
		switch {
		case device:
		case e.Kind == KindOther && i-2 >= first && strings.HasSuffix(w.word(i-2), ","):
			c.size-- // "8," and "0": major and minor number
		default:
			e.Size = size
		}
		return c
	}
	if c, ok := unknownColumns(w, e, first, end); ok {
		return c
	}
	for i := first; i < min(end, first+maxBareColumns+1); i++ {
		if s, next, ok := w.date(i); ok {
			c := columns{date: s, size: i, name: next}
			if i > first {
				switch last := w.word(i - 1); {
				case scan.IsDigit(last[0]) && strings.ContainsRune(last, ':'):
					return columns{} // neither a size nor a group
				case isDashes(last):
					c.size-- // as directories may have
				default:
					c.glued = e.gluedSize(last)
				}
			}
			return c
		}
	}
	return columns{}
}

// usualColumns is findColumns for most lines of most servers: link count, owner, group, size, English date.
func usualColumns(w *words, e *Entry, first int) (columns, bool) {
	i := first + usualColumnCount
	if w.format != nil || i+3 >= w.n || e.Kind == KindOther || !scan.AllDigits(w.word(first)) {
		return columns{}, false
	}
	month := w.word(i)
	if len(month) != 3 || englishMonth(month) == 0 {
		return columns{}, false
	}
	size, ok := scan.Number(w.word(i - 1))
	if !ok {
		return columns{}, false
	}
	s := stamp{}
	next := readMonthFirst(w, i, &s)
	if next == 0 || s.outOfRange() != "" {
		return columns{}, false
	}
	e.Size = size
	return columns{date: s, size: i - 1, name: next}, true
}

// usualColumnCount is how many words nearly all servers have between mode and date: link count, owner, group, size.
const usualColumnCount = 4

// maxColumns is the most words between the mode and the date: link count, owner and group, size. Group names of
// Windows have many words.
const maxColumns = 16

// maxBareColumns is maxColumns where no size marks the date.
const maxBareColumns = 7

// dateEnd returns the index of the first word, from the first-th on, at which no date can start any more. A
// time of day has its date before it. In a line whose date is of an unknown language, a date further on is
// part of the name.
func (w *words) dateEnd(first int) int {
	end := min(w.n, first+maxColumns+1)
	for i := first; i < end && w.format == nil; i++ {
		if new(stamp).clock(w.word(i)) {
			return i
		}
	}
	return end
}

// gluedSize sets the size to the digits at the end of w, where a long group has swallowed the blank before
// the size. It returns how many there are: none if they are the end of another number, as in "ops-5", "ops0x10", "ops1e3",
// "ops1.5" and "1_000".
func (e *Entry) gluedSize(w string) int {
	i := len(w)
	for i > 0 && scan.IsDigit(w[i-1]) {
		i--
	}
	if isInNumber(w[:i]) {
		return 0
	}
	if n, ok := scan.Number(w[i:]); ok {
		e.Size = n
	}
	return len(w) - i
}

// isInNumber reports whether digits after s would be the end of a number that began in s, or have a sign.
func isInNumber(s string) bool {
	n := len(s)
	if n == 0 {
		return false
	}
	switch s[n-1] {
	case '-', '+':
		return true
	case 'x', 'X', '.', ',', 'e', 'E', '_', '\'':
		return n > 1 && scan.IsDigit(s[n-2])
	}
	return scan.AllDigits(s[:n-1]) // "0b1"; no owner is called like that
}

// isDeviceNumber reports whether w is "major,minor".
func isDeviceNumber(w string) bool {
	major, minor, ok := strings.Cut(w, ",")
	return ok && scan.AllDigits(major) && scan.AllDigits(minor)
}

// readOwners reads link count, owner and group from the words from the i-th on. A first word of digits or "-"
// is the link count. Of more than two names, the group starts after the first gap of more than one blank, else where
// it started in a line before whose size ended at the same place, as "ls" aligns its columns. Else it is the half of four words, and
// all but the first of others: names of groups have blanks more often.
func (l *lister) readOwners(w *words, e *Entry, i int, c columns) {
	if i < c.size && (scan.AllDigits(w.word(i)) || w.word(i) == "-") {
		e.Links = linkCount(w.word(i))
		i++
	}
	if i >= c.size {
		return
	}
	group := l.groupStart(w, i, c.size)
	e.Owner, e.Group = w.between(i, group), w.between(group, c.size)
	if e.Group != "" {
		e.Group = e.Group[:len(e.Group)-c.glued]
	} else {
		e.Owner = e.Owner[:len(e.Owner)-c.glued]
	}
}

// groupStart returns which of the words from the i-th to the one before end the group starts with.
func (l *lister) groupStart(w *words, i, end int) int {
	if end-i == 2 {
		l.groupAt, l.sizeEnd = w.at[i+1].from, w.at[end].to
		return i + 1
	}
	for j := i + 1; j < end; j++ {
		if w.at[j].from-w.at[j-1].to > 1 {
			return j
		}
	}
	for j := i + 1; j < end; j++ {
		if w.at[j].from == l.groupAt && w.at[end].to == l.sizeEnd {
			return j
		}
	}
	if end-i == 4 {
		return i + 2
	}
	return i + 1
}
