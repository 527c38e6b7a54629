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
	if err := e.readMLSx(line); err != nil {
		return notRead(line), err
	}
	return e, nil
}

// readMLSx reads a line of MLSx among those of LIST: it must have facts, or
// the blank that stands for none, in a listing that is known to be of MLSx or begins with one word behind it.
func readMLSx(l *lister, w *words, e *Entry) error {
	if startsWithFacts(e.Raw) {
		return e.readMLSx(e.Raw)
	}
	bare := w.line[0] == ' ' && w.at[0].from == 1 && (l.cur == nil && w.n == 1 || l.cur != nil && l.cur.name == "mlsx")
	known := l.o.Dialect == "mlsx" || bare
	if !known && !startsWithFacts(strings.TrimLeft(w.line, " ")) {
		return errOther
	}
	return e.readMLSx(w.line)
}

func (e *Entry) readMLSx(line string) error {
	at := factsStart(line)
	space := strings.IndexByte(line[at:], ' ')
	if space < 0 {
		return fail("MLSx entry", line, len(line), "no space before the name")
	}
	e.Name = line[at+space+1:]
	if e.Name == "" {
		return fail("MLSx entry", line, len(line), "no name")
	}
	if err := e.checkFacts(line[:at+space], at); err != nil {
		return err
	}
	e.applyFacts()
	return nil
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
	space := strings.IndexByte(s, ' ')
	if space < 0 {
		return false
	}
	equals := strings.IndexByte(s[:space], '=')
	if equals < 0 {
		return false
	}
	if s[space-1] == ';' {
		return true
	}
	switch factID(s[:equals]) {
	case factType, factSize, factModify, factPerm, factUnique:
		return true
	}
	return false
}

// checkFacts sets e.Facts to s[at:], where s is the line up to the name.
func (e *Entry) checkFacts(s string, at int) error {
	if i := controlAt(s[at:]); i >= 0 {
		return fail("MLSx entry", e.Raw, at+i, "control character in the facts")
	}
	e.Facts = Facts(s[at:])
	n := 0
	for at < len(s) {
		end := strings.IndexByte(s[at:], ';')
		if end < 0 {
			end = len(s) - at
		}
		if fact := s[at : at+end]; fact != "" {
			if strings.IndexByte(fact, '=') <= 0 {
				return fail("MLSx entry", e.Raw, at, "fact is not name=value")
			}
			if n++; n > maxFacts {
				return fail("MLSx entry", e.Raw, at, "too many facts")
			}
		}
		at += end + 1
	}
	return nil
}

// applyFacts fills the fields of e from e.Facts. Of a fact sent twice, the first counts; of several for one
// field, the best source.
func (e *Entry) applyFacts() {
	var seen uint32
	sizeFrom, ownerFrom, groupFrom := factGID+1, factGID+1, factGID+1
	for rest := string(e.Facts); rest != ""; {
		var name, value string
		name, value, rest = cutFact(rest)
		id := factID(name)
		if id == factOther || seen&(1<<id) != 0 {
			continue
		}
		seen |= 1 << id
		switch id {
		case factType:
			e.Kind, e.Target = factKind(value)
		case factSize, factSizd:
			if n, ok := number(value); ok && id < sizeFrom {
				e.Size, sizeFrom = n, id
			}
		case factModify:
			if t, p, err := TimeVal(value); err == nil && p != PrecisionUnknown {
				e.Time, e.Precision, e.Zone = t, p, ZoneUTC
			}
		case factUnique:
			e.Unique = value
		case factPerm:
			e.Perm = value
		case factMode:
			e.Mode = octalMode(value)
		case factOwnerName, factOwner, factUID:
			if value != "" && id < ownerFrom {
				e.Owner, ownerFrom = value, id
			}
		case factGroupName, factGroup, factGID:
			if value != "" && id < groupFrom {
				e.Group, groupFrom = value, id
			}
		}
	}
}

// factKind returns what a value of the type fact means (RFC 3659, Section 7.5.1). Links come as
// "OS.unix=slink:/target", and without the target as "OS.unix=slink" or "OS.unix=symlink".
func factKind(value string) (kind Kind, target string) {
	const unix = "os.unix="
	switch v := value; v { // as nearly all spell it
	case "file":
		return KindFile, ""
	case "dir":
		return KindDir, ""
	}
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
