package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readNCSA reads the listings of NCSA Telnet for DOS, QVT/Net and the older SuperTCP: "name size date time". The
// last line of NCSA says how much is free.
//
//	s10a               16246 02-20-94  23:08
//	file n.txt            20  01-03-2003 10:39
//	ftp.dir/               0  01-03-2003 12:40
//	INSTALL        <DIR>      11-16-94  10:17
func readNCSA(l *lister, w *words, e *Entry) error {
	if w.n == 3 && scan.AllDigits(w.word(0)) && scan.LowerASCII(w.between(1, 3)) == "bytes available" {
		return ErrNotEntry
	}
	s, ok := w.pcTail(e)
	if !ok || scan.IsLetter(w.line[w.at[w.n-1].to-1]) {
		return errOther
	}
	e.Name = w.between(0, w.n-3)
	if name, ok := strings.CutSuffix(e.Name, "/"); ok && name != "" {
		e.Name, e.Kind = name, KindDir
	}
	s.resolve(e, &l.o)
	return nil
}

// readPCNFSD reads the listings of PC-NFS: as those of NCSA, but the time ends in a or p and the extension of the name
// stands in a column of its own, without the dot, which the name gets back:
//
//	prog1    exe     2,563,136 06-10-99  10:00a
//	temp         <dir>         01-27-97   3:41p
func readPCNFSD(l *lister, w *words, e *Entry) error {
	s, ok := w.pcTail(e)
	if !ok || w.n > 5 {
		return errOther
	}
	if half := w.line[w.at[w.n-1].to-1] | 0x20; half != 'a' && half != 'p' {
		return errOther
	}
	e.Name = w.word(0)
	if w.n == 5 {
		if len(e.Name) > 8 || len(w.word(1)) > 3 {
			return errOther
		}
		e.Name += "." + w.word(1)
	}
	s.resolve(e, &l.o)
	return nil
}

// pcTail reads the "size date time" or "<DIR> date time" that a line ends in, with a name before it.
func (w *words) pcTail(e *Entry) (s stamp, ok bool) {
	if w.n < 4 || w.n == maxWords || !s.os2Date(w.word(w.n-2)) || !s.clock(w.word(w.n-1)) || s.outOfRange() != "" {
		return stamp{}, false
	}
	return s, e.pcSize(w.word(w.n - 3))
}

// pcSize sets size and kind from a word that is a size or <DIR>.
func (e *Entry) pcSize(w string) bool {
	if e.Kind = KindFile; scan.LowerASCII(w) == "<dir>" {
		e.Kind = KindDir
		return true
	}
	var ok bool
	e.Size, ok = scan.Size(w)
	return ok && (scan.IsDigit(w[len(w)-1]) || scan.IsOddNumber(w))
}

// readSuperTCP reads the listings of SuperTCP: "short size date time name", of which the first is the name in the
// style of DOS:
//
//	TESTDI~1     <DIR>     11-29-2004  22:16 Test Dir
func readSuperTCP(l *lister, w *words, e *Entry) error {
	var s stamp
	if w.n < 5 || !s.os2Date(w.word(2)) || !s.clock(w.word(3)) || s.outOfRange() != "" || !e.pcSize(w.word(1)) {
		return errOther
	}
	e.Name = w.line[w.after(3):]
	s.resolve(e, &l.o)
	return nil
}

// readChameleon reads the listings of NetManage Chameleon (NEWT): "name size month day year time [attributes]".
//
//	INSTALL         <DIR>      Nov 16 1994 17:17
//	WPKIT1.EXE     960338      Jun 21 1995 17:01   R
func readChameleon(l *lister, w *words, e *Entry) error {
	s := stamp{month: monthOf(w.word(2)), day: dayOf(w.word(3)), year: yearOf(w.word(4))}
	if s.year == 0 || !s.clock(w.word(5)) || s.outOfRange() != "" || !e.pcSize(w.word(1)) {
		return errOther
	}
	for i := 6; i < w.n; i++ {
		if strings.Trim(w.word(i), "RHSA") != "" {
			return errOther
		}
	}
	e.Name = w.word(0)
	s.resolve(e, &l.o)
	return nil
}

// readPCTCP reads the listings of FTP Software's PC/TCP: "size name weekday month day time year".
//
//	40774              IO.SYS   Tue May 31 06:22:00 1994
//	<dir>                UTIL   Thu Feb 20 09:55:02 2003
func readPCTCP(l *lister, w *words, e *Entry) error {
	if w.n < 7 || w.n == maxWords || !isWeekday(w.word(w.n-5)) || !e.pcSize(w.word(0)) {
		return errOther
	}
	s := stamp{month: monthOf(w.word(w.n - 4)), day: dayOf(w.word(w.n - 3)), year: yearOf(w.word(w.n - 1))}
	if s.year == 0 || !s.clock(w.word(w.n-2)) || s.outOfRange() != "" {
		return errOther
	}
	e.Name = w.between(1, w.n-5)
	s.resolve(e, &l.o)
	return nil
}

// isWeekday reports whether w is "Mon", "Thur." or the like.
func isWeekday(w string) bool {
	w = scan.LowerASCII(strings.TrimSuffix(w, "."))
	if len(w) < 3 {
		return false
	}
	for _, day := range [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		if strings.HasPrefix(day, w) {
			return true
		}
	}
	return false
}

// readDistinct reads the listings of the Distinct FTP server: "attributes size month day,year time name". The
// attributes are five places for d, w (may be written), a, s and h.
//
//	-wa--        7665  Dec 29,2002   6:56  readme.txt
func readDistinct(l *lister, w *words, e *Entry) error {
	if !isDistinct(w.word(0)) || !scan.IsDigitsOrOdd(w.word(1)) {
		return errOther
	}
	day, year, _ := strings.Cut(w.word(3), ",")
	s := stamp{month: monthOf(w.word(2)), day: dayOf(day), year: yearOf(year)}
	if s.year == 0 || !s.clock(w.word(4)) || s.outOfRange() != "" {
		return errOther
	}
	if w.n < 6 {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	if e.Kind = KindFile; w.word(0)[0] == 'd' {
		e.Kind = KindDir
	}
	e.Size, _ = scan.Size(w.word(1))
	e.Name = w.line[w.at[5].from:]
	s.resolve(e, &l.o)
	return nil
}

func isDistinct(w string) bool {
	if len(w) != 5 {
		return false
	}
	for i := range len(w) {
		if w[i] != '-' && w[i] != "dwash"[i] {
			return false
		}
	}
	return true
}

// readVShell reads the old listings of VanDyke's VShell: "size month day, year time name", with a slash after
// directories.
//
//	206876  Apr 04, 2000 21:06 report.doc
//	     0  Dec 12, 2002 02:13 pub/
func readVShell(l *lister, w *words, e *Entry) error {
	if !scan.IsDigitsOrOdd(w.word(0)) || !strings.HasSuffix(w.word(2), ",") {
		return errOther
	}
	s := stamp{month: monthOf(w.word(1)), day: dayOf(w.word(2)), year: yearOf(w.word(3))}
	if s.year == 0 || !s.clock(w.word(4)) || s.outOfRange() != "" {
		return errOther
	}
	if w.n < 6 {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Kind, e.Name = KindFile, w.line[w.after(4):]
	if name, ok := strings.CutSuffix(e.Name, "/"); ok && name != "" {
		e.Kind, e.Name = KindDir, name
	}
	e.Size, _ = scan.Size(w.word(0))
	s.resolve(e, &l.o)
	return nil
}
