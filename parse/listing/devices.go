package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readWfFTP reads the listings of Nortel (Bay Networks) routers: "name size date weekday time", between a heading and
// three lines of sizes.
//
//	File Name            Size    Date     Day       Time
//	startup.cfg          2116  03/06/03  Thur.    07:38:50
func readWfFTP(l *lister, w *words, e *Entry) error {
	if isWfFTPHeading(w) {
		return ErrNotEntry
	}
	if l.cur != nil && l.cur.name == "wfftp" && isRule(w) {
		return ErrNotEntry
	}
	n := w.n
	if n < 5 || n == maxWords || !isWeekday(w.word(n-2)) || !scan.IsDigitsOrOdd(w.word(n-4)) {
		return errOther
	}
	var s stamp
	if !s.numeric(w.word(n-3)) || s.year == 0 || !s.clock(w.word(n-1)) || s.outOfRange() != "" {
		return errOther
	}
	e.Kind, e.Name = KindFile, w.between(0, n-4)
	e.Size, _ = scan.Size(w.word(n - 4))
	s.resolve(e, &l.o)
	return nil
}

// isWfFTPHeading reports whether w is a line before or after the entries.
func isWfFTPHeading(w *words) bool {
	text := scan.LowerASCII(strings.Join(strings.Fields(w.between(0, min(w.n, 6))), " "))
	switch {
	case strings.HasPrefix(text, "volume - drive "):
		return w.n == 4
	case text == "file name size date day time":
		return w.n == 6
	case strings.HasPrefix(text, "directory of "):
		return w.n == 3 && strings.HasSuffix(text, ":")
	}
	_, what, _ := strings.Cut(text, " ")
	return scan.AllDigits(w.word(0)) && strings.HasPrefix(what, "bytes - ")
}

// microRTOSUnit is more than the most memory that a file leaves unused before the next one.
const microRTOSUnit = 4096

// readMicroRTOS reads the listings of MicroRTOS: "start end length name", the first two in hexadecimal digits. The
// length fits between both. Deleted files are listed and left out.
//
//	Start    End    length     File name
//	A0B80   BD36F   116671   index.web
//	** Total 3 files, 250736 bytes **
func readMicroRTOS(l *lister, w *words, e *Entry) error {
	if w.word(0) == "**" && scan.LowerASCII(w.word(1)) == "total" && w.word(w.n-1) == "**" {
		return ErrNotEntry
	}
	if w.n == 5 && scan.LowerASCII(w.word(0)) == "start" && scan.LowerASCII(w.word(1)) == "end" && scan.LowerASCII(w.word(2)) == "length" {
		return ErrNotEntry
	}
	if l.cur != nil && l.cur.name == "micrortos" && isRule(w) {
		return ErrNotEntry
	}
	start, ok := hexNumber(w.word(0))
	end, ok2 := hexNumber(w.word(1))
	size, ok3 := scan.Number(w.word(2))
	if !ok || !ok2 || !ok3 || w.n < 4 || size > end-start+1 || end-start-size > microRTOSUnit {
		return errOther
	}
	if w.between(3, w.n) == "<deleted file>" {
		return ErrNotEntry
	}
	e.Kind, e.Size, e.Name = KindFile, size, w.line[w.at[3].from:]
	return nil
}

// hexNumber returns the value of five to eight hexadecimal digits in upper case.
func hexNumber(w string) (n int64, ok bool) {
	if len(w) < 5 || len(w) > 8 {
		return 0, false
	}
	for i := range len(w) {
		switch c := w[i]; {
		case scan.IsDigit(c):
			n = n<<4 | int64(c-'0')
		case 'A' <= c && c <= 'F':
			n = n<<4 | int64(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// readSkiRDIN reads "time date time date size name", as SkiRDIN has it: written and read, with zeros or F where
// that never was.
//
//	15.54:21 16.04.2003  FF.FF:FF FF.FF.FFFF  0000000001 TTSCOF02
func readSkiRDIN(l *lister, w *words, e *Entry) error {
	written, ok := skirdinTime(w.word(0), w.word(1))
	if !ok || len(w.word(4)) != 10 || !scan.IsDigitsOrOdd(w.word(4)) {
		return errOther
	}
	if _, ok = skirdinTime(w.word(2), w.word(3)); !ok {
		return errOther
	}
	if w.n < 6 {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Kind, e.Name = KindFile, w.line[w.at[5].from:]
	e.Size, _ = scan.Size(w.word(4))
	if written.outOfRange() == "" {
		written.resolve(e, &l.o)
	}
	return nil
}

// skirdinTime reads "15.54:21" and "16.04.2003". What is no number becomes a time out of range.
func skirdinTime(clock, date string) (s stamp, ok bool) {
	if len(clock) != 8 || clock[2] != '.' || clock[5] != ':' || len(date) != 10 || date[2] != '.' || date[5] != '.' {
		return stamp{}, false
	}
	const digits = "0123456789F"
	for _, part := range [...]string{clock[:2], clock[3:5], clock[6:], date[:2], date[3:5], date[6:]} {
		if strings.Trim(part, digits) != "" {
			return stamp{}, false
		}
	}
	s = stamp{
		year: scan.Small(date[6:]), month: scan.Small(date[3:5]), day: scan.Small(date[:2]),
		hour: scan.Small(clock[:2]), min: scan.Small(clock[3:5]), sec: scan.Small(clock[6:]), precision: parse.PrecisionSecond,
	}
	return s, true
}
