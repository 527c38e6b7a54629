package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readNetware reads the listings of Novell NetWare: "d [rights] owner size date name". The rights, some of
// RWCEAFMS, may be glued to the first letter; the owner may be missing; the server of HellSoft has a link count
// before it:
//
//	d [RWCEAFMS] jdoe                          512 Apr 13 23:52 SYS
//	-[R----F-]  1 jdoe          857 Feb 23  2000 !info!
//
// NetWare Print Services for Unix have dates such as "Sept 14, 99 2:30 pm", also after a mode of Unix, where
// the files are in the NFS name space. Version 3 has "Oct  6 93 16:06".
func readNetware(l *lister, w *words, e *Entry) error {
	first := netwareRights(w)
	if first == 0 {
		return l.readNetwareNFS(w, e)
	}
	e.Kind = KindFile
	if w.word(0)[0] == 'd' {
		e.Kind = KindDir
	}
	date, s, next := netwareColumns(w, first)
	if date == 0 {
		return parse.NewError(listLine, w.line, w.at[min(first, w.n-1)].from, "no size with a date behind it")
	}
	if next >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	if date-first >= 3 && scan.AllDigits(w.word(first)) {
		e.Links = linkCount(w.word(first))
		first++
	}
	e.Size, _ = scan.Size(w.word(date - 1))
	e.Owner, e.Name = w.between(first, date-1), w.line[w.at[next].from:]
	s.settle(e, &l.o)
	return nil
}

// netwareColumns returns where the date after a size is, or one that is none if there is no other; s is outOfRange then.
func netwareColumns(w *words, first int) (date int, s stamp, next int) {
	for i := first + 1; i < min(w.n, first+6); i++ {
		// Directories may have dashes for a size.
		if _, ok := scan.Size(w.word(i - 1)); !ok && strings.Trim(w.word(i-1), "-") != "" {
			continue
		}
		if s, next, ok := netwareDate(w, i); ok {
			return i, s, next
		}
		if s, next, ok := w.date(i); ok {
			return i, s, next
		}
		if after := w.unknownDate(i); after > 0 && date == 0 {
			date, next = i, after
		}
	}
	return date, stamp{}, next
}

// netwareRightCount is how many rights there are: supervisor, read, write, create, erase, access control, file scan, modify.
const netwareRightCount = 8

// netwareRights returns the index of the word after the rights, 0 if the line doesn't start with them. The brackets may be missing.
func netwareRights(w *words) int {
	kind, rights, next := w.word(0), w.word(1), 2
	if len(kind) > 1 {
		kind, rights, next = kind[:1], kind[1:], 1
	}
	letters, opened := strings.CutPrefix(rights, "[")
	letters, closed := strings.CutSuffix(letters, "]")
	bare := next == 2 && !opened && !closed && len(letters) == netwareRightCount
	if kind != "d" && kind != "-" || !bare && !(opened && closed) || strings.Trim(letters, "RWCEAFMS-") != "" ||
		len(letters) < netwareRightCount-1 || len(letters) > netwareRightCount+2 {
		return 0
	}
	return next
}

// readNetwareNFS reads "mode links owner group size date name" with a date that Unix doesn't have.
func (l *lister) readNetwareNFS(w *words, e *Entry) error {
	mode := w.word(0)
	if len(mode) != 10 || !isMode(mode[1:]) || !scan.AllDigits(w.word(1)) || !scan.IsDigitsOrOdd(w.word(4)) {
		return errOther
	}
	s, next, ok := netwareShortDate(w, 5)
	if !ok || next >= w.n {
		return errOther
	}
	e.Kind, e.Mode, e.Links = unixKind(mode[0]), mode[1:], linkCount(w.word(1))
	e.Owner, e.Group = w.word(2), w.word(3)
	e.Size, _ = scan.Size(w.word(4))
	e.Name = w.line[w.at[next].from:]
	if name, target, ok := strings.Cut(e.Name, " -> "); ok && name != "" {
		e.Kind, e.Name, e.Target = KindLink, name, target
	}
	s.resolve(e, &l.o)
	return nil
}

// netwareDate reads a date that starts with a month.
func netwareDate(w *words, i int) (s stamp, next int, ok bool) {
	if monthOf(w.word(i)) == 0 {
		return stamp{}, 0, false
	}
	if s, next, ok = w.date(i); ok {
		return s, next, true
	}
	return netwareShortDate(w, i)
}

// netwareShortDate reads "Sept 14, 99 2:30 pm" and "Oct  6 93 16:06", whose years have two digits.
func netwareShortDate(w *words, i int) (s stamp, next int, ok bool) {
	year := w.word(i + 2)
	if len(year) != 2 || !scan.AllDigits(year) || !s.clock(w.word(i+3)) {
		return stamp{}, 0, false
	}
	s.month, s.day, s.year = monthOf(w.word(i)), dayOf(w.word(i+1)), yearOfTwoDigits(scan.Small(year))
	next = i + 4
	if half := w.word(next); half != "" && next+1 < w.n && strings.HasSuffix(scan.LowerASCII(half), "m") && s.meridiem(half) {
		next++
	}
	return s, next, s.outOfRange() == ""
}
