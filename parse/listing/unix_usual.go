package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// usualUnix reads what nearly all lines of nearly all Unix servers are, byte by byte: nine letters of mode, link
// count, owner and group of one word, size, English month, day, time of day or year, one blank, the name.
//
//	-rw-r--r--    1 mira     ops           40318 Feb  9 15:04 ledger
//
// It exists for speed. What it reads, readUnix would read in the same way. It leaves all other lines to readUnix.
func (l *lister) usualUnix(line string, e *Entry) bool {
	const modeEnd = 10
	if l.w.format != nil || len(line) < len("-rw-r--r-- 1 u g 0 Jan 1 00:00 n") || line[modeEnd] != ' ' || !isMode(line[1:modeEnd]) {
		return false
	}
	switch e.Kind = unixKind(line[0]); e.Kind {
	case KindFile, KindDir, KindLink:
	default:
		return false // devices have no size
	}
	e.Mode = line[1:modeEnd]
	c := cursor{line: line, at: modeEnd}
	links := c.word()
	e.Owner, e.Group = c.word(), c.word()
	size, sized := scan.Number(c.word())
	if len(links) > 9 || !scan.AllDigits(links) || !sized {
		return false
	}
	e.Links, e.Size = linkCount(links), size
	var s stamp
	if !s.usualDate(&c) {
		return false
	}
	s.resolve(e, &l.o)
	return e.usualName(line[min(c.at+1, len(line)):])
}

// noteColumns notes where the group starts and the size ends in a line that usualUnix has read. It is called for the line before
// one that usualUnix does not read, so that lines which it reads cost nothing.
func (l *lister) noteColumns(line string) {
	const modeEnd = 10
	if len(line) <= modeEnd || !isMode(line[1:modeEnd]) {
		return
	}
	c := cursor{line: line, at: modeEnd}
	links, _ := c.word(), c.word()
	group := c.word()
	groupAt := c.at - len(group)
	size := c.word()
	if sizeEnd := c.at; scan.AllDigits(links) && scan.AllDigits(size) && isEnglishMonth(c.word()) {
		l.groupAt, l.sizeEnd = groupAt, sizeEnd
	}
}

func isEnglishMonth(w string) bool { return len(w) == 3 && englishMonth(w) != 0 }

// usualName sets the name to the rest of a line, and the target of a link.
func (e *Entry) usualName(rest string) bool {
	if rest == "" || scan.IsBlank(rest[0]) {
		return false
	}
	e.Name = rest
	if e.Kind == KindLink {
		e.Name, e.Target, _ = strings.Cut(rest, " -> ")
	}
	return e.Name != ""
}

// usualDate reads "Jan  2 15:04" and "Jan  2  2006".
func (s *stamp) usualDate(c *cursor) bool {
	month, day := c.word(), c.word()
	dayEnd := c.at
	last := c.word()
	if len(month) != 3 || len(day) > 2 {
		return false
	}
	s.month, s.day = englishMonth(month), scan.Small(day)
	switch {
	case len(last) == 5 && last[2] == ':':
		s.hour, s.min, s.precision = scan.TwoDigits(last, 0), scan.TwoDigits(last, 3), parse.PrecisionMinute
	case len(last) == 4 && c.at-len(last)-dayEnd > 1: // with one blank, a time of day may follow
		if s.year = scan.Small(last); s.year < firstYear {
			return false
		}
		s.precision = parse.PrecisionDay
	default:
		return false
	}
	return s.outOfRange() == ""
}

// A cursor goes through the words of a line that are separated by blanks.
type cursor struct {
	line string
	at   int
}

// word returns the next word. It is "" at the end of the line and at any control character.
func (c *cursor) word() string {
	i := c.at
	for i < len(c.line) && c.line[i] == ' ' {
		i++
	}
	from := i
	for i < len(c.line) && c.line[i] > ' ' {
		i++
	}
	c.at = i
	if i < len(c.line) && c.line[i] != ' ' {
		return ""
	}
	return c.line[from:i]
}
