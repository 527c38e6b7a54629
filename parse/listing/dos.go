package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// dosColumn is the width of "<DIR>" and its like with the blanks after it, where IIS has the name start.
const dosColumn = 15

// claimsDOS reports whether a line starts with a date in digits.
func claimsDOS(w *words) bool {
	if w.format != nil {
		_, _, ok := w.formatted(0)
		return ok
	}
	var s stamp
	return s.numeric(w.word(0)) && s.year > 0 || isDateDigits(w.word(0)) && isClockForm(w.word(1))
}

// readDOS reads "date time size name" and "date time <DIR> name". AM or PM may be missing, glued to the time
// or stand apart. Names keep their leading blanks: after a size there is one blank, after <DIR> ten.
func readDOS(l *lister, w *words, e *Entry) error {
	if !claimsDOS(w) {
		return errOther
	}
	s, i, ok := w.dosDate()
	if !ok {
		return parse.NewError(listLine, w.line, min(w.after(0), len(w.line)), "no time of day")
	}
	if i+1 >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no size or no name")
	}
	start := w.after(i)
	if kind, ok := dosKind(w.word(i)); ok {
		e.Kind = kind
		start = w.at[i+1].from
		if column := w.at[i].from + dosColumn; column < start {
			start = column
		}
	} else if e.Size, ok = scan.Size(w.word(i)); ok {
		e.Kind = KindFile
	} else {
		return parse.NewError(listLine, w.line, w.at[i].from, "neither a size nor <DIR>")
	}
	e.Name = w.line[start:]
	if e.Kind == KindLink {
		e.cutDOSTarget()
	}
	s.settle(e, &l.o)
	return nil
}

// dosDate returns the date and time at the start of the line and the index of the word after.
func (w *words) dosDate() (s stamp, next int, ok bool) {
	if w.format != nil {
		return w.formatted(0)
	}
	if !s.numeric(w.word(0)) {
		s = stamp{} // a date that can't be
	}
	if !s.clock(w.word(1)) {
		s = stamp{} // a time that can't be
		if !isClockForm(strings.TrimRight(w.word(1), "AaPpMm")) {
			return s, 2, false
		}
	}
	if w.word(2) != "" && s.hour < 24 && s.meridiem(w.word(2)) {
		return s, 3, true
	}
	return s, 2, true
}

// dosKind returns what a word in angle brackets means.
func dosKind(w string) (Kind, bool) {
	switch scan.LowerASCII(w) {
	case "<dir>", "dir":
		return KindDir, true
	case "<junction>", "<symlink>", "<symlinkd>":
		return KindLink, true
	}
	tag := len(w) > 2 && w[0] == '<' && w[len(w)-1] == '>' && strings.Trim(scan.LowerASCII(w[1:len(w)-1]), "abcdefghijklmnopqrstuvwxyz") == ""
	return KindUnknown, tag
}

// cutDOSTarget cuts the target in "name [target]", "name => target" and "name -> target". None of ">" can be in a name of Windows.
func (e *Entry) cutDOSTarget() {
	for _, arrow := range [...]string{" => ", " -> "} {
		if name, target, ok := strings.Cut(e.Name, arrow); ok && name != "" && target != "" {
			e.Name, e.Target = name, target
			return
		}
	}
	name, ok := strings.CutSuffix(e.Name, "]")
	if i := strings.LastIndex(name, " ["); ok && i > 0 {
		e.Name, e.Target = name[:i], name[i+2:]
	}
}
