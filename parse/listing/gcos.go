package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readGCOS7 reads the listing of Bull GCOS 7: whether it is a directory, what kind of file, rights, owner,
// project, date, name. Members of a library have no rights, catalogs no date.
//
//	d s -----0 SEPT         SYSADMIN         JUN 10, 1997 SLIB
//	d d -----0 SEPT         SYSADMIN                      UFAS
//	- m        SEPT         DAT              AUG 25, 1997 MEMBER0
func readGCOS7(l *lister, w *words, e *Entry) error {
	kind, ok := gcosKind(w.word(0))
	if !ok || len(w.word(1)) != 1 || w.n < 6 {
		return errOther
	}
	owner, rights := 2, isGCOS7Rights(w.word(2))
	if rights {
		owner++
	}
	var s stamp
	name := owner + 2
	s.month = monthOf(w.word(name))
	s.day, s.year, s.precision = dayOf(w.word(name+1)), yearOf(w.word(name+2)), parse.PrecisionDay
	dated := s.month > 0 && s.day > 0 && s.year > 0
	if dated {
		name += 3
	}
	if !dated && !rights || name >= w.n || !isGCOS7Name(w.word(owner)) || !isGCOS7Name(w.word(owner+1)) {
		return errOther
	}
	e.Name, e.Kind = w.line[w.at[name].from:w.at[w.n-1].to], kind
	e.Owner, e.Group = w.word(owner), w.word(owner+1)
	if dated {
		s.settle(e, &l.o)
	}
	return nil
}

// isGCOS7Rights reports whether w is rights and a digit, as in "-----0".
func isGCOS7Rights(w string) bool {
	if len(w) != 6 || !scan.IsDigit(w[5]) {
		return false
	}
	for i := range 5 {
		if w[i] != '-' && (w[i] < 'a' || w[i] > 'z') {
			return false
		}
	}
	return true
}

// isGCOS7Name reports whether w can be the name of a user or a project.
func isGCOS7Name(w string) bool {
	return w != "" && strings.Trim(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// gcosKind returns what the first letter of a line means.
func gcosKind(w string) (Kind, bool) {
	switch w {
	case "-":
		return KindFile, true
	case "d":
		return KindDir, true
	}
	return KindUnknown, false
}

// readGCOS8 reads the listing of Bull GCOS 8: rights of the owner, the group and others, size, time, owner,
// name. Catalogs have no time of day.
//
//	d rwx rwx ---           0 02/25/98           alice         catalog
//	- rwx rwx ---     1076480 02/24/98 09:54:17  alice         data
func readGCOS8(l *lister, w *words, e *Entry) error {
	kind, ok := gcosKind(w.word(0))
	if !ok || w.n < 8 || len(w.word(1)) != 3 || len(w.word(2)) != 3 || len(w.word(3)) != 3 {
		return errOther
	}
	mode := w.word(1) + w.word(2) + w.word(3)
	size, ok := scan.DigitsOrOdd(w.word(4))
	var s stamp
	if !ok || !isMode(mode) || !s.numeric(w.word(5)) {
		return errOther
	}
	owner := 6
	if s.clock(w.word(owner)) {
		owner++
	}
	if owner+1 >= w.n {
		return parse.NewError(listLine, w.line, len(w.line), "no name")
	}
	e.Name, e.Kind, e.Mode = w.line[w.at[owner+1].from:], kind, mode
	e.Owner = w.word(owner)
	if kind == KindFile {
		e.Size = size
	}
	s.settle(e, &l.o)
	return nil
}
