package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// os400DayFirst is the lister.section of a listing in which a date has shown that the day comes first.
const os400DayFirst = 1

// readOS400 reads the listings of IBM i (OS/400): "owner size date time *TYPE name". Members of database files
// have neither size nor date:
//
//	QPGMR        16384 04/18/08 12:17:34 *FILE      SRC.FILE
//	QPGMR                                *MEM       SRC.FILE/MAIN.MBR
//	QPGMR         8192 26/04/05 13:54:16 *DIR       home/
//	/QDLS/ARM        0 11/09/95 07:19:30 DIR
//
// Names keep the path of the member, an absolute path is reduced to its last part, the slash after directories is
// cut. The order of the date is the job's; see os400Date.
func readOS400(l *lister, w *words, e *Entry) error {
	if w.word(0)[0] == '/' && w.n == 5 {
		return l.readOS400Document(w, e)
	}
	kind := 4
	if w.word(1) == "*MEM" {
		kind = 1
	}
	if !isOS400Type(w.word(kind)) {
		return errOther
	}
	if kind == 1 {
		e.Kind = KindFile
	} else {
		if w.word(kind) == "*MEM" || !scan.IsDigitsOrOdd(w.word(1)) {
			return errOther
		}
		if err := l.os400Columns(w, e); err != nil {
			return err
		}
		e.Kind = os400Kind(w.word(kind))
	}
	if kind+1 >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Owner = w.word(0)
	e.Name = w.line[w.at[kind+1].from:]
	if name, ok := strings.CutSuffix(e.Name, "/"); ok && name != "" {
		e.Name, e.Kind = name, KindDir
	}
	if kind > 1 {
		e.Name = os400Base(e.Name)
	}
	return nil
}

// readOS400Document reads "path size date time DIR", where the path comes first.
func (l *lister) readOS400Document(w *words, e *Entry) error {
	kind := w.word(4)
	if strings.Trim(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || !scan.IsDigitsOrOdd(w.word(1)) {
		return errOther
	}
	if err := l.os400Columns(w, e); err != nil {
		return err
	}
	e.Kind = KindFile
	if kind == "DIR" || kind == "FLR" {
		e.Kind = KindDir
	}
	if e.Name = os400Base(w.word(0)); e.Name == "" {
		return parse.NewError(listLine, w.line, w.at[0].from, "no name")
	}
	return nil
}

// os400Columns reads size, date and time from the words 1 to 3.
func (l *lister) os400Columns(w *words, e *Entry) error {
	s, ok := l.os400Date(w.word(2))
	if w.format != nil {
		s, _, ok = w.formatted(2)
	}
	if !ok {
		return errOther
	}
	e.Size, _ = scan.Size(w.word(1))
	if !s.clockOrForm(w.word(3)) {
		return parse.NewError(listLine, w.line, w.at[3].from, "no time of day")
	}
	s.settle(e, &l.o)
	return nil
}

// os400Date reads a date of three numbers, in the order that the job of the server has: month, day and year, if they
// allow it and no line before has shown that the day comes first; else day, month and year; else year, month and
// day. With dots the day comes first. A date that is none in any order is outOfRange.
func (l *lister) os400Date(w string) (s stamp, ok bool) {
	if len(w) == 10 {
		return s, s.numeric(w) || isDateDigits(w)
	}
	if len(w) != 8 || w[2] != w[5] || w[2] != '/' && w[2] != '.' && w[2] != '-' ||
		!scan.AllDigits(w[:2]) || !scan.AllDigits(w[3:5]) || !scan.AllDigits(w[6:]) {
		return stamp{}, false
	}
	a, b, c := scan.Small(w[:2]), scan.Small(w[3:5]), scan.Small(w[6:])
	monthFirst := stamp{year: os400Year(c), month: a, day: b, precision: parse.PrecisionDay}
	dayFirst := stamp{year: os400Year(c), month: b, day: a, precision: parse.PrecisionDay}
	monthFits := w[2] != '.' && monthFirst.outOfRange() == ""
	dayFits := dayFirst.outOfRange() == ""
	switch {
	case monthFits && (!dayFits || l.section != os400DayFirst):
		return monthFirst, true
	case dayFits:
		if !monthFits && w[2] != '.' {
			l.section = os400DayFirst
		}
		return dayFirst, true
	}
	return stamp{year: os400Year(a), month: b, day: c, precision: parse.PrecisionDay}, true
}

// os400Year returns the year that two digits stand for, 1969 to 2068: no file is older
// than 1970, but time zero is printed as 31 December 1969 in zones west of Greenwich.
func os400Year(n int) int {
	if n < 69 {
		return 2000 + n
	}
	return 1900 + n
}

// isOS400Type reports whether w is an object type: an asterisk and capitals.
func isOS400Type(w string) bool {
	return len(w) > 2 && len(w) <= 11 && w[0] == '*' && 'A' <= w[1] && w[1] <= 'Z' &&
		strings.Trim(w[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// os400Kind returns what an object type means. A file with members is a file: its size and date are one.
func os400Kind(w string) Kind {
	switch w {
	case "*DIR", "*DDIR", "*LIB", "*FLR":
		return KindDir
	case "*SYMLNK":
		return KindLink
	case "*SOCKET", "*FIFO", "*CHRSF", "*BLKSF":
		return KindOther
	}
	return KindFile
}

// os400Base returns the last part of an absolute path.
func os400Base(name string) string {
	if name != "" && name[0] == '/' {
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	return name
}
