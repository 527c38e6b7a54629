package listing

import (
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/calendar"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Zone says what is known about the zone of a time in a listing.
type Zone int

const (
	ZoneUnknown Zone = iota // the server's local time, read as if it were UTC
	ZoneUTC                 // UTC, as MLSx has it
	ZoneOffset              // a zone that the line or the caller named
)

// String returns "unknown", "utc" or "offset".
func (z Zone) String() string { return scan.EnumName(int(z), "unknown", "utc", "offset") }

// clockAhead is how far a date without a year may lie in the future, since clocks and zones differ.
const clockAhead = 24 * time.Hour

// stamp is the parts of a date and time as they stand in a line.
type stamp struct {
	year, month, day, hour, min, sec, nsec int // year 0: not said

	precision parse.Precision
	zone      *time.Location // named in the line, or nil
}

// OutOfRange names the first part of s that can't be, or returns "".
func (s *stamp) outOfRange() string {
	year := s.year
	if year == 0 {
		year = 2000 // any leap year
	}
	hour := s.hour
	if hour == 24 && s.min == 0 && s.sec == 0 && s.nsec == 0 {
		hour = 0 // 24:00 ends the day
	}
	return calendar.OutOfRange(year, s.month, s.day, hour, s.min, s.sec)
}

// at returns s in the given year and location.
func (s *stamp) at(year int, loc *time.Location) time.Time {
	if loc == time.UTC {
		return time.Unix(calendar.DaysSince1970(year, s.month, s.day)*86400+int64(s.hour*3600+s.min*60+s.sec), int64(s.nsec)).UTC()
	}
	t := time.Date(year, time.Month(s.month), s.day, s.hour, s.min, s.sec, s.nsec, loc)
	if s.precision == parse.PrecisionDay && t.Day() != s.day {
		// Clocks that are put forward at midnight skip it: the day starts with the change.
		if _, change := t.ZoneBounds(); change.Sub(t) <= 24*time.Hour {
			return change
		}
	}
	return t
}

// resolve sets the time of e. If the line gives no year, the year is the latest one that keeps the time at
// or before o.Now plus clockAhead. That is right for servers that leave the year out for six months, for
// twelve, and for the current calendar year, on both sides of New Year, and for 29 February.
func (s *stamp) resolve(e *Entry, o *Options) {
	loc, zone := o.Location, ZoneOffset
	switch {
	case s.zone != nil:
		loc = s.zone
	case loc == nil:
		loc, zone = time.UTC, ZoneUnknown
	case loc == time.UTC:
		zone = ZoneUTC
	}
	year := s.year
	if year == 0 {
		if s.zone == nil && o.latest != nil && !(s.month == 2 && s.day == 29) {
			if year = o.latest.year; s.after(o.latest) {
				year--
			}
		} else if year = s.inferYear(o.Now, loc); year == 0 {
			return
		}
	}
	e.Time, e.Precision, e.Zone = s.at(year, loc), s.precision, zone
}

// settle is resolve for a date that may be none: the columns stand, and the time is unknown.
func (s *stamp) settle(e *Entry, o *Options) {
	if s.outOfRange() == "" {
		s.resolve(e, o)
	}
}

// yearOfTwoDigits returns the year, 1970 to 2069, that ends in n, which is 0 to 99; any other n is returned as it is.
func yearOfTwoDigits(n int) int {
	switch {
	case n < 0 || n > 99:
		return n
	case n < 70:
		return 2000 + n
	}
	return 1900 + n
}

// someTime is a time for dates without a year where only their form matters.
var someTime = time.Date(2000, 12, 31, 0, 0, 0, 0, time.UTC)

// latestStamp returns the latest time that a date without a year may have, or nil if o.Now is zero.
func latestStamp(o Options) *stamp {
	if o.Now.IsZero() {
		return nil
	}
	loc := o.Location
	if loc == nil {
		loc = time.UTC
	}
	t := o.Now.Add(clockAhead).In(loc)
	return &stamp{year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), min: t.Minute(), sec: t.Second(), nsec: t.Nanosecond()}
}

// after reports whether s is later in its year than t in its own.
func (s *stamp) after(t *stamp) bool {
	for _, p := range [...][2]int{{s.month, t.month}, {s.day, t.day}, {s.hour, t.hour}, {s.min, t.min}, {s.sec, t.sec}, {s.nsec, t.nsec}} {
		if p[0] != p[1] {
			return p[0] > p[1]
		}
	}
	return false
}

// inferYear returns the year of a date that has none, or 0 if now is zero.
func (s *stamp) inferYear(now time.Time, loc *time.Location) int {
	if now.IsZero() {
		return 0
	}
	latest := now.In(loc).Year() + 1
	for year := latest; year > latest-10; year-- { // leap years may be 8 years apart
		if s.day <= calendar.DaysIn(year, s.month) && !s.at(year, loc).After(now.Add(clockAhead)) {
			return year
		}
	}
	return 0
}

// noDate returns why a line without a date in the expected form is refused, with a format that would fit.
func noDate(w *words) string {
	if f := proposeDateFormat(w.line); f != "" && (w.format == nil || f != w.format.String()) {
		return "no date; a date format that may fit is " + f
	}
	return "no date"
}
