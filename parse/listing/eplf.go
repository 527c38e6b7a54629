package listing

import (
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readEPLF reads the Easily Parsed LIST Format of Daniel J. Bernstein: a "+", facts with a comma after each, a
// tab, and the name as it is:
//
//	+i8388621.48594,m825718503,r,s280,up644,	djb.html
//
// The facts are "i" with what is equal for the same file, "m" with the seconds since 1970, "r" for what may be
// retrieved, "s" with the size, "/" for what may be changed into and "up" with the mode in octal digits. Others
// are ignored, empty ones too. What has neither "r" nor "/" is of no use to clients and no entry.
func readEPLF(l *lister, w *words, e *Entry) error {
	line := w.line
	if line[0] != '+' {
		return errOther
	}
	tab := strings.IndexByte(line, '\t')
	if tab < 0 {
		if !eplfClaims(line[1:]) {
			return errOther
		}
		return parse.NewError(listLine, line, len(line), "no tab between facts and name")
	}
	for at := 1; at < tab; {
		fact, _, _ := strings.Cut(line[at:tab], ",")
		if reason := e.eplfFact(fact); reason != "" {
			return parse.NewError(listLine, line, at, reason)
		}
		at += len(fact) + 1
	}
	if e.Kind == KindUnknown {
		return ErrNotEntry
	}
	if e.Name = line[tab+1:]; e.Name == "" {
		return parse.NewError(listLine, line, len(line), "no name")
	}
	return nil
}

// eplfClaims reports whether a line without a tab has a fact that marks it as EPLF.
func eplfClaims(facts string) bool {
	fact, _, ok := strings.Cut(facts, ",")
	return ok && (fact == "" || fact == "/" || fact == "r" || len(fact) > 1 && strings.IndexByte("imsu", fact[0]) >= 0)
}

// eplfFact sets what a fact says. It returns what is wrong with it, or "".
func (e *Entry) eplfFact(fact string) string {
	if fact == "" {
		return ""
	}
	value := fact[1:]
	switch fact[0] {
	case '/':
		if value == "" {
			e.Kind = KindDir
		}
	case 'r':
		if value == "" && e.Kind == KindUnknown {
			e.Kind = KindFile
		}
	case 'i':
		e.Unique = value
	case 's':
		if !scan.IsDigitsOrOdd(value) {
			return "size is not a number"
		}
		e.Size, _ = scan.Size(value)
	case 'm':
		e.eplfTime(value)
	case 'u':
		if octal, ok := strings.CutPrefix(value, "p"); ok {
			if e.Mode = octalMode(octal); e.Mode == "" {
				return "mode is not octal"
			}
		}
	}
	return ""
}

// eplfLatest is the last second of the year 9999.
const eplfLatest = 253402300799

// eplfTime sets the time. One that is no number of seconds up to the year 9999 is unknown.
func (e *Entry) eplfTime(value string) {
	if seconds, ok := scan.Number(value); ok && seconds <= eplfLatest {
		e.Time, e.Precision, e.Zone = time.Unix(seconds, 0).UTC(), parse.PrecisionSecond, ZoneUTC
	}
}
