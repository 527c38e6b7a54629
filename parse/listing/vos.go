package listing

import (
	"math"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// vosBlock is the size of a block on disk.
const vosBlock = 4096

// vosWidth is the width of the lines of links: what is longer goes on in the next, after "+".
const vosWidth = 80

// vosLinks is the section of the links.
const vosLinks = 3

// readVOS reads the listings of Stratus VOS, three tables with a heading each:
//
//	Files: 2  Blocks: 8
//	access blocks organization yy-mm-dd hh:mm:ss  name
//
//	Dirs: 1
//	access blocks yy-mm-dd hh:mm:ss  name
//
//	Links: 1
//	yy-mm-dd hh:mm:ss  name ->  target
//
// The size is that of the blocks: files have less in them. A target that goes on in the next line, or may do
// so, is left out.
func readVOS(l *lister, w *words, e *Entry) error {
	if section := vosHeading(w); section > 0 {
		l.section = section
		return ErrNotEntry
	}
	if l.held != "" && l.section == vosLinks && w.word(0)[0] == '%' && w.n == 1 {
		return readVOSTarget(l, w, e)
	}
	if l.section == vosLinks && w.word(0)[0] == '+' {
		return ErrNotEntry // the rest of a target
	}
	if len(w.word(0)) != 1 {
		return readVOSLink(l, w, e)
	}
	if !strings.Contains("unerwsm", w.word(0)) || !scan.IsDigitsOrOdd(w.word(1)) {
		return errOther
	}
	date := 2
	if e.Kind = KindDir; !isVOSDate(w.word(2)) {
		e.Kind, date = KindFile, 3
		if w.n < 3 || !scan.IsLetter(w.word(2)[0]) {
			return errOther
		}
	}
	var s stamp
	if !s.vosTime(w, date) || date+2 >= w.n {
		return errOther
	}
	if n, ok := scan.Number(w.word(1)); ok && n <= math.MaxInt64/vosBlock {
		e.Size = n * vosBlock
	}
	e.Name = strings.TrimRight(w.line[w.at[date+2].from:], " \t")
	return finishVOS(l, w, e, s)
}

// finishVOS sets the time.
func finishVOS(l *lister, w *words, e *Entry, s stamp) error {
	s.settle(e, &l.o)
	return nil
}

// vosHeading returns which table a heading starts, 0 if it is none.
func vosHeading(w *words) int {
	if !scan.AllDigits(strings.TrimRight(w.word(1), ",")) {
		return 0
	}
	switch first := w.word(0); {
	case first == "Files:" && w.n == 4 && w.word(2) == "Blocks:" && scan.AllDigits(w.word(3)):
		return 1
	case first == "Dirs:" && w.n == 2:
		return 2
	case first == "Links:" && w.n == 2:
		return vosLinks
	}
	return 0
}

// readVOSLink reads the line of a link, whose target may be missing to follow in the next.
func readVOSLink(l *lister, w *words, e *Entry) error {
	var s stamp
	if w.n < 4 || !s.vosTime(w, 0) {
		return errOther
	}
	text := strings.TrimRight(w.line[w.at[2].from:], " \t")
	name, target, ok := strings.Cut(text, " ->")
	target = strings.TrimLeft(target, " \t")
	if !ok || l.section != vosLinks && (target == "" || target[0] != '%') {
		return errOther
	}
	if target == "" {
		l.held = w.line
		return ErrNotEntry
	}
	if e.Name, e.Kind = name, KindLink; len(strings.TrimRight(w.line, " \t")) < vosWidth {
		e.Target = target
	}
	return finishVOS(l, w, e, s)
}

// readVOSTarget reads the target of the link in l.held.
func readVOSTarget(l *lister, w *words, e *Entry) error {
	held, target := l.held, w.word(0)
	l.held = ""
	var first words
	first.split(held)
	var s stamp
	if first.n < 4 || !s.vosTime(&first, 0) {
		return errOther
	}
	e.Kind, e.Raw = KindLink, held+"\n"+w.line
	e.Name, _, _ = strings.Cut(held[first.at[2].from:], " ->")
	if len(strings.TrimRight(held, " \t"))+len("  ")+len(target) < vosWidth {
		e.Target = target
	}
	return finishVOS(l, w, e, s)
}

// isVOSDate reports whether w has the form of "06-01-02".
func isVOSDate(w string) bool {
	return len(w) == 8 && w[2] == '-' && w[5] == '-' && scan.AllDigits(w[:2]) && scan.AllDigits(w[3:5]) && scan.AllDigits(w[6:])
}

// vosTime reads the date and time at the i-th word. Years are 1970 to 2069.
func (s *stamp) vosTime(w *words, i int) bool {
	date := w.word(i)
	if !isVOSDate(date) || len(w.word(i+1)) != 8 || !s.clock(w.word(i+1)) {
		return false
	}
	s.year, s.month, s.day = yearOfTwoDigits(scan.Small(date[:2])), scan.Small(date[3:5]), scan.Small(date[6:])
	return true
}
