package parse

import (
	"strconv"
	"strings"
)

// UnsafeName returns "" if e.Name can be used as one component of a local path, on any system, and else
// the reason why it can't: a separator or a name such as ".." would lead out of the directory, a control
// character is never meant, and a drive or device of Windows is no file. Names that are merely awkward, such
// as "a:b" or "a ", are not judged.
func (e *Entry) UnsafeName() string {
	n := e.Name
	switch {
	case n == "":
		return "name is empty"
	case strings.Trim(n, ". ") == "":
		// Windows drops dots and blanks at the end: ".. " is the parent, too.
		return "name is only dots or blanks: " + strconv.Quote(n[:min(len(n), 8)])
	case controlAt(n) >= 0:
		return "name holds a control character"
	case strings.Contains(n, "/"):
		return "name holds a slash"
	case strings.Contains(n, `\`):
		return "name holds a backslash"
	case len(n) >= 2 && isLetter(n[0]) && n[1] == ':':
		return "name is a drive on Windows"
	case isDevice(n):
		return "name is a device on Windows"
	}
	return ""
}

// isDevice reports whether Windows takes name for a device: whatever the case and the extension.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	base, _, _ = strings.Cut(base, ":")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, ok := strings.CutPrefix(base, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(base, "LPT")
	}
	if !ok {
		return false
	}
	switch rest {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}
