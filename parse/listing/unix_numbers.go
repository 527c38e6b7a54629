package listing

import (
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// fileTypes holds what the type bits of a Unix mode mean, which are its highest four.
var fileTypes = map[uint64]Kind{
	0o01: KindOther, 0o02: KindOther, 0o06: KindOther, 0o14: KindOther, // pipe, devices, socket
	0o04: KindDir, 0o10: KindFile, 0o12: KindLink,
}

// readUnixNumbers reads what stat(2) says in numbers, as some servers print it: "mode owner group size time name", with
// the mode in octal, type bits included, and the time in seconds since 1970.
//
//	0100644   500  101   12345    1086300000       name
func (l *lister) readUnixNumbers(w *words, e *Entry) error {
	mode := w.word(0)
	if !scan.IsDigit(mode[0]) || len(mode) < len("40755") || len(mode) > len("0100644") || w.n < 6 {
		return errOther
	}
	bits, err := strconv.ParseUint(mode, 8, 32)
	kind, known := fileTypes[bits>>12]
	size, sized := scan.DigitsOrOdd(w.word(3))
	seconds, timed := scan.Number(w.word(4))
	if err != nil || !known || !sized || !timed || len(w.word(4)) > len("9999999999") || !scan.AllDigits(w.word(1)) || !scan.AllDigits(w.word(2)) {
		return errOther
	}
	e.Kind, e.Size, e.Owner, e.Group, e.Mode = kind, size, w.word(1), w.word(2), modeLetters(uint32(bits&0o7777))
	e.Time, e.Precision, e.Zone = time.Unix(seconds, 0).UTC(), parse.PrecisionSecond, ZoneUTC
	e.Name = w.line[w.at[5].from:]
	if kind == KindLink {
		if name, target, ok := strings.Cut(e.Name, " -> "); ok && name != "" {
			e.Name, e.Target = name, target
		}
	}
	return nil
}
