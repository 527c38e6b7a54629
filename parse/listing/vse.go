package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readVSE reads the levels of the file system of TCP/IP for VSE: its root, the sublibraries of a library, the
// members of one, and a VSAM catalog. Dates start with the year, of two digits.
//
//	PRD1       <Library>
//	DFHTEMP    Entry Seq VSAM
//	CONFIG     <Sub Library>          38          54   98/01/24   10:54
//	README.TXT                 80          1  99/07/09  15:10  F
//	MODEL.ESDS                                   99/02/09  18:27           0 E
//
// A member has its octets first, then library blocks; the records of a VSAM file are no octets.
func readVSE(l *lister, w *words, e *Entry) error {
	switch {
	case strings.HasPrefix(w.word(1), "<"):
		return readVSELevel(l, w, e)
	case w.n == 4 && w.word(2) == "Seq" && w.word(3) == "VSAM",
		w.n == 4 && w.word(2) == "Rec" && w.word(3) == "VSAM":
		e.Name, e.Kind = w.word(0), KindFile
		return nil
	case w.n == 6 && isVSELetter(w.word(5), "FSVU"):
		size, ok := scan.Size(w.word(1))
		if _, blocks := scan.Size(w.word(2)); !ok || !blocks {
			return errOther
		}
		e.Name, e.Kind, e.Size = w.word(0), KindFile, size
		return readVSETime(l, w, e, 3)
	case w.n == 5 && isVSELetter(w.word(4), "EKRSV"):
		if _, ok := scan.Size(w.word(3)); !ok {
			return errOther
		}
		e.Name, e.Kind = w.word(0), KindFile
		return readVSETime(l, w, e, 1)
	}
	return errOther
}

// readVSELevel reads what stands for more files: a name, and what it is in angle brackets. Sublibraries have
// the number of members and blocks, and a time.
func readVSELevel(l *lister, w *words, e *Entry) error {
	last := 1
	for last < w.n-1 && !strings.HasSuffix(w.word(last), ">") {
		last++
	}
	if !isVSELevel(w.between(1, last+1)) {
		return errOther
	}
	e.Name, e.Kind = w.word(0), KindDir
	switch w.n - 1 - last {
	case 0:
		return nil
	case 4:
		return readVSETime(l, w, e, last+3)
	}
	return errOther
}

// isVSELevel reports whether w names a level. The <DIR> of others does not.
func isVSELevel(w string) bool {
	switch w {
	case "<Directory>", "<Library>", "<Sub Library>", "<Sublibrary>", "<VSAM Catalog>", "<Power Queues>", "<Power Queue>",
		"<POWER Queues>", "<POWER Queue>", "<Power Class>", "<ICCF Library>", "<ICCF Libraries>", "<VTOC>", "<Volume>":
		return true
	}
	return false
}

// isVSELetter reports whether w is one letter out of a set.
func isVSELetter(w, set string) bool { return len(w) == 1 && strings.Contains(set, w) }

// readVSETime reads the date and the time of day in the i-th word and the next.
func readVSETime(l *lister, w *words, e *Entry, i int) error {
	var s stamp
	if !s.slashYearFirst(w.word(i)) || !s.clock(w.word(i+1)) {
		return errOther
	}
	s.settle(e, &l.o)
	return nil
}
