package scan

import (
	"math"
	"strings"
)

// Size reads a size: digits, digits in groups of three with dots or commas ("1,234,567"), or a number
// with k, M or G ("1.5k"). A number that no int64 holds is -1, but a size: servers print 2^64-1. So is an odd number,
// see IsOddNumber.
func Size(w string) (n int64, ok bool) {
	end := DigitsEnd(w, 0)
	if end == 0 {
		return -1, IsOddNumber(w)
	}
	if end == len(w) {
		if n, ok = Number(w); !ok {
			n = -1
		}
		return n, true
	}
	if n, ok = groupedSize(w, end); ok {
		return n, true
	}
	if n, ok = scaledSize(w, end); ok {
		return n, true
	}
	return -1, IsOddNumber(w)
}

// IsDigitsOrOdd reports whether w is a size where sizes are digits alone.
func IsDigitsOrOdd(w string) bool { return AllDigits(w) || IsOddNumber(w) }

// DigitsOrOdd is number with odd numbers, which are -1.
func DigitsOrOdd(w string) (n int64, ok bool) {
	if n, ok = Number(w); ok {
		return n, true
	}
	return -1, IsOddNumber(w)
}

// IsOddNumber reports whether w is a number that can't be a size: with a sign ("-1", which servers print for sizes that
// their numbers do not hold), in hexadecimal digits ("0x1f"), with an exponent ("1.5e+09") or a fraction of an octet.
// Its last digits must not be read as a size.
func IsOddNumber(w string) bool {
	if w == "" {
		return false
	}
	if w[0] == '-' || w[0] == '+' {
		w = w[1:]
		_, ok := Size(w)
		return ok && IsDigit(w[0])
	}
	if len(w) > 2 && w[0] == '0' && w[1]|0x20 == 'x' {
		return strings.Trim(w[2:], "0123456789abcdefABCDEF") == ""
	}
	if !IsDigit(w[0]) {
		return false
	}
	mantissa, exponent, hasExponent := strings.Cut(LowerASCII(w), "e")
	whole, fraction, hasFraction := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	if hasExponent && !AllDigits(strings.TrimLeft(exponent, "+-")) || hasFraction && !AllDigits(fraction) {
		return false
	}
	return AllDigits(whole) && (hasExponent || hasFraction)
}

// groupedSize reads w, whose first digits end at end, as groups of three digits.
func groupedSize(w string, end int) (int64, bool) {
	sep := w[end]
	if end > 3 || sep != ',' && sep != '.' || (len(w)-end)%4 != 0 {
		return -1, false
	}
	digits := w[:end]
	for i := end; i < len(w); i += 4 {
		if w[i] != sep || !AllDigits(w[i+1:i+4]) {
			return -1, false
		}
		digits += w[i+1 : i+4]
	}
	n, ok := Number(digits)
	if !ok {
		n = -1
	}
	return n, true
}

// scaledSize reads w, whose first digits end at end, as a number with a unit. It is as exact as the server
// prints it.
func scaledSize(w string, end int) (int64, bool) {
	shift := strings.IndexByte("bkmgt", w[len(w)-1]|0x20) * 10
	whole, ok := Number(w[:end])
	if shift < 0 || !ok {
		return -1, false
	}
	if whole >= math.MaxInt64>>shift {
		return -1, true
	}
	n := whole << shift
	if frac := w[end : len(w)-1]; frac != "" {
		if shift == 0 || len(frac) != 2 || frac[0] != '.' && frac[0] != ',' || !IsDigit(frac[1]) {
			return -1, false
		}
		n += int64(frac[1]-'0') << shift / 10
	}
	return n, true
}
