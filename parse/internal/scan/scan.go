package scan

import "math"

func IsDigit(c byte) bool   { return '0' <= c && c <= '9' }
func IsBlank(c byte) bool   { return c == ' ' || c == '\t' }
func isControl(c byte) bool { return c < ' ' || c == 0x7f }
func IsLetter(c byte) bool  { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// DigitsEnd returns the index after the digits that start at s[i].
func DigitsEnd(s string, i int) int {
	for i < len(s) && IsDigit(s[i]) {
		i++
	}
	return i
}

// SkipBlanks returns the index of the first byte at or after i that is not a blank.
func SkipBlanks(s string, i int) int {
	for i < len(s) && IsBlank(s[i]) {
		i++
	}
	return i
}

// AllDigits reports whether s is one or more ASCII digits. Signs, blanks and other scripts don't count.
func AllDigits(s string) bool { return s != "" && DigitsEnd(s, 0) == len(s) }

// Number returns the value of s, which must be digits only. It is not ok if the value exceeds an int64.
func Number(s string) (n int64, ok bool) {
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

// Small returns the value of s if it is one to four digits, else -1.
func Small(s string) int {
	if len(s) > 4 {
		return -1
	}
	n, ok := Number(s)
	if !ok {
		return -1
	}
	return int(n)
}

// ControlAt returns the index of the first control character in s, or -1.
func ControlAt(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if controls(Eight(s[i:])) != 0 {
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

// LowerASCII returns s with A-Z in lower case and every other byte as it is, invalid UTF-8 included.
func LowerASCII(s string) string {
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

// TrimEOL removes one line end, CRLF or LF.
func TrimEOL(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		s = s[:n-1]
		if n := len(s); n > 0 && s[n-1] == '\r' {
			s = s[:n-1]
		}
	}
	return s
}

// TwoDigits returns the value of the two digits at s[i:], a number below 0 if there is something else.
func TwoDigits(s string, i int) int {
	tens, units := s[i]-'0', s[i+1]-'0'
	if tens > 9 || units > 9 {
		return -1
	}
	return int(tens)*10 + int(units)
}

// Nanoseconds returns the value of the decimal fraction with the given digits.
func Nanoseconds(digits string) int {
	n := 0
	for i := range 9 {
		n *= 10
		if i < len(digits) {
			n += int(digits[i] - '0')
		}
	}
	return n
}
