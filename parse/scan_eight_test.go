package parse

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestEight has what looks at eight bytes at once agree with what looks at one.
func TestEight(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			s := []byte("01234567")
			s[at] = byte(c)
			text := string(s)
			if got, want := controls(eight(text)) != 0, isControl(byte(c)); got != want && (c < utf8.RuneSelf || !got) {
				t.Errorf("controls(%q) is %v", text, got)
			}
			if got, want := isASCII(text), c < utf8.RuneSelf; got != want {
				t.Errorf("isASCII(%q) is %v", text, got)
			}
			n, digits := leadingDigits(eight(text))
			if want := digitsEnd(text, 0); digits != want || digits > 0 && fmt.Sprintf("%0*d", digits, n) != text[:want] {
				t.Errorf("leadingDigits(%q) is %d, %d", text, n, digits)
			}
			p, ok := pairs(eight(text))
			if ok != allDigits(text) {
				t.Errorf("pairs(%q) is %#x, %v", text, p, ok)
			}
			if ok && fmt.Sprintf("%02d%02d%02d%02d", p&0xff, p>>16&0xff, p>>32&0xff, p>>48) != text {
				t.Errorf("pairs(%q) is %#x", text, p)
			}
		}
	}
}

func TestIsASCIIOfAllLengths(t *testing.T) {
	for n := range 40 {
		s := strings.Repeat("a", n)
		if !isASCII(s) {
			t.Errorf("isASCII is false for %d letters", n)
		}
		for at := range n {
			if isASCII(s[:at] + "\x80" + s[at+1:]) {
				t.Errorf("isASCII is true for %d letters and one that is none at %d", n-1, at)
			}
		}
	}
}

// TestDaysSince1970 compares each first and last day of a month with package time.
func TestDaysSince1970(t *testing.T) {
	for year := range 3000 {
		for month := 1; month <= 12; month++ {
			for _, day := range [...]int{1, daysIn(year, month)} {
				want := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400
				if got := daysSince1970(year, month, day); got != want {
					t.Fatalf("%d-%d-%d is day %d; want %d", year, month, day, got, want)
				}
			}
		}
	}
}
