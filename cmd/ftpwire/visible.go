package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible escapes what could control a terminal: control characters, invisible and
// direction-changing ones, and bytes that are not UTF-8.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
		case r == ' ' || unicode.IsPrint(r):
			b.WriteString(s[i : i+n])
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += n
	}
	return b.String()
}

// visibleName returns a file's name as a listing shows it: as it is, or in quotes
// with escapes where it could be taken for something else.
func visibleName(s string) string {
	if s == "" || visible(s) != s || strings.TrimSpace(s) != s || s[0] == '"' {
		return strconv.Quote(s)
	}
	return s
}
