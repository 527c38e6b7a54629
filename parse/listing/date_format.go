package listing

import (
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A DateFormat is how the dates in the lines of LIST are written, for servers whose dates are not recognised or
// are read with day and month the wrong way round. It is made by [ParseDateFormat] and never changes.
type DateFormat struct {
	text    string
	formats [][]dateField
}

// ParseDateFormat reads a date format: one or more formats with "|" between them, for servers that write
// recent dates and old ones differently. Of those that match a date, the longest match counts.
//
// A format is written in letters, or as a layout of package time; the latter is told by its digits:
//
//	dd.MM.yyyy HH:mm        02.01.2006 15:04
//	MMM d HH:mm|MMM d yyyy  Jan _2 15:04|Jan _2 2006
//
// The letters are
//
//	yyyy yy       year; two digits are 1970 to 2069
//	MM M          month as a number
//	MMM MMMM      month as a name, in any known language, short or long
//	dd d          day
//	HH H          hour, 0 to 24, where 24:00 is the end of the day
//	hh h          hour, 1 to 12, together with a
//	mm ss S       minute, second, fraction of a second
//	a             AM or PM, also A or P
//	Z XXX         zone as "+0200", "+02:00", "+02" or "Z"
//	z             zone as before or by name, of which UTC, GMT and Z count and others are passed over
//	E             day of the week, passed over
//	'text' ''     text as it is, and a quote
//
// Other characters stand for themselves, and blanks for one blank or more. A day, month or hour may have one digit
// or two whatever the number of letters, unless another number follows at once.
//
// Month and day are needed. Without a year, the year is inferred as for any date of LIST. An error is an *parse.Error
// with the place and a proposal.
func ParseDateFormat(s string) (*DateFormat, error) {
	f := &DateFormat{text: s}
	for from := 0; ; {
		to := formatEnd(s, from)
		fields, err := compileDate(s, from, to)
		if err != nil {
			return nil, err
		}
		f.formats = append(f.formats, fields)
		if to == len(s) {
			return f, nil
		}
		from = to + 1
	}
}

// formatEnd returns the index of the next "|" outside quotes, or the length of s.
func formatEnd(s string, i int) int {
	quoted := false
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == '|' && !quoted:
			return i
		}
	}
	return i
}

// String returns the text that f was made from.
func (f *DateFormat) String() string { return f.text }

// A dateField is one part of a format.
type dateField struct {
	kind  datePart
	width int    // digits it must have, 0 if they may vary
	text  string // of partText
}

// datePart says what a dateField reads.
type datePart uint8

const (
	partText datePart = iota
	partBlanks
	partYear
	partMonth
	partMonthName
	partDay
	partHour
	partHour12
	partMinute
	partSecond
	partFraction
	partPointFraction // point and fraction, or nothing
	partMeridiem
	partOffset
	partZoneName
	partWeekday
)

// match reads a date at the start of text and returns the number of bytes it has. A blank or the end of text must
// follow. The year of s is 0 if the format has none. All parts of s are in range.
func (f *DateFormat) match(text string) (s stamp, n int, ok bool) {
	for _, fields := range f.formats {
		if c, end := matchDate(fields, text); end > n {
			s, n = c, end
		}
	}
	return s, n, n > 0
}

// matchDate matches one format. It returns 0 if text is something else.
func matchDate(fields []dateField, text string) (s stamp, end int) {
	s.precision = parse.PrecisionDay
	end, half := s.scan(fields, text)
	if end == 0 || end < len(text) && !scan.IsBlank(text[end]) {
		return stamp{}, 0
	}
	if s.halfDay(half); s.outOfRange() != "" {
		return stamp{}, 0
	}
	return s, end
}

// scan reads fields at the start of text. It returns the number of bytes they have, 0 if text is something else,
// and the letter of AM or PM, if any.
func (s *stamp) scan(fields []dateField, text string) (i int, half byte) {
	for k := range fields {
		f := &fields[k]
		next := 0
		switch f.kind {
		case partText:
			if strings.HasPrefix(text[i:], f.text) {
				next = i + len(f.text)
			}
		case partBlanks:
			next = scan.SkipBlanks(text, i)
		case partMonthName:
			next = s.monthName(text, i, fields[k+1:])
		case partMeridiem:
			half, next = meridiemAt(text, i)
		case partOffset, partZoneName:
			s.zone, next = zoneAt(text, i, f.kind == partZoneName)
		case partWeekday:
			next = nameEnd(text, i)
		case partPointFraction:
			if next = s.pointFraction(text, i); next == i {
				continue
			}
		default:
			next = s.number(f, text, i)
		}
		if next <= i {
			return 0, 0
		}
		i = next
	}
	return i, half
}

