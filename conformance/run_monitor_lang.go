package conformance

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// foreignWords are words with bytes outside ASCII.
type foreignWords map[string]bool

// add keeps the foreign words of a text and reports whether there are any.
func (w foreignWords) add(text string) (any bool) {
	for word := range foreign(text) {
		w[word], any = true, true
	}
	return any
}

// foreign yields the words of a text that have bytes outside ASCII.
func foreign(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		ends := func(r rune) bool {
			return r < utf8.RuneSelf && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
		}
		for word := range strings.FieldsFuncSeq(text, ends) {
			if strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) && !yield(word) {
				return
			}
		}
	}
}

// language finds text of the server outside ASCII, which nobody has asked for. Pathnames
// in replies do not count: we have sent them, now or earlier.
func (w *watch) language(line string) {
	c := w.conn
	if c.sent["LANG"] || c.foreign {
		return
	}
	for word := range foreign(line) {
		if !c.run.heard[word] {
			c.run.found(monASCII, Warn, c, fmt.Sprintf("%q is not in ASCII, though no LANG has asked for that", visible(line)))
			return
		}
	}
}
