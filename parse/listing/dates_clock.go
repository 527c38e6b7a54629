package listing

import (
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// joinedClock reads the time of day after the T of ISO 8601, with Z or an offset if there is one. It returns next, or 0.
func (s *stamp) joinedClock(clock string, next int) int {
	if utc, ok := strings.CutSuffix(clock, "Z"); ok {
		clock, s.zone = utc, time.UTC
	} else if i := strings.LastIndexAny(clock, "+-"); i > 0 {
		if s.zone = offset(clock[i:]); s.zone == nil {
			return 0
		}
		clock = clock[:i]
	}
	if !s.clock(clock) {
		return 0
	}
	return next
}

// clockAndZone reads a time of day after a date with its year, if there is one: with AM or PM apart, or an offset from UTC.
func (w *words) clockAndZone(i int, s *stamp) int {
	next := w.optionalClock(i, s)
	if next != i+1 || next >= w.n-1 {
		return next
	}
	switch half := w.word(next); {
	case s.precision == parse.PrecisionSecond && offset(half) != nil:
		s.zone = offset(half)
		return next + 1
	case len(half) == 2 && half[1]|0x20 == 'm' && s.hour >= 1 && s.hour <= 12 && s.meridiem(half):
		return next + 1
	}
	return next
}

// optionalClock reads a time of day if the i-th word is one and not the last, and returns the index of the
// word after it. It is 0 if that is a time of day that can't be: no name starts like that.
func (w *words) optionalClock(i int, s *stamp) int {
	switch {
	case i >= w.n-1:
		return i
	case s.clock(w.word(i)):
		return i + 1
	case isClockForm(w.word(i)):
		return 0
	}
	return i
}

// clock reads a time of day: "15:04", "15:04:05", "15:04:05.678", "3:04PM", "03:04p".
func (s *stamp) clock(w string) bool {
	if len(w) < 4 || w[1] != ':' && w[2] != ':' {
		return false
	}
	hour, rest, ok := strings.Cut(w, ":")
	if !ok || len(hour) > 2 || !scan.AllDigits(hour) || len(rest) < 2 {
		return false
	}
	c := stamp{hour: scan.Small(hour), min: scan.Small(rest[:2]), precision: parse.PrecisionMinute}
	rest = rest[2:]
	if len(rest) >= 3 && rest[0] == ':' {
		c.sec, c.precision = scan.Small(rest[1:3]), parse.PrecisionSecond
		if rest = rest[3:]; len(rest) > 1 && rest[0] == '.' {
			end := scan.DigitsEnd(rest, 1)
			c.nsec, rest = scan.Nanoseconds(rest[1:end]), rest[end:]
		}
	}
	if !c.meridiem(rest) || c.hour > 24 || c.hour == 24 && (rest != "" || c.min+c.sec+c.nsec > 0) || c.min < 0 || c.min > 59 || c.sec < 0 || c.sec > 60 {
		return false
	}
	s.hour, s.min, s.sec, s.nsec, s.precision = c.hour, c.min, c.sec, c.nsec, c.precision
	return true
}

// dottedClock reads "15.04", where a time of day must stand: a file could be called like that.
func (s *stamp) dottedClock(w string) bool {
	hour, minute, ok := strings.Cut(w, ".")
	return ok && len(minute) == 2 && scan.AllDigits(minute) && s.clock(hour+":"+minute)
}

// meridiem applies AM or PM to the hour. Nothing is allowed as well, and PM after an hour above 12.
func (s *stamp) meridiem(w string) bool {
	switch w {
	case "":
		return true
	case "AM", "PM": // as IIS has them
	default:
		w = scan.LowerASCII(w)
	}
	switch w {
	case "am", "a", "AM":
		if s.hour == 12 {
			s.hour = 0
		}
	case "pm", "p", "PM":
		if s.hour < 12 {
			s.hour += 12
		}
	default:
		return false
	}
	return true
}

// offset returns the zone that w names as "+0200" or "-03:30", or nil.
func offset(w string) *time.Location {
	if len(w) < 5 || w[0] != '+' && w[0] != '-' {
		return nil
	}
	hhmm := w[1:3] + strings.TrimPrefix(w[3:], ":")
	n := scan.Small(hhmm)
	if n < 0 || len(hhmm) != 4 || n/100 > 14 || n%100 > 59 {
		return nil
	}
	seconds := (n/100*60 + n%100) * 60
	if w[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone(w, seconds)
}
