package listing

import "strings"

// plainModes is the letters of all modes without set-id and sticky bits, one after the other.
var plainModes = func() string {
	var b strings.Builder
	for bits := range uint32(0o1000) {
		b.WriteString(makeLetters(bits))
	}
	return b.String()
}()

// modeLetters returns the nine letters for the permission bits of Unix, set-id and sticky bits included.
func modeLetters(bits uint32) string {
	if bits < 0o1000 {
		return plainModes[bits*9 : bits*9+9]
	}
	return makeLetters(bits)
}

func makeLetters(bits uint32) string {
	const rwx = "rwxrwxrwx"
	b := []byte(rwx)
	for i := range b {
		if bits&(1<<(8-i)) == 0 {
			b[i] = '-'
		}
	}
	for i, special := range [...]byte{'s', 's', 't'} {
		if bits&(1<<(11-i)) == 0 {
			continue
		}
		if at := 3*i + 2; b[at] == 'x' {
			b[at] = special
		} else {
			b[at] = special &^ 0x20
		}
	}
	return string(b)
}

// modeBits returns the permission bits that nine letters stand for.
func modeBits(letters string) (bits uint32, ok bool) {
	if !isMode(letters) {
		return 0, false
	}
	for i := range len(letters) {
		switch c := letters[i]; c {
		case 'r', 'w', 'x':
			bits |= 1 << (8 - i)
		case 's', 't':
			bits |= 1<<(8-i) | 1<<(11-i/3)
		case 'S', 'T', 'l', 'L': // l is set-gid without x: mandatory locking
			bits |= 1 << (11 - i/3)
		}
	}
	return bits, true
}

// isMode reports whether s is nine letters as ls prints them.
func isMode(s string) bool {
	if len(s) != 9 {
		return false
	}
	for i := range len(s) {
		if modePlaces[s[i]]>>i&1 == 0 {
			return false
		}
	}
	return true
}

// modePlaces has a bit set for each place of nine where a letter of a mode can be.
var modePlaces = [256]uint16{
	'-': 0b111_111_111, 'r': 0b001_001_001, 'w': 0b010_010_010, 'x': 0b100_100_100,
	's': 0b000_100_100, 'S': 0b000_100_100, 'l': 0b000_100_000, 'L': 0b000_100_000, 't': 0b100_000_000, 'T': 0b100_000_000,
}

// octalMode returns the letters for a mode in three to seven octal digits; a file type in it is ignored.
// Fewer digits are not a mode: servers that know no mode send "00".
func octalMode(s string) string {
	if len(s) < 3 || len(s) > 7 {
		return ""
	}
	var bits uint32
	for i := range len(s) {
		if s[i] < '0' || s[i] > '7' {
			return ""
		}
		bits = bits<<3 | uint32(s[i]-'0')
	}
	return modeLetters(bits & 0o7777)
}
