package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// notSeveral is what is wrong with a line of several files if one of them can't be read.
const notSeveral = "neither a file nor the end of the line"

// readKA9Q reads the listings of KA9Q NOS and JNOS: "name [size] time date", with a slash after directories, up to
// two times on a line.
//
//	docs/          18:23  5/04/93    readme  2,320  11:20  1/03/93
//	2 files
func readKA9Q(l *lister, w *words, e *Entry) error {
	if w.n == 2 && scan.AllDigits(w.word(0)) && (w.word(1) == "files" || w.word(1) == "file") {
		return ErrNotEntry
	}
	next := l.ka9qFile(w, 0, e)
	if next == 0 {
		return errOther
	}
	return l.readMore(w, next, l.ka9qFile)
}

// readMore adds the files in the words from the i-th on to l.more. What read finds there is one file, of which it
// returns the index of the word after, 0 for none.
func (l *lister) readMore(w *words, i int, read func(w *words, i int, e *Entry) (next int)) error {
	for i < w.n {
		e := Entry{Size: -1}
		next := read(w, i, &e)
		if next == 0 || w.n == maxWords { // there may be more than was split
			return parse.NewError(listLine, w.line, w.at[i].from, notSeveral)
		}
		l.more = append(l.more, e)
		i = next
	}
	return nil
}

// ka9qFile reads one file from the i-th word on.
func (l *lister) ka9qFile(w *words, i int, e *Entry) (next int) {
	e.Kind = KindFile
	name, isDir := strings.CutSuffix(w.word(i), "/")
	i++
	if isDir && name != "" {
		e.Kind = KindDir
	} else {
		var ok bool
		if e.Size, ok = ka9qSize(w.word(i)); !ok {
			return 0
		}
		i++
	}
	var s stamp
	date := w.word(i + 1)
	if !s.clock(w.word(i)) || !s.numeric(date) || s.year == 0 || !strings.Contains(date, "/") || s.outOfRange() != "" {
		return 0
	}
	s.precision = parse.PrecisionMinute
	e.Name = name
	s.resolve(e, &l.o)
	return i + 2
}

// ka9qSize reads digits with or without commas.
func ka9qSize(w string) (int64, bool) {
	if !strings.Contains(w, ",") {
		return scan.Size(w)
	}
	if n, ok := scan.Size(w); ok {
		return n, ok
	}
	return -1, strings.Trim(w, "0123456789,") == "" // a comma out of place: a size, but which
}

// readTSXPlus reads the listings of TSX-Plus and RT-11: "name.type blocks" up to three times on a line, then the
// number of files. A block has 512 octets. The name is padded to six characters before the dot: "m6800 .h" is
// m6800.h. Lines with one file are taken where the listing is known to be of this dialect.
//
//	     cug292.dsk   3000        cug346.dsk   1350
//	     readme.txt      6
//	Directory [du3:*.*] / 7 Files / 14876 Blocks
func readTSXPlus(l *lister, w *words, e *Entry) error {
	if w.word(0) == "Directory" && w.n == 8 && w.word(2) == "/" && w.word(4) == "Files" && w.word(7) == "Blocks" {
		return ErrNotEntry
	}
	next := readTSXFile(w, 0, e)
	if next == 0 || next == w.n && (l.cur == nil || l.cur.name != "tsxplus") || l.readMore(w, next, readTSXFile) != nil {
		return errOther
	}
	return nil
}

// readTSXFile reads one file from the i-th word on.
func readTSXFile(w *words, i int, e *Entry) (next int) {
	name, blocks, next := tsxFile(w, i)
	if next > 0 {
		e.Kind, e.Name, e.Size = KindFile, name, blocks*512
	}
	return next
}

// tsxFile reads the name and the number of blocks in the words from the i-th on. It returns the index of the next
// word, 0 if there is something else.
func tsxFile(w *words, i int) (name string, blocks int64, next int) {
	name = w.word(i)
	if typ := w.word(i + 1); strings.HasPrefix(typ, ".") && !strings.Contains(name, ".") {
		i++
		name += typ
	}
	stem, typ, ok := strings.Cut(name, ".")
	if n := scan.Small(w.word(i + 1)); ok && n >= 0 && stem != "" && len(stem) <= 6 && len(typ) <= 3 {
		return name, int64(n), i + 2
	}
	return "", 0, 0
}
