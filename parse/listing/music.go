package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readMusic reads the listing of MUSIC/SP: record length and format, size, day of the last read, time of the
// last write, user, attributes, records. The attributes may be missing; directories end in a backslash.
//
//	  File name             RlenRf  Size  Read       Write     By      Attrbs #Recs
//	NOTES                     47VC    2K 08JAN03 24SEP96 14:30 $000000  CR        5
//	PUB\                   <DIR>      2K 0000000 24SEP96 14:30 $PUB000            0
func readMusic(l *lister, w *words, e *Entry) error {
	if w.word(0) == "File" && w.word(1) == "name" && w.word(2) == "RlenRf" {
		return ErrNotEntry
	}
	if w.n < 8 || w.n > 9 || !scan.AllDigits(w.word(w.n-1)) {
		return errOther
	}
	var read, s stamp
	size, ok := scan.Size(w.word(2))
	if !ok || w.word(3) != "0000000" && !read.gluedMonth(w.word(3)) || !s.gluedMonth(w.word(4)) || !s.clock(w.word(5)) {
		return errOther
	}
	switch format := w.word(1); {
	case format == "<DIR>":
		e.Kind, e.Name = KindDir, strings.TrimSuffix(w.word(0), `\`)
	case isMusicFormat(format):
		e.Kind, e.Name, e.Size = KindFile, w.word(0), size
	default:
		return errOther
	}
	if e.Name == "" {
		return parse.NewError(listLine, w.line, w.at[0].from, "no name")
	}
	e.Owner = w.word(6)
	s.settle(e, &l.o)
	return nil
}

// isMusicFormat reports whether w is a record length and a format such as "47VC" or "0U".
func isMusicFormat(w string) bool {
	i := scan.DigitsEnd(w, 0)
	return i > 0 && i < len(w) && len(w)-i <= 3 && strings.Trim(w[i:], "FVUCBS") == ""
}

// gluedMonth reads "24SEP96".
func (s *stamp) gluedMonth(w string) bool {
	if len(w) != 7 {
		return false
	}
	s.day, s.month, s.year, s.precision = scan.Small(w[:2]), monthOf(w[2:5]), yearOfTwoDigits(scan.Small(w[5:])), parse.PrecisionDay
	return s.day >= 0 && s.month > 0 && s.year >= 0
}
