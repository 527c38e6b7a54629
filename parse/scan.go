package parse

import "math"

func isDigit(c byte) bool   { return '0' <= c && c <= '9' }
func isBlank(c byte) bool   { return c == ' ' || c == '\t' }
func isControl(c byte) bool { return c < ' ' || c == 0x7f }
func isLetter(c byte) bool  { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// digitsEnd returns the index after the digits that start at s[i].
func digitsEnd(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// skipBlanks returns the index of the first byte at or after i that is not a blank.
func skipBlanks(s string, i int) int {
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	return i
}

// allDigits reports whether s is one or more ASCII digits. Signs, blanks and other scripts don't count.
func allDigits(s string) bool { return s != "" && digitsEnd(s, 0) == len(s) }

// number returns the value of s, which must be digits only. It is not ok if the value exceeds an int64.
func number(s string) (n int64, ok bool) {
	const safe = 18 // digits that can't exceed an int64
	for i := range len(s) {
		d := int64(s[i]) - '0'
		if d < 0 || d > 9 || i >= safe && n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, s != ""
}

// small returns the value of s if it is one to four digits, else -1.
func small(s string) int {
	if len(s) > 4 {
		return -1
	}
	n, ok := number(s)
	if !ok {
		return -1
	}
	return int(n)
}

// controlAt returns the index of the first control character in s, or -1.
func controlAt(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if controls(eight(s[i:])) != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if isControl(s[i]) {
			return i
		}
	}
	return -1
}

// lowerASCII returns s with A-Z in lower case and every other byte as it is, invalid UTF-8 included.
func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if 'A' <= b[j] && b[j] <= 'Z' {
					b[j] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// trimEOL removes one line end, CRLF or LF.
func trimEOL(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		s = s[:n-1]
		if n := len(s); n > 0 && s[n-1] == '\r' {
			s = s[:n-1]
		}
	}
	return s
}
