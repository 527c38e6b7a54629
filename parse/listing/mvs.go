package listing

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// What the last heading of z/OS announced.
const (
	mvsDatasets = 1 + iota
	mvsMembers
	mvsModules
)

// readMVS reads the three tables of z/OS, which all start with a heading:
//
//	Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
//	VOL001 3390   2006/01/02  1   15  FB      80  6160  PO  SRC.COBOL
//	Migrated                                                OLD.DATA
//
//	 Name     VV.MM   Created       Changed      Size  Init   Mod   Id
//	MEMBER    01.02 2006/01/02 2006/01/03 15:04    15    12     3 USER1
//	PLAIN
//
//	 Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode
//	MODULE    000058   000009          00 FO             RN RU            31    ANY
//
// "Referred" is the day of the last use, the only date that there is; it is taken as the time. The sizes of
// data sets are tracks and those of members are records: no octets, so there is none. The size of a load
// module is in octets, in hexadecimal.
func readMVS(l *lister, w *words, e *Entry) error {
	if section := mvsHeading(w); section != 0 {
		l.section = section
		return ErrNotEntry
	}
	if err := readMVSMember(l, w, e); err != errOther {
		return err
	}
	if readMVSModule(l, w, e) {
		return nil
	}
	if err := readMVSDataset(l, w, e); err != errOther {
		return err
	}
	if readMVSStatus(l, w, e) || readMVSBare(l, w, e) {
		return nil
	}
	return errOther
}

// mvsHeading returns which table a heading announces, 0 if the line is none.
func mvsHeading(w *words) int {
	switch first, second := w.word(0), w.word(1); {
	case first == "Volume" && w.word(w.n-1) == "Dsname":
		return mvsDatasets
	case first == "Name" && second == "VV.MM":
		return mvsMembers
	case first == "Name" && second == "Size" && w.word(2) == "TTR":
		return mvsModules
	}
	return 0
}

// readMVSMember reads a member with the statistics of the editor: version and modification, both dates, the
// time of the later, three counts of records, the user.
func readMVSMember(l *lister, w *words, e *Entry) error {
	version := w.word(1)
	if w.n < 8 || w.n > 9 || !isMVSMember(w.word(0)) || len(version) != 5 || version[2] != '.' ||
		!scan.AllDigits(version[:2]) || !scan.AllDigits(version[3:]) {
		return errOther
	}
	var created, s stamp
	if !created.slashYearFirst(w.word(2)) || !s.slashYearFirst(w.word(3)) || !s.clock(w.word(4)) ||
		!scan.AllDigits(w.word(5)) || !scan.AllDigits(w.word(6)) || !scan.AllDigits(w.word(7)) {
		return errOther
	}
	e.Name, e.Kind, e.Owner = w.word(0), KindFile, w.word(8)
	s.settle(e, &l.o)
	return nil
}

// readMVSModule reads a load module. An alias is a file of its own.
func readMVSModule(l *lister, w *words, e *Entry) bool {
	size, ttr := w.word(1), w.word(2)
	if w.n < 4 || !isMVSMember(w.word(0)) || len(size) < 6 || len(size) > 8 || len(ttr) != 6 {
		return false
	}
	if l.section != mvsModules && !isMVSAddressing(w.word(w.n-1)) && !isMVSAddressing(w.word(w.n-2)) {
		return false
	}
	n, err := strconv.ParseUint(size, 16, 32)
	if _, terr := strconv.ParseUint(ttr, 16, 32); err != nil || terr != nil {
		return false
	}
	e.Name, e.Kind, e.Size = w.word(0), KindFile, int64(n)
	return true
}

// isMVSAddressing reports whether w is an addressing or residency mode.
func isMVSAddressing(w string) bool {
	switch w {
	case "24", "31", "64", "ANY", "MIN", "SPLIT":
		return true
	}
	return false
}

// mvsPadded is the least length of a line of members when blanks stand for the statistics.
const mvsPadded = 60

// readMVSBare reads a member without statistics. A lone word is one only after the heading or other lines of z/OS, padded to the
// width of the table, or if the caller or the server says what it is.
func readMVSBare(l *lister, w *words, e *Entry) bool {
	known := l.section == mvsMembers || l.section == mvsModules || len(w.line) >= mvsPadded && w.at[0].from == 0 ||
		l.section == 0 && (l.o.Dialect == "mvs" || l.cur != nil && l.cur.name == "mvs")
	if !known || w.n != 1 || !isMVSMember(w.word(0)) {
		return false
	}
	e.Name, e.Kind = w.word(0), KindFile
	return true
}

// isMVSMember reports whether w can be the name of a member: one to eight capitals, digits or national
// characters, no digit first.
func isMVSMember(w string) bool {
	if w == "" || len(w) > 8 || scan.IsDigit(w[0]) {
		return false
	}
	for i := range len(w) {
		if c := w[i]; !scan.IsDigit(c) && (c < 'A' || c > 'Z') && !isMVSNational(c) && c != '{' {
			return false
		}
	}
	return true
}

// isMVSNational reports whether c is a letter beyond A to Z. What other code pages have in the place of
// $, # and @ is not ASCII.
func isMVSNational(c byte) bool { return c == '$' || c == '#' || c == '@' || c >= 0x80 }

// slashYearFirst reads "2006/01/02" and "06/01/02".
func (s *stamp) slashYearFirst(w string) bool {
	year, rest, _ := strings.Cut(w, "/")
	month, day, _ := strings.Cut(rest, "/")
	if len(month) != 2 || len(day) != 2 {
		return false
	}
	s.year, s.month, s.day, s.precision = scan.Small(year), scan.Small(month), scan.Small(day), parse.PrecisionDay
	if len(year) == 2 {
		s.year = yearOfTwoDigits(scan.Small(year))
	}
	return s.year >= firstYear && s.month >= 0 && s.day >= 0
}
