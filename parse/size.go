package parse

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// Size returns the number of octets in the text of a 213 reply to SIZE, which is given without its code
// (RFC 3659, Section 4). The RFC wants digits alone. Some servers put words around them; then the text must
// hold exactly one number that is a word of its own, as in "file.txt 51 bytes", or exactly one that follows
// the word "size", as in "file: 213, Size =51". Anything else is refused, as is a number beyond an int64.
func Size(text string) (int64, error) {
	const what = "213 reply to SIZE"
	trimmed := strings.Trim(text, " \t")
	if scan.AllDigits(trimmed) {
		return sizeAt(what, text, strings.Index(text, trimmed), len(trimmed))
	}
	if i := oddWord(text); i >= 0 {
		return 0, NewError(what, text, i, "not a number of octets")
	}
	var all, named [][2]int // position and length
	for i := 0; i < len(text); i++ {
		if !scan.IsDigit(text[i]) {
			continue
		}
		end := scan.DigitsEnd(text, i)
		if ownWord(text, i, end) {
			all = append(all, [2]int{i, end - i})
			if afterSize(text[:i]) {
				named = append(named, [2]int{i, end - i})
			}
		}
		i = end
	}
	switch {
	case len(named) == 1:
		return sizeAt(what, text, named[0][0], named[0][1])
	case len(all) == 1:
		return sizeAt(what, text, all[0][0], all[0][1])
	case len(all) == 0:
		return 0, NewError(what, text, 0, "no number")
	}
	return 0, NewError(what, text, all[1][0], "more than one number")
}

// oddWord returns where a word of text is an odd number, or -1.
func oddWord(text string) int {
	for i := 0; i < len(text); i++ {
		end := i
		for end < len(text) && !strings.ContainsRune(" \t=:()<>;", rune(text[end])) {
			end++
		}
		if w := strings.TrimRight(text[i:end], ".,"); scan.IsOddNumber(w) {
			return i
		}
		i = end
	}
	return -1
}

// sizeAt returns the value of the n digits at text[i:].
func sizeAt(what, text string, i, n int) (int64, error) {
	v, ok := scan.Number(text[i : i+n])
	if !ok {
		return 0, NewError(what, text, i, "number too large")
	}
	return v, nil
}

// ownWord reports whether the digits text[i:end] are neither part of a word nor of another kind of number:
// signed, with separators, hexadecimal, a date.
func ownWord(text string, i, end int) bool {
	if i > 0 && !strings.ContainsRune(" \t=:(<", rune(text[i-1])) {
		return false
	}
	if end == len(text) || strings.ContainsRune(" \t)>;", rune(text[end])) {
		return true
	}
	sentence := text[end] == '.' || text[end] == ','
	return sentence && (end+1 == len(text) || scan.IsBlank(text[end+1]))
}

// afterSize reports whether s ends in the word "size", with "=", ":" or blanks after it.
func afterSize(s string) bool {
	s = scan.LowerASCII(strings.TrimRight(s, " \t=:"))
	word, ok := strings.CutSuffix(s, "size")
	return ok && (word == "" || !scan.IsLetter(word[len(word)-1]))
}
