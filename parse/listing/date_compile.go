package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// dateFormatWhat is what an Error about a date format is about.
const dateFormatWhat = "date format"

// A dateCompiler makes the fields of one format, which is all[from:to].
type dateCompiler struct {
	all    string
	fields []dateField
	seen   [partWeekday + 1]bool
}

// compileDate reads the format in all[from:to]. Blanks around it are left out.
func compileDate(all string, from, to int) ([]dateField, *parse.Error) {
	for from < to && scan.IsBlank(all[from]) {
		from++
	}
	for to > from && scan.IsBlank(all[to-1]) {
		to--
	}
	if from == to {
		return nil, parse.NewError(dateFormatWhat, all, from, "empty; write for example yyyy-MM-dd HH:mm")
	}
	c := &dateCompiler{all: all}
	if at, reason := c.parts(from, to); reason != "" {
		return nil, parse.NewError(dateFormatWhat, all, at, reason)
	}
	if at, reason := c.check(to); reason != "" {
		return nil, parse.NewError(dateFormatWhat, all, at, reason)
	}
	return c.fields, nil
}

// parts reads the parts of all[from:to]. It returns what is wrong with one, and where.
func (c *dateCompiler) parts(from, to int) (at int, reason string) {
	read := c.letters
	if hasLayoutDigit(c.all[from:to]) {
		read = c.layout
	}
	for i := from; i < to; {
		next := c.blanks(i, to)
		if next == i {
			if next, reason = read(i, to); reason != "" {
				return i, reason
			}
		}
		i = next
	}
	return c.widths(to)
}

// widths settles the widths of numbers that stand side by side without a separator.
func (c *dateCompiler) widths(to int) (at int, reason string) {
	for k := range c.fields[:len(c.fields)-1] {
		f, g := &c.fields[k], &c.fields[k+1]
		if !isNumber(f.kind) || !isNumber(g.kind) {
			continue
		}
		if f.kind == partFraction {
			return to, "a fraction before another number; write a separator between them"
		}
		if f.width == 0 {
			f.width = 2
		}
		if g.width == 0 && g.kind != partFraction {
			g.width = 2
		}
	}
	return 0, ""
}

// hasLayoutDigit reports whether s has a digit outside quotes, which only layouts of package time have.
func hasLayoutDigit(s string) bool {
	quoted := false
	for i := range len(s) {
		if s[i] == '\'' {
			quoted = !quoted
		}
		if scan.IsDigit(s[i]) && !quoted {
			return true
		}
	}
	return false
}

// blanks adds the blanks at all[i:to], if any.
func (c *dateCompiler) blanks(i, to int) int {
	if !scan.IsBlank(c.all[i]) {
		return i
	}
	c.fields = append(c.fields, dateField{kind: partBlanks})
	return scan.SkipBlanks(c.all[:to], i)
}

// text adds characters that stand for themselves; blanks among them match any number of blanks.
func (c *dateCompiler) text(s string) {
	for i := 0; i < len(s); {
		if end := scan.SkipBlanks(s, i); end > i {
			c.fields = append(c.fields, dateField{kind: partBlanks})
			i = end
			continue
		}
		end := i
		for end < len(s) && !scan.IsBlank(s[end]) {
			end++
		}
		if n := len(c.fields); n > 0 && c.fields[n-1].kind == partText {
			c.fields[n-1].text += s[i:end]
		} else {
			c.fields = append(c.fields, dateField{kind: partText, text: s[i:end]})
		}
		i = end
	}
}

// part adds a part of the date. It returns a reason if there is one like it already.
func (c *dateCompiler) part(kind datePart, width int) (reason string) {
	as := kind
	switch kind { // two ways to write one thing
	case partMonthName:
		as = partMonth
	case partHour12:
		as = partHour
		c.seen[partHour12] = true
	case partPointFraction:
		as = partFraction
	case partZoneName:
		as = partOffset
	}
	if c.seen[as] {
		switch as {
		case partMonth:
			return "the month a second time; minutes are mm"
		case partMinute:
			return "the minute a second time; the month is MM"
		}
		return "this part of the date a second time; write | between two formats"
	}
	c.seen[as] = true
	c.fields = append(c.fields, dateField{kind: kind, width: width})
	return ""
}

// dateLetters holds the letters of formats: how often each may stand, and what it is.
var dateLetters = []struct {
	letter   byte
	min, max int
	kind     datePart
}{
	{'y', 2, 2, partYear}, {'y', 4, 4, partYear},
	{'M', 1, 2, partMonth}, {'M', 3, 4, partMonthName},
	{'d', 1, 2, partDay}, {'H', 1, 2, partHour}, {'h', 1, 2, partHour12},
	{'m', 1, 2, partMinute}, {'s', 1, 2, partSecond}, {'S', 1, 9, partFraction},
	{'a', 1, 2, partMeridiem}, {'Z', 1, 3, partOffset}, {'X', 1, 3, partOffset}, {'x', 1, 3, partOffset},
	{'z', 1, 4, partZoneName}, {'E', 1, 4, partWeekday},
}

// letters reads one part of a format in letters.
func (c *dateCompiler) letters(i, to int) (next int, reason string) {
	b := c.all[i]
	if b == '\'' {
		return c.quoted(i, to)
	}
	if !scan.IsLetter(b) {
		if b == '%' {
			return 0, "% has no meaning here; write for example yyyy-MM-dd HH:mm"
		}
		c.text(c.all[i : i+1])
		return i + 1, ""
	}
	for next = i; next < to && c.all[next] == b; {
		next++
	}
	for _, l := range dateLetters {
		if n := next - i; l.letter == b && l.min <= n && n <= l.max {
			return next, c.part(l.kind, widthOf(l.kind, n))
		}
	}
	return 0, unknownLetters(c.all[i:next])
}

