package listing

import (
	"math"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readVMCMS reads the listings of z/VM and its ancestors. Of a minidisk or SFS directory, also with a file mode
// as FILELIST prints it:
//
//	name type [mode] F|V lrecl records blocks date time owner|disk
//	name      [mode] DIR - - - date time -
//
// of the byte file system:
//
//	date time F|D|... links|- size|- 'name'
//
// and of the virtual reader:
//
//	spoolid origin records date time [name type]
//
// Dates are M/D/YY, M/D/YYYY or YYYY-MM-DD; 102 is 2002, from servers with a bug. The name of a file on
// a minidisk is "name.type", as RETR takes it. Files with records of fixed length have a size; of others
// it can't be told, as lrecl is the length of the longest record.
func readVMCMS(l *lister, w *words, e *Entry) error {
	if w.n == 9 && scan.LowerASCII(w.word(0)) == "filename" && scan.LowerASCII(w.word(1)) == "filetype" {
		return ErrNotEntry
	}
	s, err := stamp{}, errOther
	switch {
	case w.n >= 6 && strings.HasSuffix(strings.TrimRight(w.line, " \t"), "'"):
		s, err = readVMBFS(w, e)
	case len(w.word(0)) == 4 && len(w.word(2)) == 8 && scan.AllDigits(w.word(0)) && scan.AllDigits(w.word(2)):
		s, err = readVMReader(w, e)
	}
	if err == errOther {
		s, err = readVMDisk(w, e)
	}
	if err != nil {
		return err
	}
	s.settle(e, &l.o)
	return nil
}

// readVMDisk reads a line of a minidisk or SFS directory.
func readVMDisk(w *words, e *Entry) (s stamp, err error) {
	format := 1
	for ; format <= 3; format++ {
		if kind := w.word(format); (kind == "F" || kind == "V" || kind == "DIR") && isVMColumns(w, format+1) {
			break
		}
	}
	if format > 3 || format+6 < w.n-1 || !s.vmDate(w.word(format+4)) || !s.clockOrForm(w.word(format+5)) {
		return s, errOther
	}
	names := format
	if kind := w.word(format); kind == "DIR" {
		e.Kind = KindDir
		if names == 2 && isVMFileMode(w.word(1)) {
			names = 1
		}
		if names > 1 || len(w.word(0)) > 16 {
			return s, errOther
		}
	} else {
		e.Kind = KindFile
		if names == 3 && isVMFileMode(w.word(2)) {
			names = 2
		}
		if names > 2 || len(w.word(0)) > 8 || len(w.word(1)) > 8 {
			return s, errOther
		}
		if kind == "F" {
			e.Size = vmProduct(w.word(format+1), w.word(format+2))
		}
	}
	if e.Name = w.word(0); names == 2 {
		e.Name += "." + w.word(1)
	}
	return s, nil
}

// isVMColumns reports whether the words from the i-th on are three numbers or three times "-".
func isVMColumns(w *words, i int) bool {
	numbers, none := 0, 0
	for j := range 3 {
		if word := w.word(i + j); scan.IsDigitsOrOdd(word) {
			numbers++
		} else if word == "-" {
			none++
		}
	}
	return numbers == 3 || none == 3
}

// isVMFileMode reports whether w is as "A1": the letter of a disk and a digit.
func isVMFileMode(w string) bool { return len(w) == 2 && scan.IsLetter(w[0]) && scan.IsDigit(w[1]) }

// vmProduct returns a*b, or -1 if an int64 does not hold it.
func vmProduct(a, b string) int64 {
	m, ok := scan.Number(a)
	n, also := scan.Number(b)
	if !ok || !also || n != 0 && m > math.MaxInt64/n {
		return -1
	}
	return m * n
}

// readVMBFS reads a line of the byte file system.
func readVMBFS(w *words, e *Entry) (s stamp, err error) {
	kind, links, size := w.word(2), w.word(3), w.word(4)
	from := w.at[5].from
	text := strings.TrimRight(w.line[from:], " \t")
	if len(kind) != 1 || len(text) < 3 || text[0] != '\'' || !s.vmDate(w.word(0)) || !s.clock(w.word(1)) {
		return s, errOther
	}
	switch kind[0] {
	case 'F':
		e.Kind = KindFile
	case 'D':
		e.Kind = KindDir
	case 'S', 'L', 'E':
		e.Kind = KindLink
	case 'B', 'C', 'P':
		e.Kind = KindOther
	default:
		return s, errOther
	}
	if links != "-" && !scan.AllDigits(links) || size != "-" && !scan.IsDigitsOrOdd(size) {
		return s, errOther
	}
	e.Links = linkCount(links)
	if n, ok := scan.Number(size); ok {
		e.Size = n
	}
	e.Name = text[1 : len(text)-1]
	return s, nil
}

// readVMReader reads a line of the virtual reader. A file without a name is known by its spool id.
func readVMReader(w *words, e *Entry) (s stamp, err error) {
	if w.n < 5 || w.n > 7 || !s.vmDate(w.word(3)) || !s.clock(w.word(4)) {
		return s, errOther
	}
	e.Kind = KindFile
	switch w.n {
	case 5:
		e.Name = w.word(0)
	case 6:
		e.Name = w.word(5)
	case 7:
		e.Name = w.word(5) + "." + w.word(6)
	}
	return s, nil
}

// vmDate reads a date, whose year may be the years since 1900 in three digits.
func (s *stamp) vmDate(w string) bool {
	if i := strings.LastIndexByte(w, '/'); i > 0 && len(w)-i == 4 && w[i+1] == '1' && scan.AllDigits(w[i+1:]) {
		if !s.numeric(w[:i] + "/20" + w[i+2:]) {
			return false
		}
		s.year = 1900 + scan.Small(w[i+1:])
		return true
	}
	if s.numeric(w) && s.year != 0 {
		return true
	}
	s.month = 0 // a date that is none is outOfRange
	return isDateDigits(w)
}
