package scan

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestEight has what looks at eight bytes at once agree with what looks at one.
func TestEight(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			s := []byte("01234567")
			s[at] = byte(c)
			text := string(s)
			if got, want := controls(Eight(text)) != 0, isControl(byte(c)); got != want && (c < utf8.RuneSelf || !got) {
				t.Errorf("controls(%q) is %v", text, got)
			}
			if got, want := IsASCII(text), c < utf8.RuneSelf; got != want {
				t.Errorf("IsASCII(%q) is %v", text, got)
			}
			n, digits := LeadingDigits(Eight(text))
			if want := DigitsEnd(text, 0); digits != want || digits > 0 && fmt.Sprintf("%0*d", digits, n) != text[:want] {
				t.Errorf("LeadingDigits(%q) is %d, %d", text, n, digits)
			}
			p, ok := Pairs(Eight(text))
			if ok != AllDigits(text) {
				t.Errorf("Pairs(%q) is %#x, %v", text, p, ok)
			}
			if ok && fmt.Sprintf("%02d%02d%02d%02d", p&0xff, p>>16&0xff, p>>32&0xff, p>>48) != text {
				t.Errorf("Pairs(%q) is %#x", text, p)
			}
		}
	}
}

func TestIsASCIIOfAllLengths(t *testing.T) {
	for n := range 40 {
		s := strings.Repeat("a", n)
		if !IsASCII(s) {
			t.Errorf("IsASCII is false for %d letters", n)
		}
		for at := range n {
			if IsASCII(s[:at] + "\x80" + s[at+1:]) {
				t.Errorf("IsASCII is true for %d letters and one that is none at %d", n-1, at)
			}
		}
	}
}
