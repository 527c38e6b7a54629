// Package calendar counts days and judges dates, in the Gregorian calendar. It exists because package time is slower and corrects what is wrong.
package calendar

import (
	"time"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// DaysIn returns the number of days of a month, in the Gregorian calendar.
func DaysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// OutOfRange names the first part of a date and time that can't be, or returns "". Second 60 is a leap second.
func OutOfRange(year, month, day, hour, minute, sec int) string {
	switch {
	case month < 1 || month > 12:
		return "month out of range"
	case day < 1 || day > DaysIn(year, month):
		return "day out of range"
	case hour < 0 || hour > 23:
		return "hour out of range"
	case minute < 0 || minute > 59:
		return "minute out of range"
	case sec < 0 || sec > 60:
		return "second out of range"
	}
	return ""
}

// daysBefore is the number of days before each month, 1 to 12, in a year that starts in March.
var daysBefore = [13]int32{0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275}

// DaysSince1970 returns the number of a day in the Gregorian calendar, whose leap days come at the end of years
// that start in March. It is a good part faster than time.Date. The year must not be before -399.
func DaysSince1970(year, month, day int) int64 {
	const cycle, days = 400, 146_097 // the calendar repeats itself
	y := uint32(year + cycle)
	if month < 3 {
		y--
	}
	return int64(y*365+y/4-y/100+y/400) + int64(daysBefore[month]) + int64(day) - 1 - days - 719_468
}

// PlainTimeVal reads what nearly every time-val is: 14 digits, a year after 1969.
func PlainTimeVal(s string) (time.Time, bool) {
	if len(s) != 14 {
		return time.Time{}, false
	}
	date, ok := scan.Pairs(scan.Eight(s))
	clock, ok2 := scan.Pairs(scan.Eight(s[6:])) // the day again
	year, month, day := int(date&0xff*100+date>>16&0xff), int(date>>32&0xff), int(date>>48)
	hour, minute, sec := int64(clock>>16&0xff), int64(clock>>32&0xff), int64(clock>>48)
	if !ok || !ok2 || year < 1970 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) ||
		hour > 23 || minute > 59 || sec > 60 {
		return time.Time{}, false
	}
	return time.Unix(DaysSince1970(year, month, day)*86400+hour*3600+minute*60+sec, 0).UTC(), true
}
