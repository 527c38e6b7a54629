package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readTandem reads the listing of HPE NonStop (Tandem) Guardian:
//
//	File         Code             EOF  Last Modification    Owner  RWEP
//	PAYROLL       101             7256 16-Oct-02 11:46:07 155, 76 "nunu"
//
// A file that is open has an O before its code, one that is licensed an L after it. The owner is a group and
// a user in it. FILEINFO leaves the date out for today.
func readTandem(l *lister, w *words, e *Entry) error {
	if w.word(0) == "File" && w.word(1) == "Code" && w.word(2) == "EOF" {
		return ErrNotEntry
	}
	last := w.n - 1
	if w.n == 1 && l.cur != nil && l.cur.name == "tandem" && isTandemSubvolume(w.word(0)) {
		return ErrNotEntry
	}
	if w.n < 6 || w.n > 9 || !isTandemSecurity(w.word(last)) {
		return errOther
	}
	owner := last - 1
	if strings.HasSuffix(w.word(owner-1), ",") {
		owner--
	}
	group, user, ok := strings.Cut(w.between(owner, last), ",")
	if !ok || !scan.AllDigits(group) || !scan.AllDigits(strings.TrimLeft(user, " ")) {
		return errOther
	}
	i := 1
	if w.word(i) == "O" || w.word(i) == "?" {
		i++
	}
	size, ok := scan.DigitsOrOdd(w.word(i + 1))
	if !ok || !scan.AllDigits(strings.TrimRight(w.word(i), "LPOA+")) {
		return errOther
	}
	e.Name, e.Kind, e.Size = w.word(0), KindFile, size
	e.Owner, e.Group = w.between(owner, last), group
	return readTandemTime(l, w, e, i+2, owner)
}

// readTandemTime reads the date and the time of day that are the words from i to end.
func readTandemTime(l *lister, w *words, e *Entry, i, end int) error {
	var s stamp
	dated := s.dashMonth(w.word(i))
	if dated {
		i++
	}
	if i != end-1 || !s.clock(w.word(i)) {
		return errOther
	}
	if !dated {
		return nil
	}
	s.settle(e, &l.o)
	return nil
}

// dashMonth reads "2-Jan-06" and "02-Jan-2006".
func (s *stamp) dashMonth(w string) bool {
	day, rest, _ := strings.Cut(w, "-")
	month, year, _ := strings.Cut(rest, "-")
	s.day, s.month, s.precision = scan.Small(day), monthOf(month), parse.PrecisionDay
	if s.year = scan.Small(year); len(year) == 2 {
		s.year = yearOfTwoDigits(s.year)
	}
	return len(day) <= 2 && s.day >= 0 && s.month > 0 && s.year >= firstYear
}

// isTandemSecurity reports whether w is, in quotes, who may read, write, execute and purge: "nunu", with a
// letter each. Safeguard has words of its own.
func isTandemSecurity(w string) bool {
	return len(w) >= 6 && len(w) <= 10 && w[0] == '"' && strings.IndexByte(w[1:], '"') == len(w)-2
}

// isTandemSubvolume reports whether w is the heading that some servers put before the columns:
// "\NODE.$VOLUME.SUBVOL", in which the node may be missing.
func isTandemSubvolume(w string) bool {
	if strings.HasPrefix(w, `\`) {
		_, w, _ = strings.Cut(w, ".")
	}
	return strings.HasPrefix(w, "$") && strings.Contains(w, ".")
}
