package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// cutInode drops what "ls -i" and "ls -s" print before the mode: the number of the inode, the count of blocks, or both. Nothing
// else is one or two numbers and then a mode of ten letters.
func (w *words) cutInode() {
	for i := 0; i < 2 && i+1 < w.n; i++ {
		if _, ok := scan.Size(w.word(i)); !ok || !scan.IsDigit(w.word(i)[0]) {
			return
		}
		if mode := w.word(i + 1); len(mode) >= 10 && unixKind(mode[0]) != KindUnknown && (isMode(mode[1:10]) || isUnknownMode(mode)) {
			copy(w.at[:], w.at[i+1:w.n])
			w.n -= i + 1
			return
		}
	}
}

// isUnknownMode reports whether mode is what "ls" prints for a file that it could not look at.
func isUnknownMode(mode string) bool { return len(mode) == 10 && mode[1:] == "?????????" }

// readUnixUnknown reads the line of a file that "ls" could not look at. The name is all there is.
//
//	-????????? ? ?    ?        ?            ? ledger
func readUnixUnknown(w *words, e *Entry) bool {
	const columns = 6
	if w.n <= columns || !isUnknownMode(w.word(0)) {
		return false
	}
	for i := 1; i < columns; i++ {
		if w.word(i) != "?" {
			return false
		}
	}
	if e.Kind = unixKind(w.word(0)[0]); w.word(0)[0] == '?' {
		e.Kind = KindUnknown
	}
	e.Name = w.line[w.after(columns-1):]
	if e.Kind == KindLink {
		e.Name, e.Target, _ = strings.Cut(e.Name, " -> ")
	}
	return e.Name != ""
}
