package parse

import (
	"fmt"
	"net/netip"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// PASV returns the host-port in the text of a 227 reply, which is given without its code.
//
// RFC 959 shows the six numbers both with and without parentheses, and RFC 1123, Section 4.1.2.6 tells
// clients to look for digits instead. As some texts hold other digits too, a group after a parenthesis is
// preferred, the last one first; without one, the first six numbers of the text count. Blanks around
// commas are allowed. A number above 255, a seventh number and port 0 are refused.
//
// The address is what the server says, including 0.0.0.0 and private addresses. Compare it with the
// address of the control connection before you connect to it: otherwise the server can send you
// anywhere.
func PASV(text string) (netip.AddrPort, error) {
	const what = "227 reply"
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '(' {
			if h, ok := readHostPort(text, scan.SkipBlanks(text, i+1), true); ok {
				return h.addrPort(what, text)
			}
		}
	}
	first := -1
	for i := 0; i < len(text); i = max(i+1, scan.DigitsEnd(text, i)) {
		if !scan.IsDigit(text[i]) {
			continue
		}
		if first < 0 {
			first = i
		}
		if i > 0 && isJoint(text[i-1]) {
			continue // "-1,2,3,4,5,6", or the tail of a longer list
		}
		if h, ok := readHostPort(text, i, true); ok {
			return h.addrPort(what, text)
		}
	}
	return netip.AddrPort{}, NewError(what, text, max(first, 0), "no host and port h1,h2,h3,h4,p1,p2")
}

// PORT returns the host-port that is the argument of a PORT command (RFC 959, Section 4.1.2). It is strict:
// six numbers from 0 to 255, five commas, nothing else. Port 0 is refused.
func PORT(arg string) (netip.AddrPort, error) {
	const what = "PORT argument"
	h, ok := readHostPort(arg, 0, false)
	if !ok || h.end != len(arg) {
		return netip.AddrPort{}, NewError(what, arg, min(h.end, len(arg)), "not h1,h2,h3,h4,p1,p2")
	}
	return h.addrPort(what, arg)
}

// FormatPASV returns ap as the text of a 227 reply has it, "(h1,h2,h3,h4,p1,p2)". It panics if ap is not
// IPv4; an IPv4 address mapped to IPv6 is.
func FormatPASV(ap netip.AddrPort) string { return "(" + FormatPORT(ap) + ")" }

// FormatPORT returns ap as the argument of a PORT command, "h1,h2,h3,h4,p1,p2". It panics if ap is not
// IPv4; an IPv4 address mapped to IPv6 is.
func FormatPORT(ap netip.AddrPort) string {
	a := ap.Addr().Unmap()
	if !a.Is4() {
		panic("parse: BUG: host-port of an address that is not IPv4")
	}
	b := a.As4()
	return fmt.Sprintf("%d,%d,%d,%d,%d,%d", b[0], b[1], b[2], b[3], ap.Port()>>8, ap.Port()&0xff)
}

// hostPort is six numbers as found in a text; those above 255 are -1.
type hostPort struct {
	num [6]int
	at  [6]int // where each number starts
	end int    // index after the last number, or where reading stopped
}

// readHostPort reads six numbers with commas between them at s[i:]. Blanks may surround the commas if loose.
// It is not ok if the shape is wrong or if the list goes on.
func readHostPort(s string, i int, loose bool) (h hostPort, ok bool) {
	for n := range h.num {
		if n > 0 {
			if loose {
				i = scan.SkipBlanks(s, i)
			}
			if h.end = i; i >= len(s) || s[i] != ',' {
				return h, false
			}
			if i++; loose {
				i = scan.SkipBlanks(s, i)
			}
		}
		end := scan.DigitsEnd(s, i)
		if h.end = end; end == i {
			return h, false
		}
		h.at[n], h.num[n] = i, -1
		if v := scan.Small(s[i:end]); end-i <= 3 && v <= 255 {
			h.num[n] = v
		}
		i = end
	}
	return h, !goesOn(s, i)
}

// goesOn reports whether the list of numbers that ends before s[i] has more to it.
func goesOn(s string, i int) bool {
	if i < len(s) && scan.IsLetter(s[i]) || i+1 < len(s) && isJoint(s[i]) && scan.IsDigit(s[i+1]) {
		return true
	}
	if i = scan.SkipBlanks(s, i); i >= len(s) || s[i] != ',' {
		return false
	}
	i = scan.SkipBlanks(s, i+1)
	return i < len(s) && scan.IsDigit(s[i])
}

// isJoint reports whether c, next to a digit, makes it a part of something else.
func isJoint(c byte) bool { return c == ',' || c == '.' || c == '-' || c == '+' }

// addrPort checks the values of h, which stands in text.
func (h hostPort) addrPort(what, text string) (netip.AddrPort, error) {
	var b [6]byte
	for i, n := range h.num {
		if n < 0 {
			return netip.AddrPort{}, NewError(what, text, h.at[i], "number above 255")
		}
		b[i] = byte(n)
	}
	port := uint16(b[4])<<8 | uint16(b[5])
	if port == 0 {
		return netip.AddrPort{}, NewError(what, text, h.at[4], "port 0")
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[:4])), port), nil
}
