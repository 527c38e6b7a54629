package parse

import "strings"

// maxFacts is the most facts that one entry may have. Real servers send up to twelve.
const maxFacts = 64

// MLSx reads one line of MLSD, or the entry line of a reply to MLST, whose leading space may be there or not
// (RFC 3659, Section 7.2): facts that each end in ";", one space, the name. A last ";" may be missing
// (NcFTPd), and more spaces than one may lead; a name may hold "=", ";" and blanks, at its ends as well. A
// line with no facts starts with one space (MLSD) or two (MLST). An empty line is ErrNotEntry. On an error
// the entry has nothing but Raw.
//
// An unknown or senseless value leaves its field unknown; Facts has it as sent. Of a fact sent twice, the
// first counts. Numeric owners stand in for names. ProFTPD before 1.3.6 reports ordinary directories
// as "cdir" in MLST: there, KindCurrent is just a directory.
func MLSx(line string) (Entry, error) {
	line = trimEOL(line)
	if line == "" {
		return notRead(line), ErrNotEntry
	}
	e := Entry{Size: -1, Dialect: "mlsx", Raw: line}
	at := factsStart(line)
	space := strings.IndexByte(line[at:], ' ')
	if space < 0 {
		return notRead(line), fail("MLSx entry", line, len(line), "no space before the name")
	}
	e.Name = line[at+space+1:]
	if e.Name == "" {
		return notRead(line), fail("MLSx entry", line, len(line), "no name")
	}
	if err := e.readFacts(line[:at+space], at); err != nil {
		return notRead(line), err
	}
	e.applyFacts()
	return e, nil
}

// factsStart returns where the facts of line start, or the space that stands for none of them.
func factsStart(line string) int {
	rest := strings.TrimLeft(line, " ")
	switch spaces := len(line) - len(rest); {
	case startsWithFacts(rest):
		return spaces
	case spaces > 1:
		return 1
	}
	return 0
}

// startsWithFacts reports whether s begins with facts and a space, and not with a name that happens to
// look like them.
func startsWithFacts(s string) bool {
	facts, _, ok := strings.Cut(s, " ")
	name, _, fact := strings.Cut(facts, "=")
	if !ok || !fact {
		return false
	}
	if strings.HasSuffix(facts, ";") {
		return true
	}
	switch lowerASCII(name) {
	case "type", "size", "modify", "perm", "unique":
		return true
	}
	return false
}

// readFacts fills e.Facts from s[at:], where s is the line up to the name.
func (e *Entry) readFacts(s string, at int) error {
	e.Facts = make(map[string]string, min(strings.Count(s[at:], "="), maxFacts))
	if i := controlAt(s[at:]); i >= 0 {
		return fail("MLSx entry", e.Raw, at+i, "control character in the facts")
	}
	for at < len(s) {
		end := strings.IndexByte(s[at:], ';')
		if end < 0 {
			end = len(s) - at
		}
		if fact := s[at : at+end]; fact != "" {
			name, value, ok := strings.Cut(fact, "=")
			if !ok || name == "" {
				return fail("MLSx entry", e.Raw, at, "fact is not name=value")
			}
			name = lowerASCII(name)
			if _, twice := e.Facts[name]; !twice {
				e.Facts[name] = value
			}
			if len(e.Facts) > maxFacts {
				return fail("MLSx entry", e.Raw, at, "too many facts")
			}
		}
		at += end + 1
	}
	return nil
}

// applyFacts fills the fields of e from e.Facts.
func (e *Entry) applyFacts() {
	f := e.Facts
	e.Kind, e.Target = factKind(f["type"])
	if n, ok := number(f["size"]); ok {
		e.Size = n
	} else if n, ok := number(f["sizd"]); ok { // Pure-FTPd, for directories
		e.Size = n
	}
	if v := f["modify"]; v != "" {
		if t, p, err := TimeVal(v); err == nil {
			e.Time, e.Precision = t, p
			if p != PrecisionUnknown {
				e.Zone = ZoneUTC
			}
		}
	}
	e.Unique, e.Perm = f["unique"], f["perm"]
	e.Mode = octalMode(f["unix.mode"])
	e.Owner = firstOf(f, "unix.ownername", "unix.owner", "unix.uid")
	e.Group = firstOf(f, "unix.groupname", "unix.group", "unix.gid")
}

// firstOf returns the first value that is not empty.
func firstOf(facts map[string]string, names ...string) string {
	for _, n := range names {
		if v := facts[n]; v != "" {
			return v
		}
	}
	return ""
}

// factKind returns what a value of the type fact means (RFC 3659, Section 7.5.1). Links come as
// "OS.unix=slink:/target", and without the target as "OS.unix=slink" or "OS.unix=symlink".
func factKind(value string) (kind Kind, target string) {
	const unix = "os.unix="
	switch v := lowerASCII(value); {
	case v == "file":
		return KindFile, ""
	case v == "dir":
		return KindDir, ""
	case v == "cdir":
		return KindCurrent, ""
	case v == "pdir":
		return KindParent, ""
	case v == unix+"slink", v == unix+"symlink":
		return KindLink, ""
	case strings.HasPrefix(v, unix+"slink:"):
		return KindLink, value[len(unix+"slink:"):]
	case strings.HasPrefix(v, unix+"symlink:"):
		return KindLink, value[len(unix+"symlink:"):]
	case strings.HasPrefix(v, "os."):
		return KindOther, ""
	}
	return KindUnknown, ""
}
