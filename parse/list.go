package parse

import (
	"math"
	"strings"
	"time"
)

// ListOptions says what the lines of LIST do not tell. The zero value works.
type ListOptions struct {
	// Now is the time from which dates such as "Jan  2 15:04" get their year. If zero, such entries have
	// no time.
	Now time.Time

	// Location is the zone of the server's local times. If nil, they are read as UTC and marked
	// ZoneUnknown.
	Location *time.Location

	// Dialect is the only format to expect, one of [Dialects]. If empty, the format is detected line
	// by line; the format of the line before is tried first.
	Dialect string

	// System is the text of the 215 reply to SYST. If it names a known system, the format
	// of that system is tried first.
	System string

	// Dates is how dates are written in the formats "unix", "dos", "macos" and "os400", where they
	// differ from server to server. If nil, all known forms are recognised.
	Dates *DateFormat

	// CodePage is that of the names. If nil, they are UTF-8.
	CodePage *CodePage

	latest *stamp // Now and clockAhead in Location, worked out once
}

// List reads a single line of LIST. Formats whose heading defines the columns, whose entries take two lines, or that have
// several files on one line need [Listing]. RFC 959 leaves the format to the server; see [Dialects] for those that are
// understood.
//
// Lines that describe no file, such as "total 12", are ErrNotEntry; every line that is not understood is
// an *Error. On an error, only Raw of the entry is set.
func List(line string, o ListOptions) (Entry, error) {
	l, err := newLister(o)
	if err != nil {
		return notRead(line), err
	}
	return l.read(trimEOL(line))
}

// listLine is what an Error of List is about.
const listLine = "LIST line"

// notRead returns the entry of a line without one.
func notRead(line string) Entry { return Entry{Size: -1, Raw: line} }

// isRemark reports whether a line says something about the listing: "total 12" in the server's language, or
// the "Status of" that comes with STAT.
func isRemark(w *words) bool {
	first, second := lowerASCII(w.word(0)), lowerASCII(w.word(1))
	switch strings.TrimRight(first, ":") {
	case "total", "totale", "totaal", "totalt", "insgesamt", "gesamt", "razem", "celkem", "toplam",
		"összesen", "итого", "Итого", "всего", "Всего", "合計", "总用量", "总计", "總計", "합계":
		return w.n == 1 || isDigit(second[0])
	case "status":
		return second == "of"
	case "end":
		return second == "of" && w.n == 3 && lowerASCII(w.word(2)) == "status"
	}
	return false
}

// listSize reads a size: digits, digits in groups of three with dots or commas ("1,234,567"), or a number
// with k, M or G ("1.5k"). A number that no int64 holds is -1, but a size: servers print 2^64-1. So is an odd number,
// see isOddNumber.
func listSize(w string) (n int64, ok bool) {
	end := digitsEnd(w, 0)
	if end == 0 {
		return -1, isOddNumber(w)
	}
	if end == len(w) {
		if n, ok = number(w); !ok {
			n = -1
		}
		return n, true
	}
	if n, ok = groupedSize(w, end); ok {
		return n, true
	}
	if n, ok = scaledSize(w, end); ok {
		return n, true
	}
	return -1, isOddNumber(w)
}

// isDigitsOrOdd reports whether w is a size where sizes are digits alone.
func isDigitsOrOdd(w string) bool { return allDigits(w) || isOddNumber(w) }

// digitsOrOdd is number with odd numbers, which are -1.
func digitsOrOdd(w string) (n int64, ok bool) {
	if n, ok = number(w); ok {
		return n, true
	}
	return -1, isOddNumber(w)
}

// isOddNumber reports whether w is a number that can't be a size: with a sign ("-1", which servers print for sizes that
// their numbers do not hold), in hexadecimal digits ("0x1f"), with an exponent ("1.5e+09") or a fraction of an octet.
// Its last digits must not be read as a size.
func isOddNumber(w string) bool {
	if w == "" {
		return false
	}
	if w[0] == '-' || w[0] == '+' {
		w = w[1:]
		_, ok := listSize(w)
		return ok && isDigit(w[0])
	}
	if len(w) > 2 && w[0] == '0' && w[1]|0x20 == 'x' {
		return strings.Trim(w[2:], "0123456789abcdefABCDEF") == ""
	}
	if !isDigit(w[0]) {
		return false
	}
	mantissa, exponent, hasExponent := strings.Cut(lowerASCII(w), "e")
	whole, fraction, hasFraction := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	if hasExponent && !allDigits(strings.TrimLeft(exponent, "+-")) || hasFraction && !allDigits(fraction) {
		return false
	}
	return allDigits(whole) && (hasExponent || hasFraction)
}

// groupedSize reads w, whose first digits end at end, as groups of three digits.
func groupedSize(w string, end int) (int64, bool) {
	sep := w[end]
	if end > 3 || sep != ',' && sep != '.' || (len(w)-end)%4 != 0 {
		return -1, false
	}
	digits := w[:end]
	for i := end; i < len(w); i += 4 {
		if w[i] != sep || !allDigits(w[i+1:i+4]) {
			return -1, false
		}
		digits += w[i+1 : i+4]
	}
	n, ok := number(digits)
	if !ok {
		n = -1
	}
	return n, true
}

// scaledSize reads w, whose first digits end at end, as a number with a unit. It is as exact as the server
// prints it.
func scaledSize(w string, end int) (int64, bool) {
	shift := strings.IndexByte("bkmgt", w[len(w)-1]|0x20) * 10
	whole, ok := number(w[:end])
	if shift < 0 || !ok {
		return -1, false
	}
	if whole >= math.MaxInt64>>shift {
		return -1, true
	}
	n := whole << shift
	if frac := w[end : len(w)-1]; frac != "" {
		if shift == 0 || len(frac) != 2 || frac[0] != '.' && frac[0] != ',' || !isDigit(frac[1]) {
			return -1, false
		}
		n += int64(frac[1]-'0') << shift / 10
	}
	return n, true
}
