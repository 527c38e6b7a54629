package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// maxFacts is the most facts that one entry may have. Real servers send up to twelve.
const maxFacts = 64

// MLSx reads one line of MLSD, or the entry line of a reply to MLST, with or without its leading space (RFC
// 3659, Section 7.2): facts that each end in ";", one space, the name. The last ";" may be missing (NcFTPd),
// a value may hold blanks ("UNIX.groupname=domain users;"), and there may be more than one leading space. A
// name may hold "=", ";" and blanks, even at its ends. A line without facts starts with one space (MLSD) or
// two (MLST). An empty line is ErrNotEntry. On an error, only Raw of the entry is set.
//
// An unknown or senseless value leaves its field unknown; Facts has the value as sent. If a fact is sent
// twice, the first counts. If there are no names of owners, their numbers take the place. ProFTPD before
// 1.3.6 reports ordinary directories as "cdir" in MLST: there, KindCurrent is just a directory.
func MLSx(line string) (Entry, error) {
	line = scan.TrimEOL(line)
	if line == "" {
		return notRead(line), ErrNotEntry
	}
	e := Entry{Size: -1, Dialect: "mlsx", Raw: line}
	if err := e.readMLSx(line); err != nil {
		return notRead(line), err
	}
	e.Text, e.Encoding = (*CodePage)(nil).Decode(e.Name)
	return e, nil
}

// readMLSx reads a line of MLSx among those of LIST: it must have facts, or
// the blank that stands for none, in a listing that is known to be of MLSx or begins with one word after it.
func readMLSx(l *lister, w *words, e *Entry) error {
	if e.Raw[0] != ' ' && startsWithFacts(e.Raw) {
		return e.readMLSx(e.Raw)
	}
	bare := w.line[0] == ' ' && scan.ControlAt(w.line) < 0 && w.at[0].from == 1 && (l.cur == nil && w.n == 1 || l.cur != nil && l.cur.name == "mlsx")
	known := l.o.Dialect == "mlsx" || bare
	if !known && !startsWithFacts(strings.TrimLeft(w.line, " ")) {
		return errOther
	}
	return e.readMLSx(w.line)
}

// readMLSx fills e from a line of MLSx, which is not empty.
func (e *Entry) readMLSx(line string) error {
	if e.usualMLSx(line) {
		return nil
	}
	*e = Entry{Size: -1, Dialect: e.Dialect, Raw: e.Raw}
	return e.readAnyMLSx(line)
}

// readAnyMLSx is readMLSx for all lines.
func (e *Entry) readAnyMLSx(line string) error {
	at := factsStart(line)
	space := factsEnd(line[at:])
	if space < 0 {
		return parse.NewError("MLSx entry", line, len(line), "no space before the name")
	}
	e.Name = line[at+space+1:]
	if e.Name == "" {
		return parse.NewError("MLSx entry", line, len(line), "no name")
	}
	return e.readFacts(line[:at+space], at)
}

// factsStart returns where the facts of line start, or the space that stands for none of them.
func factsStart(line string) int {
	if line[0] != ' ' {
		return 0
	}
	rest := strings.TrimLeft(line, " ")
	switch spaces := len(line) - len(rest); {
	case startsWithFacts(rest):
		return spaces
	case spaces > 1:
		return 1
	}
	return 0
}

// factsEnd returns the index of the space that ends the facts at the start of s, or -1. As each fact ends in ";"
// (RFC 3659, Section 7.2), it is the first one after a ";". Where that would make no facts of what stands before it, the
// last ";" is missing and the first space ends them.
func factsEnd(s string) int {
	first := strings.IndexByte(s, ' ')
	if first <= 0 || s[first-1] == ';' {
		return first
	}
	semicolon := strings.Index(s[first:], "; ")
	if semicolon < 0 || !areFacts(s[:first+semicolon]) {
		return first
	}
	return first + semicolon + 1
}

