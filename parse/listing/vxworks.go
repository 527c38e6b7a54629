package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readVxWorks reads the listings of VxWorks with a DOS file system: "size date time name", with <DIR> after the
// names of directories, and a heading:
//
//	  size          date       time       name
//	--------       ------     ------    --------
//	 1165625    FEB-19-2001  12:17:38   VXWORKS
//	     512    AUG-30-2000  16:29:38   SYS               <DIR>
func readVxWorks(l *lister, w *words, e *Entry) error {
	if w.n == 4 && (scan.LowerASCII(w.word(0)) == "size" && scan.LowerASCII(w.word(1)) == "date" || isRule(w)) {
		return ErrNotEntry
	}
	var s stamp
	if !scan.IsDigitsOrOdd(w.word(0)) || !s.vxworksDate(w.word(1)) || !s.clockOrForm(w.word(2)) {
		return errOther
	}
	if w.n < 4 {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Kind, e.Name = KindFile, strings.TrimRight(w.line[w.at[3].from:], " ")
	if name, ok := strings.CutSuffix(e.Name, "<DIR>"); ok && w.n > 4 {
		e.Kind, e.Name = KindDir, strings.TrimRight(name, " ")
	}
	e.Size, _ = scan.Size(w.word(0))
	s.settle(e, &l.o)
	return nil
}

// vxworksDate reads "FEB-19-2001".
func (s *stamp) vxworksDate(w string) bool {
	if len(w) != 11 || w[3] != '-' || w[6] != '-' {
		return false
	}
	s.month, s.day, s.year = englishMonth(w[:3]), scan.Small(w[4:6]), yearOf(w[7:])
	return s.month > 0 && s.year > 0
}

// isRule reports whether all words are dashes, as they stand below the names of columns.
func isRule(w *words) bool {
	for i := range w.n {
		if len(w.word(i)) < 3 || strings.Trim(w.word(i), "-") != "" {
			return false
		}
	}
	return true
}
