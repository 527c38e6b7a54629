package listing

import (
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Options says what the lines of LIST do not tell. The zero value works.
type Options struct {
	// Now is the time from which dates such as "Jan  2 15:04" get their year. If zero, such entries have
	// no time.
	Now time.Time

	// Location is the zone of the server's local times. If nil, they are read as UTC and marked
	// ZoneUnknown.
	Location *time.Location

	// Dialect is the only format to expect, one of [Dialects]. If empty, the format is detected line
	// by line; the format of the line before is tried first.
	Dialect string

	// System is the text of the 215 reply to SYST. If it names a known system, the format
	// of that system is tried first.
	System string

	// Dates is how dates are written in the formats "unix", "dos", "macos" and "os400", where they
	// differ from server to server. If nil, all known forms are recognised.
	Dates *DateFormat

	// CodePage is that of the names. If nil, they are UTF-8.
	CodePage *CodePage

	// Parser begins a listing that the caller's own code reads: the function that it returns
	// gets each line of it, in order and without line ends, before any format of [Dialects]
	// does. It returns the entry; or [ErrNotEntry] for a line to leave out, such as a
	// heading; or errors.ErrUnsupported, also wrapped, for a line that the formats of this
	// package are to read. Any other error is that of the line, and the listing goes on. A
	// Size that the line does not tell is -1. Text, Raw and Dialect ("own") are filled in
	// where they are empty. A panic goes through to whoever reads the listing. The lines of
	// MLSD are never given to it. If nil, there is none.
	Parser func() func(line string) (Entry, error) `json:"-"`

	latest *stamp // Now and clockAhead in Location, worked out once
}

// Line reads a single line of LIST. Formats whose heading defines the columns, whose entries take two lines, or that have
// several files on one line need [Read]. RFC 959 leaves the format to the server; see [Dialects] for those that are
// understood.
//
// Lines that describe no file, such as "total 12", are ErrNotEntry; every line that is not understood is
// an *parse.Error. On an error, only Raw of the entry is set.
func Line(line string, o Options) (Entry, error) {
	l, err := newLister(o)
	if err != nil {
		return notRead(line), err
	}
	return l.read(scan.TrimEOL(line))
}

// listLine is what an Error of List is about.
const listLine = "LIST line"

// notRead returns the entry of a line without one.
func notRead(line string) Entry { return Entry{Size: -1, Raw: line} }

// isRemark reports whether a line says something about the listing: "total 12" in the server's language, or
// the "Status of" that comes with STAT.
func isRemark(w *words) bool {
	first, second := scan.LowerASCII(w.word(0)), scan.LowerASCII(w.word(1))
	switch strings.TrimRight(first, ":") {
	case "total", "totale", "totaal", "totalt", "insgesamt", "gesamt", "razem", "celkem", "toplam",
		"összesen", "итого", "Итого", "всего", "Всего", "合計", "总用量", "总计", "總計", "합계":
		return w.n == 1 || scan.IsDigit(second[0])
	case "status":
		return second == "of"
	case "end":
		return second == "of" && w.n == 3 && scan.LowerASCII(w.word(2)) == "status"
	}
	return false
}
