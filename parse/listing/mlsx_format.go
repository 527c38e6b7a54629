package listing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// FormatMLSx returns the line of MLSD for e, without its line end; MLST puts one space before it. It has
// those of the named facts that e can tell, in that order and spelling, each with its ";", then a space and
// the name (RFC 3659, Section 7.2).
//
// Known by field are type, size (of what is no directory), modify, perm, unique, UNIX.mode, UNIX.owner and
// UNIX.group; all others, and values that the fields lack, come from e.Facts. A value that holds a space,
// a semicolon or a control character can't be sent and is left out. CR, LF and NUL in the name become "?":
// they would start a line of their own.
func FormatMLSx(e Entry, facts []string) string {
	var b strings.Builder
	for _, name := range facts {
		lower := scan.LowerASCII(name)
		value, ok := e.factValue(lower)
		if !ok || !fitsFact(value) {
			if value, ok = e.Facts.Lookup(lower); !ok || !fitsFact(value) {
				continue
			}
		}
		b.WriteString(name + "=" + value + ";")
	}
	return b.String() + " " + lineSafe(e.Name)
}

// fitsFact reports whether value can stand in a fact.
func fitsFact(value string) bool {
	return scan.ControlAt(value) < 0 && !strings.ContainsAny(value, "; ")
}

// lineSafe replaces what ends a line.
func lineSafe(name string) string {
	if !strings.ContainsAny(name, "\r\n\x00") {
		return name
	}
	return strings.NewReplacer("\r", "?", "\n", "?", "\x00", "?").Replace(name)
}

// factValue returns the value of the fact with the given lower-case name if a field of e has it.
func (e *Entry) factValue(name string) (string, bool) {
	switch name {
	case "type":
		return e.typeValue()
	case "size":
		return strconv.FormatInt(e.Size, 10), e.Size >= 0 && !e.isDir()
	case "modify":
		return parse.FormatTimeVal(e.Time), !e.Time.IsZero()
	case "perm":
		return e.Perm, e.Perm != ""
	case "unique":
		return e.Unique, e.Unique != ""
	case "unix.mode":
		bits, ok := modeBits(e.Mode)
		return fmt.Sprintf("%04o", bits), ok
	case "unix.owner":
		return e.Owner, e.Owner != ""
	case "unix.group":
		return e.Group, e.Group != ""
	}
	return "", false
}

// isDir reports whether e is a directory of any kind.
func (e *Entry) isDir() bool {
	return e.Kind == KindDir || e.Kind == KindCurrent || e.Kind == KindParent
}

// typeValue returns the value of the type fact.
func (e *Entry) typeValue() (string, bool) {
	switch e.Kind {
	case KindFile, KindDir, KindCurrent, KindParent:
		return e.Kind.String(), true
	case KindLink:
		if e.Target == "" || !fitsFact(e.Target) {
			return "OS.unix=symlink", true
		}
		return "OS.unix=slink:" + e.Target, true
	case KindOther:
		if v, ok := e.Facts.Lookup("type"); ok {
			return v, true
		}
		return "OS.unix=other", true
	}
	return "", false
}