// Number reads the digits of f at text[i:] into s. It returns the index after them, or 0.
func (s *stamp) number(f *dateField, text string, i int) int {
	end := scan.DigitsEnd(text, i)
	most := 2
	if f.kind == partFraction {
		most = 9
	}
	if f.width > 0 {
		end = min(end, i+f.width)
	}
	if end-i < max(f.width, 1) || f.width == 0 && end-i > most {
		return 0
	}
	n := scan.Small(text[i:min(end, i+4)])
	switch f.kind {
	case partYear:
		if s.year = n; f.width == 2 {
			s.year = yearOfTwoDigits(n)
		} else if n < firstYear {
			return 0
		}
	case partMonth:
		s.month = n
	case partDay:
		s.day = n
	case partHour12:
		if n > 12 {
			return 0
		}
		s.hour = n
	case partHour:
		s.hour = n
	case partMinute:
		s.min, s.precision = n, parse.PrecisionMinute
	case partSecond:
		s.sec, s.precision = n, parse.PrecisionSecond
	case partFraction:
		s.nsec = scan.Nanoseconds(text[i:end])
	}
	return end
}

// monthName reads the name of a month. A dot after it is part of it unless the format has one there.
func (s *stamp) monthName(text string, i int, rest []dateField) int {
	end := nameEnd(text, i)
	if s.month = monthOf(text[i:end]); s.month == 0 {
		return 0
	}
	own := len(rest) > 0 && rest[0].kind == partText && rest[0].text[0] == '.'
	if end < len(text) && text[end] == '.' && !own {
		end++
	}
	return end
}

// nameEnd returns the index after the letters, ASCII or not, that start at text[i].
func nameEnd(text string, i int) int {
	for i < len(text) && (scan.IsLetter(text[i]) || text[i] >= 0x80) {
		i++
	}
	return i
}

// meridiemAt reads AM, PM, A or P and returns its first letter in lower case.
func meridiemAt(text string, i int) (letter byte, next int) {
	end := nameEnd(text, i)
	if end == i || end > i+2 || end == i+2 && text[i+1]|0x20 != 'm' {
		return 0, 0
	}
	letter = text[i] | 0x20
	if letter != 'a' && letter != 'p' {
		return 0, 0
	}
	return letter, end
}

// halfDay applies AM or PM, 0 for neither, to the hour.
func (s *stamp) halfDay(letter byte) {
	switch {
	case letter == 'a' && s.hour == 12:
		s.hour = 0
	case letter == 'p' && s.hour < 12:
		s.hour += 12
	}
}

// pointFraction reads a point or comma and digits, if they are there.
func (s *stamp) pointFraction(text string, i int) int {
	if i >= len(text) || text[i] != '.' && text[i] != ',' {
		return i
	}
	end := scan.DigitsEnd(text, i+1)
	if end == i+1 {
		return i
	}
	s.nsec = scan.Nanoseconds(text[i+1 : end])
	return end
}

// zoneAt reads an offset from UTC, or Z; where names are allowed also a name, which is nil unless it means UTC.
func zoneAt(text string, i int, names bool) (loc *time.Location, next int) {
	if i >= len(text) {
		return nil, 0
	}
	if text[i] != '+' && text[i] != '-' {
		end := nameEnd(text, i)
		switch word := text[i:end]; {
		case word == "Z" || names && (word == "UTC" || word == "GMT"):
			return time.UTC, end
		case names:
			return nil, end
		}
		return nil, 0
	}
	end := scan.DigitsEnd(text, i+1)
	hours, minutes := text[i+1:end], "00"
	switch {
	case len(hours) == 4:
		hours, minutes = hours[:2], hours[2:]
	case len(hours) != 2:
		return nil, 0
	case end+2 < len(text) && text[end] == ':' && scan.AllDigits(text[end+1:end+3]):
		minutes = text[end+1 : end+3]
		end += 3
	}
	h, m := scan.Small(hours), scan.Small(minutes)
	if h > 14 || m > 59 {
		return nil, 0
	}
	seconds := (h*60 + m) * 60
	if text[i] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), end // whole hours without a name are not allocated
}
