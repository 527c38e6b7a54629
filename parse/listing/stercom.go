package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readSterCom reads the listings of batches by Sterling (now IBM) Connect:Enterprise. That of Unix has ten
// status letters glued to the protocol, the format (A, B or E), the mailbox, the number of the batch, then size,
// date and name:
//
//	-C--E-----FTP B MAILBX1      18128       41 Aug 12 13:56 ORDERS
//
// The one in its own style has mailbox, number, size, name in angle brackets, date and status:
//
//	MAILBX1 00000013 00000606 <orders>           990929-1308 A R TCP EBC
//
// Connect:Express of OS/390 has allocation, rule, direction, record format, record length, block size and name:
//
//	-D 2 T VB  00244 18000 ORDERS!PSR$TST.A.VVV
//
// The mailbox becomes the owner and the number, in the first, the group, where Unix has it.
func readSterCom(l *lister, w *words, e *Entry) error {
	if isSterComEnd(w) {
		return ErrNotEntry
	}
	if e.Kind = KindFile; w.word(0)[0] == 'd' {
		e.Kind = KindDir
	}
	if isSterComStatus(w.word(0)) && len(w.word(1)) == 1 && strings.Contains("ABE", w.word(1)) {
		return l.readSterComUnix(w, e)
	}
	if len(w.word(1)) == 8 && scan.AllDigits(w.word(1)) && scan.IsDigitsOrOdd(w.word(2)) && strings.HasPrefix(w.word(3), "<") {
		return l.readSterComBatch(w, e)
	}
	if l.readDashes(w, e) {
		return nil
	}
	if isSterComExpress(w) {
		e.Name = w.line[w.at[6].from:]
		return nil
	}
	return errOther
}

func (l *lister) readSterComUnix(w *words, e *Entry) error {
	dashes := e.Kind == KindDir && isDashes(w.word(3)) && isDashes(w.word(4))
	if !dashes && (!scan.AllDigits(w.word(3)) || !scan.IsDigitsOrOdd(w.word(4))) {
		return errOther
	}
	s, next := w.dateOrForm(5)
	if next == 0 {
		return parse.NewError(listLine, w.line, w.at[4].to, "no date")
	}
	if next >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Owner, e.Group = w.word(2), w.word(3)
	e.Size, _ = scan.Size(w.word(4))
	e.Name = w.line[w.after(next-1):]
	s.settle(e, &l.o)
	return nil
}

// readDashes reads a directory that has dashes in all columns but date and name.
//
//	d - - - - Aug 12 13:56 ORDERS
func (l *lister) readDashes(w *words, e *Entry) bool {
	i := 1
	for isDashes(w.word(i)) {
		i++
	}
	s, next, ok := w.date(i)
	if w.word(0) != "d" || i < 3 || !ok || next >= w.n {
		return false
	}
	e.Kind, e.Name = KindDir, w.line[w.after(next-1):]
	s.resolve(e, &l.o)
	return true
}

func (l *lister) readSterComBatch(w *words, e *Entry) error {
	from := w.at[3].from + 1
	end := strings.IndexByte(w.line[from:], '>')
	if end <= 0 {
		return parse.NewError(listLine, w.line, from, "no name in angle brackets")
	}
	rest := scan.SkipBlanks(w.line, from+end+1)
	var s stamp
	if !s.sterComDate(w.line[rest:]) {
		return parse.NewError(listLine, w.line, rest, "no date such as 990929-1308")
	}
	e.Owner, e.Name = w.word(0), w.line[from:from+end]
	e.Size, _ = scan.Size(w.word(2))
	s.settle(e, &l.o)
	return nil
}

// sterComDate reads the "990929-1308" that text starts with.
func (s *stamp) sterComDate(text string) bool {
	if len(text) < 11 || !scan.AllDigits(text[:6]) || text[6] != '-' || !scan.AllDigits(text[7:11]) {
		return false
	}
	*s = stamp{
		year: yearOfTwoDigits(scan.Small(text[:2])), month: scan.Small(text[2:4]), day: scan.Small(text[4:6]),
		hour: scan.Small(text[7:9]), min: scan.Small(text[9:11]), precision: parse.PrecisionMinute,
	}
	return true
}

// isSterComStatus reports whether w is ten status letters or dashes, d for a directory, and a protocol.
func isSterComStatus(w string) bool {
	if len(w) != 13 || w[0] != '-' && w[0] != 'd' {
		return false
	}
	for i := 1; i < 10; i++ {
		if c := w[i]; c != '-' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	switch w[10:] {
	case "FTP", "FTS", "TCP", "BSC", "ASY", "SSH", "HTP":
		return true
	}
	return false
}

// isSterComExpress reports whether w is a line of Connect:Express.
func isSterComExpress(w *words) bool {
	if w.n < 7 || w.word(0) != "-D" && w.word(0) != "-F" {
		return false
	}
	rule, direction, format := w.word(1), w.word(2), w.word(3)
	return len(rule) == 1 && strings.Contains("012", rule) && len(direction) == 1 && strings.Contains("TR*", direction) &&
		strings.Trim(format, "-FVBSAMU") == "" && strings.Trim(w.word(4), "-0123456789") == "" && strings.Trim(w.word(5), "-0123456789") == ""
}

// isSterComEnd reports whether w is "Total number of batches listed: 4".
func isSterComEnd(w *words) bool {
	return w.n == 6 && scan.LowerASCII(w.between(0, 5)) == "total number of batches listed:" && scan.AllDigits(w.word(5))
}
