package listing

import (
	"fmt"
	"strings"
	"time"
)

// halfYear is how old a file may be for "ls -l" to show its time of day instead of the year.
const halfYear = 365 * 24 * time.Hour / 2

// FormatUnix returns e as a line of "ls -l", without its line end, the way most clients can read it. Month
// names are English. The time is shown in now's location: with the time of day if it is within the six months
// before now, else with the year. What e doesn't say gets these values: time 1 January 1970 (also for years
// before 1601 and after 9999), owner and group "ftp", one link, size 0, mode by kind. Blanks in owners and
// what ends a line in the name are replaced.
func FormatUnix(e Entry, now time.Time) string {
	kind, mode := listMode(&e)
	t := e.Time
	if t.Year() < firstYear || t.Year() > 9999 {
		t = time.Unix(0, 0)
	}
	t = t.In(now.Location())
	layout := "Jan _2  2006"
	if age := now.Sub(t); 0 <= age && age < halfYear {
		layout = "Jan _2 15:04"
	}
	name := lineSafe(e.Name)
	if e.Kind == KindLink && e.Target != "" {
		name += " -> " + lineSafe(e.Target)
	}
	return fmt.Sprintf("%c%s %3d %-8s %-8s %12d %s %s", kind, mode, max(e.Links, 1),
		oneWord(e.Owner), oneWord(e.Group), max(e.Size, 0), t.Format(layout), name)
}

// listMode returns the first letter and the nine of the mode.
func listMode(e *Entry) (kind byte, mode string) {
	switch e.Kind {
	case KindDir, KindCurrent, KindParent:
		kind, mode = 'd', "rwxr-xr-x"
	case KindLink:
		kind, mode = 'l', "rwxrwxrwx"
	case KindOther:
		kind, mode = '?', "rw-r--r--"
	default:
		kind, mode = '-', "rw-r--r--"
	}
	if isMode(e.Mode) {
		mode = e.Mode
	}
	return kind, mode
}

// oneWord returns s as one word of a line.
func oneWord(s string) string {
	if s == "" {
		return "ftp"
	}
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, s)
}
