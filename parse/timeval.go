package parse

import (
	"cmp"
	"fmt"
	"strings"
	"time"
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
	return enumName(int(p), "unknown", "second", "minute", "day", "year")
}

// enumName returns names[i], or the number if there is none.
func enumName(i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%%!(%d)", i)
	}
	return names[i]
}

// TimeVal reads a time-val, YYYYMMDDHHMMSS with an optional fraction, in UTC (RFC 3659, Section 2.3).
//
// Second 60, a leap second, becomes the first second of the next minute. A fraction is kept to the nanosecond.
// Beyond the RFC, years such as 19100 for 2000 are understood: some servers print "19" and the years since 1900.
// Values without seconds, or without a time of day, are understood, too; the precision tells which.
// "00010101000000" means that the server knows no time: the zero time and PrecisionUnknown.
func TimeVal(s string) (time.Time, Precision, error) {
	const what = "time-val"
	if t, ok := plainTimeVal(s); ok {
		return t, PrecisionSecond, nil
	}
	digits, frac, hasFrac := strings.Cut(s, ".")
	if !allDigits(digits) {
		return time.Time{}, PrecisionUnknown, fail(what, s, digitsEnd(s, 0), "not YYYYMMDDHHMMSS")
	}
	year, rest := digits[:min(4, len(digits))], digits[min(4, len(digits)):]
	v := stamp{precision: PrecisionSecond}
	switch {
	case len(digits) == 15 && strings.HasPrefix(digits, "191"):
		year, rest = digits[:5], digits[5:]
		v.year = 1900 + small(digits[2:5])
	case len(digits) == 14:
	case len(digits) == 12 && !hasFrac:
		v.precision = PrecisionMinute
	case len(digits) == 8 && !hasFrac:
		v.precision = PrecisionDay
	default:
		return time.Time{}, PrecisionUnknown, fail(what, s, len(digits), "not YYYYMMDDHHMMSS")
	}
	if v.year == 0 {
		if v.year = small(year); v.year == 0 {
			return time.Time{}, PrecisionUnknown, fail(what, s, 0, "year out of range")
		}
	}
	for i, field := range []*int{&v.month, &v.day, &v.hour, &v.min, &v.sec} {
		if len(rest) >= 2*i+2 {
			*field = small(rest[2*i : 2*i+2])
		}
	}
	if hasFrac {
		if !allDigits(frac) {
			return time.Time{}, PrecisionUnknown, fail(what, s, digitsEnd(s, len(digits)+1), "fraction is not digits")
		}
		v.nsec = nanoseconds(frac)
	}
	if bad := v.outOfRange(); bad != "" || v.hour > 23 {
		bad = cmp.Or(bad, "hour out of range")
		return time.Time{}, PrecisionUnknown, fail(what, s, 0, bad)
	}
	t := v.at(v.year, time.UTC)
	if t.Truncate(time.Second).IsZero() {
		return time.Time{}, PrecisionUnknown, nil
	}
	return t, v.precision, nil
}

// plainTimeVal reads what nearly every time-val is: 14 digits, a year after 1969.
func plainTimeVal(s string) (time.Time, bool) {
	if len(s) != 14 {
		return time.Time{}, false
	}
	date, ok := pairs(eight(s))
	clock, ok2 := pairs(eight(s[6:])) // the day again
	year, month, day := int(date&0xff*100+date>>16&0xff), int(date>>32&0xff), int(date>>48)
	hour, minute, sec := int64(clock>>16&0xff), int64(clock>>32&0xff), int64(clock>>48)
	if !ok || !ok2 || year < 1970 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour > 23 || minute > 59 || sec > 60 {
		return time.Time{}, false
	}
	return time.Unix(daysSince1970(year, month, day)*86400+hour*3600+minute*60+sec, 0).UTC(), true
}

// twoDigits returns the value of the two digits at s[i:], a number below 0 if there is something else.
func twoDigits(s string, i int) int {
	tens, units := s[i]-'0', s[i+1]-'0'
	if tens > 9 || units > 9 {
		return -1
	}
	return int(tens)*10 + int(units)
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

// nanoseconds returns the value of the decimal fraction with the given digits.
func nanoseconds(digits string) int {
	n := 0
	for i := range 9 {
		n *= 10
		if i < len(digits) {
			n += int(digits[i] - '0')
		}
	}
	return n
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
		return time.Time{}, fail(what, text, 0, fmt.Sprintf("%d times to the second instead of one", len(found)))
	}
	return found[0], nil
}
