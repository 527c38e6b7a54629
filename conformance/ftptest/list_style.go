package ftptest

import (
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/parse/listing"
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
func (f ListStyle) format(e listing.Entry, now time.Time) string {
	switch f {
	case ListDOS:
		return formatDOS(e, now.Location())
	case ListEPLF:
		return listing.FormatEPLF(e)
	}
	return listing.FormatUnix(e, now)
}

// formatDOS returns a line as of IIS: "01-02-06  03:04PM       <DIR>          name",
// or with the size in place of <DIR>, at the right of the same column. The year has four
// digits, an option of IIS, where two would be read as another year.
func formatDOS(e listing.Entry, loc *time.Location) string {
	t := e.Time.In(loc)
	layout := "01-02-06  03:04PM"
	if y := t.Year(); y < 1970 || y > 2069 {
		layout = "01-02-2006  03:04PM"
	}
	size := fmt.Sprintf("%21d", max(e.Size, 0))
	if e.Kind == listing.KindDir {
		size = "       <DIR>         "
	}
	return t.Format(layout) + size + " " + lineSafe(e.Name)
}
