package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readTOPS20 reads the listings of TOPS-20. Mostly they are names after a heading:
//
//	device:<directory>
//	name.type.generation
//
// Some servers print more, and no heading: protection, account, pages, and the times of creation, of the last write and of
// the last read:
//
//	<directory>name.type.generation;P777700;A,3,2-Jan-2006 15:04:05,2-Jan-2006 15:04:05,2-Jan-2006 15:04:05
//
// The name loses its generation, and a directory ".DIRECTORY": that is how RETR, for the latest generation,
// and CWD take it. The size is not known, as pages are of words of 36 bits.
func readTOPS20(l *lister, w *words, e *Entry) error {
	first := w.word(0)
	if w.n == 1 && isTOPS20Directory(first) {
		l.section = 1
		return ErrNotEntry
	}
	spec, attributes, detailed := strings.Cut(w.line[w.at[0].from:], ";")
	detailed = detailed && isTOPS20Protection(attributes)
	if !detailed && (w.n != 1 || l.section == 0 && l.o.Dialect != e.Dialect) {
		return errOther
	}
	if !detailed && attributes != "" || !e.setTOPS20Name(spec) {
		return errOther
	}
	if !detailed {
		return nil
	}
	fields := strings.SplitN(attributes, ",", 6)
	if len(fields) < 4 {
		return parse.NewError(listLine, w.line, len(w.line), "no time of the last write")
	}
	var s stamp
	date, clock, _ := strings.Cut(strings.TrimLeft(fields[3], " "), " ")
	if reason := s.vmsDate(date); reason != "" || !s.clock(strings.TrimLeft(clock, " ")) {
		return parse.NewError(listLine, w.line, strings.Index(w.line, fields[3]), "no time of the last write")
	}
	s.settle(e, &l.o)
	return nil
}

// isTOPS20Directory reports whether w is "device:<directory>".
func isTOPS20Directory(w string) bool {
	i := strings.Index(w, ":<")
	return i > 0 && i+3 < len(w) && strings.IndexByte(w, '>') == len(w)-1
}

// isTOPS20Protection reports whether text starts with "P" and six octal digits, and has fields after.
func isTOPS20Protection(text string) bool {
	return len(text) > 7 && text[0] == 'P' && strings.Trim(text[1:7], "01234567") == "" && strings.Contains(text, ",")
}

// setTOPS20Name sets name and kind from "[[device:]<directory>]name.type.generation".
func (e *Entry) setTOPS20Name(spec string) bool {
	if i := strings.LastIndexByte(spec, '>'); i >= 0 {
		spec = spec[i+1:]
	}
	i := strings.LastIndexByte(spec, '.')
	if i <= 0 || !scan.AllDigits(spec[i+1:]) || strings.Count(spec, ".") < 2 || strings.ContainsAny(spec, " \t/\\") {
		return false
	}
	e.Name, e.Kind = spec[:i], KindFile
	if n := len(e.Name) - len(".directory"); n > 0 && scan.LowerASCII(e.Name[n:]) == ".directory" {
		e.Name, e.Kind = e.Name[:n], KindDir
	}
	return true
}
