package listing

import (
	"math"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// readMPE reads what the command LISTFILE of MPE/iX prints with format 2; LISTF has the name first:
//
//	PATH= /SYS/PUB/
//
//	CODE  ------------LOGICAL RECORD-----------  ----SPACE----  FILENAME
//	        SIZE  TYP        EOF      LIMIT R/B  SECTORS #X MX
//
//	NMPRG   128W  FB         635        635   1      640  1  8  prog.bin
//	         16W  HBD          0   67107839   1       32  1  *  dist/
//
// The code may be missing, and an asterisk marks a file that is in use. EOF counts records: where all have
// one size, in bytes or words of two, that makes octets.
func readMPE(l *lister, w *words, e *Entry) error {
	if isMPEHeading(w) {
		return ErrNotEntry
	}
	record := mpeRecord(w)
	if record < 0 {
		return errOther
	}
	name := 0
	if mx := record + 7; mx == w.n-2 && record <= 1 {
		name = w.n - 1
	} else if mx != w.n-1 || record < 1 || record > 2 {
		return errOther
	}
	e.Name = strings.Trim(w.word(name), "*")
	e.Kind = KindFile
	if kind := w.word(record + 1); len(kind) > 2 && kind[0] == 'H' && kind[2] == 'D' || strings.HasSuffix(e.Name, "/") {
		e.Kind, e.Name = KindDir, strings.TrimSuffix(e.Name, "/")
	} else {
		e.Size = mpeSize(w.word(record), kind, w.word(record+2))
	}
	if e.Name == "" {
		return parse.NewError(listLine, w.line, w.at[name].from, "no name")
	}
	return nil
}

// mpeRecord returns the index of the record size before a type and six numbers, or -1.
func mpeRecord(w *words) int {
	for i := 0; i < 3 && i+7 < w.n; i++ {
		size, kind := w.word(i), w.word(i+1)
		unit := len(size) - 1
		if unit < 1 || !scan.AllDigits(size[:unit]) || size[unit] != 'B' && size[unit] != 'W' ||
			len(kind) < 2 || len(kind) > 5 || strings.IndexByte("FVUBHDSR", kind[0]) < 0 || kind[1] != 'A' && kind[1] != 'B' {
			continue
		}
		columns := true
		for j := i + 2; j < i+8; j++ {
			columns = columns && (scan.IsDigitsOrOdd(w.word(j)) || j > i+5 && w.word(j) == "*")
		}
		if columns {
			return i
		}
	}
	return -1
}

// mpeSize returns the octets of a file of fixed records or of a byte stream, -1 of any other.
func mpeSize(record, kind, eof string) int64 {
	unit := len(record) - 1
	size, ok := scan.Number(record[:unit])
	n, nok := scan.Number(eof)
	if !ok || !nok || kind[0] != 'F' && kind[0] != 'B' || size > math.MaxInt32 {
		return -1
	}
	if record[unit] == 'W' {
		size *= 2
	}
	if size > 0 && n > math.MaxInt64/size {
		return -1
	}
	return size * n
}

// isMPEHeading reports whether a line says where the files are, or heads the columns.
func isMPEHeading(w *words) bool {
	switch w.word(0) {
	case "PATH=":
		return w.n == 2
	case "ACCOUNT=":
		return w.word(2) == "GROUP="
	case "CODE", "FILENAME":
		return strings.Contains(w.line, "LOGICAL RECORD")
	case "SIZE":
		return w.word(1) == "TYP" && w.word(2) == "EOF"
	}
	return false
}
