package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readOS9 reads the listings of Microware OS-9, as "dir -e" prints them: group and user, date, time, attributes,
// sector in hexadecimal digits, size and name. The attributes are eight places for d, s, and e, w and r of the
// public and of the owner; servers have dashes of other character sets in them.
//
//	                           Directory of . 11:44:44
//	Owner    Last modified  Attributes Sector Bytecount Name
//	1.78    92/04/03 1306   ------wr     124     56984 mbox
//	0.0     92/02/22 2007   d-ewrewr      F4        96 PROJ
func readOS9(l *lister, w *words, e *Entry) error {
	if isOS9Heading(w) {
		return ErrNotEntry
	}
	if l.cur != nil && l.cur.name == "os9" && isOS9Rule(w) {
		return ErrNotEntry
	}
	group, user, ok := strings.Cut(w.word(0), ".")
	if !ok || !scan.AllDigits(group) || !scan.AllDigits(user) {
		return errOther
	}
	s, ok := os9Time(w.word(1), w.word(2))
	if !ok || strings.Trim(w.word(4), "0123456789ABCDEFabcdef") != "" || !scan.IsDigitsOrOdd(w.word(5)) {
		return errOther
	}
	if !isOS9Attributes(w.word(3)) {
		return errOther
	}
	if w.n < 7 {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	if e.Kind = KindFile; w.word(3)[0] == 'd' {
		e.Kind = KindDir
	}
	e.Owner, e.Group = user, group
	e.Size, _ = scan.Size(w.word(5))
	e.Name = w.line[w.at[6].from:]
	s.resolve(e, &l.o)
	return nil
}

// isOS9Heading reports whether w is "Directory of X hh:mm:ss" or the names of the columns.
func isOS9Heading(w *words) bool {
	var s stamp
	switch scan.LowerASCII(w.word(0)) {
	case "directory":
		return w.n >= 4 && w.word(1) == "of" && s.clock(w.word(w.n-1)) && s.precision == parse.PrecisionSecond
	case "owner":
		return w.n == 7 && scan.LowerASCII(w.word(3)) == "attributes" && scan.LowerASCII(w.word(5)) == "bytecount"
	}
	return false
}

// isOS9Rule reports whether there is neither letter nor digit in w.
func isOS9Rule(w *words) bool {
	for i := range len(w.line) {
		if c := w.line[i]; scan.IsLetter(c) || scan.IsDigit(c) {
			return false
		}
	}
	return true
}

// isOS9Attributes reports whether the ASCII letters in w are attributes, in eight places.
func isOS9Attributes(w string) bool {
	letters := 0
	for i := range len(w) {
		switch c := w[i]; {
		case strings.IndexByte("dsewr", c) >= 0:
			letters++
		case c != '-' && c < 0x80:
			return false
		}
	}
	return len(w) >= 8 && letters <= 8
}

// os9Time reads "92/04/03" and "1306".
func os9Time(date, clock string) (s stamp, ok bool) {
	if len(date) != 8 || date[2] != '/' || date[5] != '/' || len(clock) != 4 || !scan.AllDigits(clock) {
		return stamp{}, false
	}
	s = stamp{
		year: yearOfTwoDigits(scan.Small(date[:2])), month: scan.Small(date[3:5]), day: scan.Small(date[6:]),
		hour: scan.Small(clock[:2]), min: scan.Small(clock[2:]), precision: parse.PrecisionMinute,
	}
	return s, scan.Small(date[:2]) >= 0 && s.outOfRange() == ""
}
