package transcript

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unescape decodes the text of an S: or C: line. If star is set, a bare * ends
// the text and wildcard is true. The error says what is wrong, not where.
func unescape(s string, star bool) (text string, wildcard bool, err error) {
	var b strings.Builder
	for s != "" {
		switch {
		case s[0] == '*' && star:
			if s != "*" {
				return "", false, errors.New("text behind the wildcard *; a literal * is \\x2a")
			}
			return b.String(), true, nil
		case s[0] != '\\':
			b.WriteByte(s[0])
			s = s[1:]
		default:
			r, multibyte, tail, err := strconv.UnquoteChar(s, 0)
			if err != nil {
				return "", false, errors.New("invalid escape; a backslash is \\\\")
			}
			if multibyte {
				b.WriteRune(r)
			} else {
				b.WriteByte(byte(r))
			}
			s = tail
		}
	}
	return b.String(), false, nil
}

// escape is the inverse of unescape.
func escape(text string, star, wildcard bool) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		last := i+size == len(text) && !wildcard
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '*' && star, r == ' ' && last, r == utf8.RuneError && size == 1, !strconv.IsPrint(r):
			for _, c := range []byte(text[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		default:
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	if wildcard {
		b.WriteByte('*')
	}
	return b.String()
}
