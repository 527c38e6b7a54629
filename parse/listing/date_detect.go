package listing

import (
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// maxDetectLines is how many lines a DateFormatDetector keeps of each kind, and maxDetectFormats how many formats it joins: one for
// recent files, one for old ones.
const (
	maxDetectLines   = 40
	maxDetectFormats = 2
)

// A DateFormatDetector proposes a date format for a listing some of whose dates are not known. Where one line leaves open which
// number is the day, others may not. The zero value is ready. It is not safe for concurrent use.
type DateFormatDetector struct {
	Dialect string // as in Options: the only format of the lines, if it is not empty

	unread, read []string
	count        int
}

// Add notes a line: an entry, or what is left of one that could not be read. Lines in formats to which no date format applies are
// passed over.
func (d *DateFormatDetector) Add(e *Entry) {
	switch e.Dialect {
	case "unix", "dos", "macos", "os400":
	case "":
	default:
		return
	}
	if e.Raw == "" || len(e.Raw) > maxProposeText {
		return
	}
	if !e.Time.IsZero() {
		if len(d.read) < maxDetectLines {
			d.read = append(d.read, strings.Clone(e.Raw))
		}
		return
	}
	if d.count++; len(d.unread) < maxDetectLines {
		d.unread = append(d.unread, strings.Clone(e.Raw))
	}
}

// Unread returns how many lines have a date that is not known, or none.
func (d *DateFormatDetector) Unread() int { return d.count }

// Propose returns a date format that reads as many of the unread lines as any, and of the read ones, and whether it reads all. It
// is "" if none reads an unread line.
func (d *DateFormatDetector) Propose() (format string, all bool) {
	unread, read := d.unread, d.read
	var formats []string
	for len(formats) < maxDetectFormats && len(unread) > 0 {
		best := d.bestFormat(unread, append(slices.Clip(unread), read...))
		if best == "" {
			break
		}
		formats = append(formats, best)
		unread = d.without(unread, best)
		read = d.without(read, best)
	}
	if len(formats) == 0 {
		return "", false
	}
	if best := d.bestFormat(read, read); best != "" && len(formats) < maxDetectFormats {
		formats = append(formats, best)
		read = d.without(read, best)
	}
	return strings.Join(formats, "|"), len(unread) == 0 && len(read) == 0 && d.count <= maxDetectLines
}

// bestFormat returns the format of a date in one of the lines that reads most of all lines, the likelier one of several, or "".
func (d *DateFormatDetector) bestFormat(lines, all []string) (best string) {
	most := 0
	tried := map[string]bool{}
	for _, line := range lines {
		for _, format := range formatsIn(line) {
			if tried[format] {
				continue
			}
			tried[format] = true
			if n := len(all) - len(d.without(all, format)); n > most {
				best, most = format, n
			}
		}
	}
	return best
}

// formatsIn returns the formats of the first date in a line.
func formatsIn(line string) []string {
	for i := scan.SkipBlanks(line, 0); i < len(line); i = scan.SkipBlanks(line, i) {
		if all := formatsAt(line[i:]); len(all) > 0 {
			return all
		}
		for i < len(line) && !scan.IsBlank(line[i]) {
			i++
		}
	}
	return nil
}

// without returns the lines that have no entry with a date in the format.
func (d *DateFormatDetector) without(lines []string, format string) (left []string) {
	f, err := ParseDateFormat(format)
	if err != nil {
		return lines
	}
	for _, line := range lines {
		if e, err := Line(line, Options{Now: someTime, Dates: f, Dialect: d.Dialect}); err != nil || e.Time.IsZero() {
			left = append(left, line)
		}
	}
	return left
}
