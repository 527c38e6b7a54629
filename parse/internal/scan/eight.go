package scan

import (
	"math/bits"
	"unicode/utf8"
)

// Eight bytes are looked at at once by arithmetic: ones has each byte 1, tops each highest bit.
const Ones, Tops = 0x0101010101010101, 0x8080808080808080

// Eight returns the first eight bytes of s as a number, the first lowest.
func Eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// controls returns a number that has the highest bit of each byte set that is a control character in x. It may be
// wrong about bytes from 0x80 on and about those after a control character.
func controls(x uint64) uint64 {
	return ((x - Ones*' ') | (x + Ones)) & Tops // below a blank, or 0x7f
}

// Pairs returns the four numbers of two digits that x is, in 16 bits each, the first one lowest. It is not ok if a byte
// is not a digit.
func Pairs(x uint64) (p uint64, ok bool) {
	x ^= Ones * '0'
	ok = (x+Ones*(0x7f-9)|x)&Tops == 0
	return (x*10 + x>>8) & 0x00ff00ff00ff00ff, ok
}

// LeadingDigits returns the value of the digits that x starts with, and how many there are. Without a loop, numbers of
// any length take the same time.
func LeadingDigits(x uint64) (n int64, digits int) {
	x ^= Ones * '0'
	digits = bits.TrailingZeros64((x+Ones*(0x7f-9)|x)&Tops) / 8
	if digits == 0 {
		return 0, 0
	}
	x <<= 64 - 8*digits // zeros in front
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	x = (x*10000 + x>>32) & 0xffffffff
	return int64(x), digits
}

// IsASCII reports whether s has no byte from 0x80 on.
func IsASCII(s string) bool {
	if len(s) >= 8 {
		for i := 0; i+8 < len(s); i += 8 {
			if Eight(s[i:])&Tops != 0 {
				return false
			}
		}
		return Eight(s[len(s)-8:])&Tops == 0
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
