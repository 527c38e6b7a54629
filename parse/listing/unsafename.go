package listing

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// UnsafeName returns "" if e.Name can be used as one component of a local path on any system, and otherwise the reason why
// not. A separator, or a name such as "..", would lead out of the directory. A control character is never intended; that
// includes those of C1 in UTF-8 and those that turn the direction of text around ("\u202egpj.exe" is shown as "exe.jpg").
// A character that nobody can see, such as a space of no width, makes two names look the same. A
// drive or device of Windows is not a file. Names that are only awkward, such as "a:b" or "a ", are not refused.
func (e *Entry) UnsafeName() string {
	n := e.Name
	switch {
	case n == "":
		return "name is empty"
	case strings.Trim(n, ". ") == "":
		// Windows drops dots and blanks at the end: ".. " is the parent, too.
		return "name is only dots or blanks: " + strconv.Quote(n[:min(len(n), 8)])
	case scan.ControlAt(n) >= 0, strings.ContainsFunc(n, isC1), strings.ContainsFunc(e.Text, isC1):
		return "name holds a control character"
	case strings.ContainsFunc(n, turnsText), strings.ContainsFunc(e.Text, turnsText):
		return "name holds a control character that turns text around"
	case strings.ContainsFunc(n, isInvisible), strings.ContainsFunc(e.Text, isInvisible):
		return "name holds a character that can't be seen"
	case strings.Contains(n, "/"):
		return "name holds a slash"
	case strings.Contains(n, `\`):
		return "name holds a backslash"
	case len(n) >= 2 && scan.IsLetter(n[0]) && n[1] == ':':
		return "name is a drive on Windows"
	case isDevice(n):
		return "name is a device on Windows"
	}
	return ""
}

// isC1 reports whether r is one of the controls that ISO 6429 adds to those of ASCII. Terminals act on some of them.
func isC1(r rune) bool { return 0x80 <= r && r <= 0x9f }

// turnsText reports whether r embeds, overrides or isolates a direction of text (Unicode, UAX #9). The marks U+200E, U+200F and
// U+061C do not: names in Hebrew and Arabic have them.
func turnsText(r rune) bool { return 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 }

// isInvisible reports whether r takes no space, or looks like space where nobody writes one. The joiners U+200C and U+200D do not
// count, nor do variation selectors: Persian, the scripts of India and emoji are written with them.
func isInvisible(r rune) bool {
	switch r {
	case 0x00ad, 0x034f, 0x180e, 0x200b, 0xfeff, // soft hyphen, joiners and spaces of no width
		0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0, 0x2800, // letters and patterns without ink
		0x2028, 0x2029: // ends of lines and paragraphs
		return true
	}
	return 0x2060 <= r && r <= 0x206f || 0xfff9 <= r && r <= 0xfffb || 0xe0000 <= r && r <= 0xe007f
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
