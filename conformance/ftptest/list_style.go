package ftptest

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

// A ListStyle is a format of LIST, which RFC 959 leaves to the server.
type ListStyle int

const (
	ListUnix ListStyle = iota // "ls -l"
	ListDOS                   // that of IIS, without time zone and links
	ListEPLF                  // Easily Parsed LIST Format of publicfile
)

// String returns "unix", "dos" or "eplf".
func (f ListStyle) String() string {
	switch f {
	case ListUnix:
		return "unix"
	case ListDOS:
		return "dos"
	case ListEPLF:
		return "eplf"
	}
	return fmt.Sprintf("ListStyle(%d)", int(f))
}

// format returns a line of LIST without its end. Local times are those of now's
// location.
func (f ListStyle) format(e parse.Entry, now time.Time) string {
	switch f {
	case ListDOS:
		return formatDOS(e, now.Location())
	case ListEPLF:
		return formatEPLF(e)
	}
	return parse.FormatList(e, now)
}

// formatDOS returns a line as of IIS: "01-02-06  03:04PM       <DIR>          name",
// or with the size in place of <DIR>, at the right of the same column. The year has four
// digits, an option of IIS, where two would be read as another year.
func formatDOS(e parse.Entry, loc *time.Location) string {
	t := e.Time.In(loc)
	layout := "01-02-06  03:04PM"
	if y := t.Year(); y < 1970 || y > 2069 {
		layout = "01-02-2006  03:04PM"
	}
	size := fmt.Sprintf("%21d", max(e.Size, 0))
	if e.Kind == parse.KindDir {
		size = "       <DIR>         "
	}
	return t.Format(layout) + size + " " + lineSafe(e.Name)
}

// formatEPLF returns "+facts,\tname": i is the identity, m the time in seconds since
// 1970, r a file that can be had, / a directory, s the size, up the mode in octal.
func formatEPLF(e parse.Entry) string {
	var b strings.Builder
	b.WriteByte('+')
	if e.Unique != "" && !strings.ContainsAny(e.Unique, ",\t") {
		b.WriteString("i" + lineSafe(e.Unique) + ",")
	}
	if e.Time.Unix() >= 0 {
		fmt.Fprintf(&b, "m%d,", e.Time.Unix())
	}
	if e.Kind == parse.KindDir {
		b.WriteString("/,")
	} else {
		fmt.Fprintf(&b, "r,s%d,", max(e.Size, 0))
	}
	if mode, ok := octal(e.Mode); ok {
		fmt.Fprintf(&b, "up%03o,", mode)
	}
	return b.String() + "\t" + lineSafe(e.Name)
}

// octal returns the permissions that nine letters such as "rwxr-x---" stand for.
func octal(letters string) (bits uint32, ok bool) {
	for i := range len(letters) {
		bits <<= 1
		if letters[i] != '-' {
			bits |= 1
		}
	}
	return bits, len(letters) == 9
}