// areFacts reports whether s is facts, with blanks in values only, and only where they can be.
func areFacts(s string) bool {
	for fact := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(fact, "=")
		if fact != "" && (!ok || name == "" || strings.Contains(name, " ")) {
			return false
		}
		if word, _, ok := strings.Cut(value, " "); ok && !takesBlanks(name, word) {
			return false
		}
	}
	return true
}

// takesBlanks reports whether a value that begins with word and a blank can be that of a fact.
func takesBlanks(name, word string) bool {
	switch factID(name) {
	case factSize, factSizd, factModify, factPerm, factMode:
		return false
	case factUID, factGID, factOwner, factGroup:
		return !scan.AllDigits(word)
	case factType:
		return strings.Contains(word, "=") // the target of a link
	}
	return !equalFoldASCII(name, "create")
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
	end := factsEnd(s)
	return end != space && Facts(s[:end]).haveField()
}

// A factReader fills the fields of an entry from its facts. Of a fact sent twice, the first counts; of several for
// one field, the best source.
type factReader struct {
	e                              *Entry
	seen                           uint32
	sizeFrom, ownerFrom, groupFrom int
	n                              int
}

// readFacts sets e.Facts to s[at:], where s is the line up to the name, and the fields that they tell.
func (e *Entry) readFacts(s string, at int) error {
	e.Facts = Facts(s[at:])
	r := factReader{e: e, sizeFrom: factGID + 1, ownerFrom: factGID + 1, groupFrom: factGID + 1}
	if i := scan.ControlAt(s[at:]); i >= 0 {
		return parse.NewError("MLSx entry", e.Raw, at+i, "control character in the facts")
	}
	for at < len(s) {
		end := strings.IndexByte(s[at:], ';')
		if end < 0 { // the last one may be missing
			end = len(s) - at
		}
		if fact := s[at : at+end]; fact != "" {
			equals := equalsAt(fact)
			if equals <= 0 {
				return parse.NewError("MLSx entry", e.Raw, at, "fact is not name=value")
			}
			if r.n++; r.n > maxFacts {
				return parse.NewError("MLSx entry", e.Raw, at, "too many facts")
			}
			if equals == len(fact)-1 && at+end == len(s) && r.n == 1 {
				return parse.NewError("MLSx entry", e.Raw, at+end, "neither a value nor a semicolon behind the only fact")
			}
			r.fact(fact[:equals], fact[equals+1:])
		}
		at += end + 1
	}
	return nil
}

// equalsAt returns the index of the first "=", or -1. It looks where the names of most facts end first.
func equalsAt(fact string) int {
	for i := range min(len(fact), 16) {
		if fact[i] == '=' {
			return i
		}
	}
	return strings.IndexByte(fact, '=')
}

func (r *factReader) fact(name, value string) {
	e, id := r.e, factID(name)
	if id == factOther || r.seen&(1<<id) != 0 {
		return
	}
	r.seen |= 1 << id
	switch id {
	case factType:
		e.Kind, e.Target = factKind(value)
	case factSize, factSizd:
		if n, ok := scan.Number(value); ok && id < r.sizeFrom {
			e.Size, r.sizeFrom = n, id
		}
	case factModify:
		if t, p, err := parse.TimeVal(value); err == nil && p != parse.PrecisionUnknown {
			e.Time, e.Precision, e.Zone = t, p, ZoneUTC
		}
	case factUnique:
		e.Unique = value
	case factPerm:
		e.Perm = value
	case factMode:
		e.Mode = octalMode(value)
	case factOwnerName, factOwner, factUID:
		if value != "" && id < r.ownerFrom {
			e.Owner, r.ownerFrom = value, id
		}
	case factGroupName, factGroup, factGID:
		if value != "" && id < r.groupFrom {
			e.Group, r.groupFrom = value, id
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
	case "OS.unix=symlink", "OS.unix=slink":
		return KindLink, ""
	}
	switch v := scan.LowerASCII(value); {
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