// widthOf returns the number of digits of a part with n letters, 0 if it is settled by what follows.
func widthOf(kind datePart, n int) int {
	switch kind {
	case partYear:
		return n
	case partMinute, partSecond:
		return 2
	}
	return 0
}

// unknownLetters says what to write for letters that mean nothing.
func unknownLetters(s string) string {
	proposal := "text is written 'in quotes'"
	switch s[0] {
	case 'y', 'Y', 'u':
		proposal = "the year is yyyy or yy"
	case 'M', 'L':
		proposal = "the month is MM, MMM or MMMM"
	case 'd', 'D':
		proposal = "the day is dd or d"
	case 'h', 'H', 'k', 'K':
		proposal = "the hour is HH, or hh with a"
	case 'm', 'n', 'i', 'N':
		proposal = "the minute is mm"
	case 's':
		proposal = "the second is ss"
	case 'S', 'f', 'F':
		proposal = "a fraction is SSS"
	case 't', 'A', 'p', 'P', 'a':
		proposal = "AM or PM is a"
	case 'X', 'Z', 'z', 'x':
		proposal = "the zone is Z"
	}
	return s + " has no meaning; " + proposal
}

// quoted reads text in quotes, or two quotes for one.
func (c *dateCompiler) quoted(i, to int) (next int, reason string) {
	n := strings.IndexByte(c.all[i+1:to], '\'')
	if n < 0 {
		return 0, "quote without a second one; write '' for a quote"
	}
	if n == 0 {
		c.text("'")
	} else {
		c.text(c.all[i+1 : i+1+n])
	}
	return i + n + 2, ""
}

// layoutParts holds the parts of layouts of package time, longest first where one starts another.
var layoutParts = []struct {
	text  string
	kind  datePart
	width int
}{
	{"January", partMonthName, 0}, {"Jan", partMonthName, 0}, {"Monday", partWeekday, 0}, {"Mon", partWeekday, 0},
	{"MST", partZoneName, 0}, {"2006", partYear, 4}, {"Z07:00", partOffset, 0}, {"Z0700", partOffset, 0},
	{"Z07", partOffset, 0}, {"-07:00", partOffset, 0}, {"-0700", partOffset, 0}, {"-07", partOffset, 0},
	{"_2", partDay, 0}, {"01", partMonth, 0}, {"02", partDay, 0}, {"03", partHour12, 0}, {"04", partMinute, 2},
	{"05", partSecond, 2}, {"06", partYear, 2}, {"15", partHour, 0}, {"PM", partMeridiem, 0}, {"pm", partMeridiem, 0},
	{"1", partMonth, 0}, {"2", partDay, 0}, {"3", partHour12, 0}, {"4", partMinute, 2}, {"5", partSecond, 2},
}

// layout reads one part of a layout of package time.
func (c *dateCompiler) layout(i, to int) (next int, reason string) {
	s := c.all[i:to]
	if end := layoutFraction(s); end > 0 && c.seen[partSecond] {
		return i + end, c.part(partPointFraction, 0)
	}
	for _, p := range layoutParts {
		if strings.HasPrefix(s, p.text) {
			if c.part(p.kind, p.width) != "" {
				return 0, "this part a second time, here as " + p.text + "; the parts of a layout are 2006 01 02 15 04 05"
			}
			return i + len(p.text), ""
		}
	}
	if scan.IsDigit(s[0]) {
		return 0, "digits that are no part of a layout; the parts are 2006 01 02 15 04 05"
	}
	if len(s) > 1 && s[0] == s[1] && strings.IndexByte("yMdHhms", s[0]) >= 0 {
		return 0, "letters in a layout with digits; write yyyy-MM-dd HH:mm or 2006-01-02 15:04"
	}
	c.text(s[:1])
	return i + 1, ""
}

// layoutFraction returns the length of a fraction such as ".000" or ",999" at the start of s, or 0.
func layoutFraction(s string) int {
	if s[0] != '.' && s[0] != ',' || len(s) < 2 || s[1] != '0' && s[1] != '9' {
		return 0
	}
	end := 1
	for end < len(s) && s[end] == s[1] {
		end++
	}
	if end < len(s) && scan.IsDigit(s[end]) {
		return 0
	}
	return end
}

// check says what is wrong with the format as a whole.
func (c *dateCompiler) check(to int) (at int, reason string) {
	switch {
	case c.seen[partMinute] && !c.seen[partHour]:
		return to, "minutes without an hour; write HH:mm, and MM for the month"
	case !c.seen[partMonth]:
		return to, "no month; write MM or MMM"
	case !c.seen[partDay]:
		return to, "no day; write dd"
	case c.seen[partHour] && !c.seen[partMinute]:
		return to, "an hour without minutes; write HH:mm"
	case c.seen[partSecond] && !c.seen[partMinute]:
		return to, "seconds without minutes; write HH:mm:ss"
	case c.seen[partFraction] && !c.seen[partSecond]:
		return to, "a fraction without seconds; write HH:mm:ss.SSS"
	case c.seen[partHour12] && !c.seen[partMeridiem]:
		return to, "an hour of 1 to 12 without AM or PM; write HH, or add a"
	case c.seen[partMeridiem] && !c.seen[partHour12]:
		return to, "AM or PM without an hour of 1 to 12; write hh"
	}
	return 0, ""
}

// isNumber reports whether a part is written in digits.
func isNumber(p datePart) bool {
	switch p {
	case partYear, partMonth, partDay, partHour, partHour12, partMinute, partSecond, partFraction:
		return true
	}
	return false
}
