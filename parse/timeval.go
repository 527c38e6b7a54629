package parse

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse/internal/calendar"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Precision says how exact a time of a server is. The finer parts of the time are zero.
type Precision int

const (
	PrecisionUnknown Precision = iota // no time at all
	PrecisionSecond                   // to the second or finer
	PrecisionMinute                   // seconds are not known
	PrecisionDay                      // the time of day is not known
	PrecisionYear                     // only the year is known
)

// String returns "unknown", "second", "minute", "day" or "year".
func (p Precision) String() string {
	return scan.EnumName(int(p), "unknown", "second", "minute", "day", "year")
}

// TimeVal reads a time-val, YYYYMMDDHHMMSS with an optional fraction, in UTC (RFC 3659, Section 2.3).
//
// Second 60, a leap second, becomes the first second of the next minute. A fraction is kept to the nanosecond.
// Beyond the RFC, years such as 19100 for 2000 are understood: some servers print "19" and the years since 1900.
// Values without seconds, or without a time of day, are understood, too; the precision tells which.
// "00010101000000" means that the server knows no time: the zero time and PrecisionUnknown.
func TimeVal(s string) (time.Time, Precision, error) {
	const what = "time-val"
	if t, ok := calendar.PlainTimeVal(s); ok {
		return t, PrecisionSecond, nil
	}
	digits, frac, hasFrac := strings.Cut(s, ".")
	if !scan.AllDigits(digits) {
		return time.Time{}, PrecisionUnknown, NewError(what, s, scan.DigitsEnd(s, 0), "not YYYYMMDDHHMMSS")
	}
	year, rest := digits[:min(4, len(digits))], digits[min(4, len(digits)):]
	precision := PrecisionSecond
	var y, month, day, hour, minute, sec, nsec int
	switch {
	case len(digits) == 15 && strings.HasPrefix(digits, "191"):
		year, rest = digits[:5], digits[5:]
		y = 1900 + scan.Small(digits[2:5])
	case len(digits) == 14:
	case len(digits) == 12 && !hasFrac:
		precision = PrecisionMinute
	case len(digits) == 8 && !hasFrac:
		precision = PrecisionDay
	default:
		return time.Time{}, PrecisionUnknown, NewError(what, s, len(digits), "not YYYYMMDDHHMMSS")
	}
	if y == 0 {
		if y = scan.Small(year); y == 0 {
			return time.Time{}, PrecisionUnknown, NewError(what, s, 0, "year out of range")
		}
	}
	for i, field := range []*int{&month, &day, &hour, &minute, &sec} {
		if len(rest) >= 2*i+2 {
			*field = scan.Small(rest[2*i : 2*i+2])
		}
	}
	if hasFrac {
		if !scan.AllDigits(frac) {
			return time.Time{}, PrecisionUnknown, NewError(what, s, scan.DigitsEnd(s, len(digits)+1), "fraction is not digits")
		}
		nsec = scan.Nanoseconds(frac)
	}
	if bad := calendar.OutOfRange(y, month, day, hour, minute, sec); bad != "" {
		return time.Time{}, PrecisionUnknown, NewError(what, s, 0, bad)
	}
	t := time.Date(y, time.Month(month), day, hour, minute, sec, nsec, time.UTC)
	if t.Truncate(time.Second).IsZero() {
		return time.Time{}, PrecisionUnknown, nil
	}
	return t, precision, nil
}

// FormatTimeVal returns t in UTC as YYYYMMDDHHMMSS. A fraction of a second is dropped; a year that doesn't
// fit into four digits becomes 0001 or 9999.
func FormatTimeVal(t time.Time) string {
	t = t.UTC()
	if y := min(max(t.Year(), 1), 9999); y != t.Year() {
		t = time.Date(y, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	}
	return t.Format("20060102150405")
}

// MDTM returns the modification time in the text of a 213 reply to MDTM, which is given without its code
// (RFC 3659, Section 3). Blanks around the time-val are allowed, and other words if exactly one is a
// time-val to the second. A reply that says the time is unknown is an error.
func MDTM(text string) (time.Time, error) {
	const what = "213 reply to MDTM"
	words := strings.Fields(text)
	var found []time.Time
	for _, w := range words {
		t, p, err := TimeVal(w)
		if err != nil && len(words) == 1 {
			return time.Time{}, err
		}
		if p == PrecisionSecond {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return time.Time{}, NewError(what, text, 0, fmt.Sprintf("%d times to the second instead of one", len(found)))
	}
	return found[0], nil
}
