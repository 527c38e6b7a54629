package parse

import "strings"

// severalOnLine is what is wrong with lines that hold more than one file: an entry is one line.
const severalOnLine = "more than one file on a line"

// readKA9Q reads the listings of KA9Q NOS and JNOS: "name [size] time date", with a slash behind directories. These
// servers put two files on a line; such lines are refused.
//
//	readme  2,320  11:20  1/03/93
func readKA9Q(l *lister, w *words, e *Entry) error {
	if w.n == 2 && allDigits(w.word(0)) && (w.word(1) == "files" || w.word(1) == "file") {
		return ErrNotEntry
	}
	clock := 1
	e.Kind = KindFile
	name, isDir := strings.CutSuffix(w.word(0), "/")
	if isDir && name != "" {
		e.Kind = KindDir
	} else {
		var ok bool
		if e.Size, ok = ka9qSize(w.word(1)); !ok {
			return errOther
		}
		clock = 2
	}
	var s stamp
	if !s.clock(w.word(clock)) || !s.numeric(w.word(clock+1)) || s.year == 0 || !strings.Contains(w.word(clock+1), "/") ||
		s.outOfRange() != "" {
		return errOther
	}
	if clock+2 < w.n {
		return fail(listLine, w.line, w.at[clock+2].from, severalOnLine)
	}
	s.precision = PrecisionMinute
	e.Name = name
	s.resolve(e, l.o)
	return nil
}

// ka9qSize reads digits with or without commas.
func ka9qSize(w string) (int64, bool) {
	if !strings.Contains(w, ",") {
		return listSize(w)
	}
	if n, ok := listSize(w); ok {
		return n, ok
	}
	return -1, strings.Trim(w, "0123456789,") == "" // a comma out of place: a size, but which
}

// readTSXPlus reads the listings of TSX-Plus and RT-11: "name.type blocks" up to three times on a line, then the
// number of files. A block has 512 octets. The name is padded to six characters before the dot: "m6800 .h" is
// m6800.h. Lines with one file are taken where the listing is known to be of this dialect, others are refused.
//
//	     cug292.dsk   3000        cug346.dsk   1350
//	     readme.txt      6
//	Directory [du3:*.*] / 7 Files / 14876 Blocks
func readTSXPlus(l *lister, w *words, e *Entry) error {
	if w.word(0) == "Directory" && w.n == 8 && w.word(2) == "/" && w.word(4) == "Files" && w.word(7) == "Blocks" {
		return ErrNotEntry
	}
	name, blocks, next := tsxFile(w, 0)
	if next == 0 {
		return errOther
	}
	if next < w.n {
		for i := next; i < w.n; {
			if _, _, i = tsxFile(w, i); i == 0 {
				return errOther
			}
		}
		return fail(listLine, w.line, w.at[next].from, severalOnLine)
	}
	if l.cur == nil || l.cur.name != "tsxplus" {
		return errOther
	}
	e.Kind, e.Name, e.Size = KindFile, name, blocks*512
	return nil
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
	if n := small(w.word(i + 1)); ok && n >= 0 && stem != "" && len(stem) <= 6 && len(typ) <= 3 {
		return name, int64(n), i + 2
	}
	return "", 0, 0
}
