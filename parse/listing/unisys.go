package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// unisysReport is the section after the heading.
const unisysReport = 1

// readUnisys reads the listing of Unisys ClearPath MCP: name, kind, octets, time. A long name is on a line
// of its own:
//
//	Report for: (UC)A ON PACK
//	A/B                     SEQDATA    84 06/09/1998  12:03
//	A/LONG/NAME/THAT/LEAVES/NO/PLACE
//	                        SEQDATA    84 06/09/1998  12:03
//	          2 Files     168 Octets
func readUnisys(l *lister, w *words, e *Entry) error {
	if w.word(0) == "Report" && w.word(1) == "for:" {
		l.section = unisysReport
		return ErrNotEntry
	}
	if isUnisysTotal(w) {
		return ErrNotEntry
	}
	if w.n == 1 && l.section == unisysReport && w.at[0].from == 0 {
		l.held = w.line
		return ErrNotEntry
	}
	kind := w.n - 4
	if kind < 0 || !isUnisysKind(w.word(kind)) || len(w.word(kind+2)) != 10 {
		return errOther
	}
	var s stamp
	size, ok := scan.DigitsOrOdd(w.word(kind + 1))
	if !ok || w.word(kind + 2)[2] != '/' || !s.numeric(w.word(kind+2)) || !s.clock(w.word(kind+3)) {
		return errOther
	}
	switch {
	case kind > 0:
		e.Name = w.between(0, kind)
	case l.held != "":
		e.Name, e.Raw = strings.TrimRight(l.held, " \t"), l.held+"\n"+w.line
		l.held = ""
	default:
		return errOther
	}
	e.Kind, e.Size = KindFile, size
	s.settle(e, &l.o)
	return nil
}

// isUnisysKind reports whether w can be a FILEKIND such as SEQDATA or ALGOLSYMBOL.
func isUnisysKind(w string) bool {
	return len(w) > 2 && strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && !scan.IsDigit(w[0])
}

// isUnisysTotal reports whether a line is the last, as in "2 Files 168 Octets".
func isUnisysTotal(w *words) bool {
	return w.n == 4 && scan.AllDigits(w.word(0)) && strings.HasPrefix(w.word(1), "File") &&
		scan.AllDigits(w.word(2)) && strings.HasPrefix(w.word(3), "Octet")
}
