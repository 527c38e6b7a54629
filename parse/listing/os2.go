package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readOS2 reads the listings of OS/2: "size [attributes] [DIR] date time name". The attributes are some of R, S,
// H and A; those and DIR come in any order. The date is month, day and year, which has two digits or four, or
// is counted from 1900:
//
//	    0           DIR   12-30-97   12:32  jbrekke
//	33280      A          02-09-103  13:49  OS2LDR
func readOS2(l *lister, w *words, e *Entry) error {
	if !scan.IsDigitsOrOdd(w.word(0)) {
		return errOther
	}
	e.Kind = KindFile
	i := 1
	for ; i < 3 && isOS2Column(w.word(i)); i++ {
		if w.word(i) == "DIR" {
			e.Kind = KindDir
		}
	}
	var s stamp
	if !s.os2Date(w.word(i)) || !s.clockOrForm(w.word(i+1)) {
		return errOther
	}
	if i+2 >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Size, _ = scan.Size(w.word(0))
	e.Name = w.line[w.at[i+2].from:]
	s.settle(e, &l.o)
	return nil
}

// isOS2Column reports whether w is DIR or attributes.
func isOS2Column(w string) bool {
	return w == "DIR" || w != "" && len(w) <= 4 && strings.Trim(w, "RSHA") == ""
}

// os2Date reads "12-30-97", "12-30-1997" or "12-30-103", which is 2003.
func (s *stamp) os2Date(w string) bool {
	if len(w) < 8 || scan.DigitsEnd(w, 0) > 2 || w[scan.DigitsEnd(w, 0)] != '-' {
		return false
	}
	end := strings.LastIndexByte(w, '-') + 1
	if year := w[end:]; len(year) == 3 && scan.AllDigits(year) {
		if year[0] == '0' || !s.numeric(w[:end]+year[1:]) {
			return false
		}
		s.year = 1900 + scan.Small(year)
		return true
	}
	return s.numeric(w) && s.year > 0
}
