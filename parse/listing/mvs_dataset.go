package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readMVSDataset reads a data set with its columns. Ext and Used may have run together ("213000"), or be
// "+++++" or "*****" if too wide; a VSAM cluster may have none of the columns between Unit and Dsorg. With
// LISTLEVEL 2 there is no Unit.
func readMVSDataset(l *lister, w *words, e *Entry) error {
	name, kind := w.word(w.n-1), mvsKind(w.word(w.n-2))
	if w.n < 4 || kind == KindUnknown || !isMVSVolume(w.word(0)) || !isMVSName(name) {
		return errOther
	}
	i := 1
	if isMVSUnit(w.word(i)) {
		i++
	}
	var s stamp
	dated := false
	switch referred := w.word(i); {
	case referred == "**NONE**":
		i++
	case s.slashYearFirst(referred) && len(referred) == 10, s.numeric(referred) && strings.Contains(referred, "/"):
		dated = true
		i++
	case isDateDigits(referred): // as 0000/00/00
		i++
	case i == 1:
		return errOther
	}
	if w.n-2-i > 5 {
		return errOther
	}
	for j := i; j < w.n-2; j++ {
		if !isMVSNumber(w.word(j)) && !isMVSFormat(w.word(j)) {
			return errOther
		}
	}
	e.Name, e.Kind = name, kind
	if dated {
		s.settle(e, &l.o)
	}
	return nil
}

// mvsKind returns what a data set organisation is for FTP. U at the end is for what can't be moved. The
// generations of a GDG can be listed as the members of a PO can.
func mvsKind(dsorg string) Kind {
	switch dsorg {
	case "PO", "PO-E", "POU", "PDSE", "GDG":
		return KindDir
	case "PS", "PS-E", "PS-L", "PSU", "DA", "DAU", "IS", "ISU", "VS", "VSAM", "HFS", "ZFS", "NONE", "**NONE**", "??":
		return KindFile
	}
	return KindUnknown
}

// readMVSStatus reads a data set that has a phrase, perhaps after the volume, in the place of its columns.
func readMVSStatus(l *lister, w *words, e *Entry) bool {
	last := w.n - 1
	name := w.word(last)
	if last < 1 || !isMVSName(name) {
		return false
	}
	if l.section != mvsDatasets && w.at[last].from-w.at[last-1].to < 8 {
		return false // a sentence
	}
	kind, ok := mvsPhrase(w.between(0, last))
	if !ok && isMVSVolume(w.word(0)) {
		kind, ok = mvsPhrase(w.between(1, last))
	}
	if !ok {
		return false
	}
	e.Name, e.Kind = name, kind
	return true
}

// mvsPhrase returns the kind of what has a phrase for columns. A data set that was moved to slower storage
// comes back when it is read; that it may have members is not known then.
func mvsPhrase(phrase string) (kind Kind, ok bool) {
	switch phrase {
	case "Migrated", "MIGRAT", "Migrated to tape", "Archived", "ARCIVE", "ARCIVE Migrated",
		"Not Mounted", "Not mounted", "Volume not mounted", "Not Direct Access Device", "Not a DASD device",
		"Not a DASD volume", "Tape", "TAPE", "VSAM", "VSAM cluster", "VSAM Cluster":
		return KindFile, true
	case "Pseudo Directory", "GDG", "GDG Base", "Generation Data Group":
		return KindDir, true
	case "User catalog connector", "User Catalog Connector", "Path", "PATH", "AIX", "VSAM Path", "VSAM path":
		return KindOther, true
	case "Error determining attributes", "File not on volume", "Dataset not on volume", "Not on volume",
		"Alias", "ALIAS", "Non-VSAM":
		return KindUnknown, true
	}
	return KindUnknown, false
}

// isMVSVolume reports whether w can be the serial of a volume.
func isMVSVolume(w string) bool {
	if w == "" || len(w) > 6 {
		return false
	}
	for i := range len(w) {
		if c := w[i]; !scan.IsDigit(c) && !scan.IsLetter(c) && !isMVSNational(c) && c != '-' && c != '*' {
			return false
		}
	}
	return true
}

// isMVSUnit reports whether w is a device type such as "3390" or "3380K".
func isMVSUnit(w string) bool {
	if w == "Tape" || w == "TAPE" {
		return true
	}
	return len(w) >= 4 && len(w) <= 7 && scan.AllDigits(w[:4])
}

// isMVSName reports whether w can be the name of a data set, perhaps in quotes.
func isMVSName(w string) bool {
	for i := range len(w) {
		if c := w[i]; !scan.IsDigit(c) && !scan.IsLetter(c) && !isMVSNational(c) && !strings.ContainsRune(".-_'(){}+", rune(c)) {
			return false
		}
	}
	return w != ""
}

// isMVSNumber reports whether w is a number, or what stands for one that is too wide.
func isMVSNumber(w string) bool { return strings.Trim(w, "0123456789+*") == "" }

// isMVSFormat reports whether w is a record format: fixed, variable, undefined, D of tapes in ASCII; blocked,
// spanned or standard, with control characters of ASA or the machine, with track overflow.
func isMVSFormat(w string) bool {
	return w == "NONE" || len(w) <= 5 && strings.Trim(w[:1], "FVUD?") == "" && strings.Trim(w[1:], "BSAMT?") == ""
}
