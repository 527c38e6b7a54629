package parse

import (
	"errors"
	"fmt"
)

// ErrFamily is the condition of an EPRT argument whose address family is neither 1 (IPv4) nor
// 2 (IPv6). A server answers it with 522 (RFC 2428, Section 2). Test with [errors.Is].
var ErrFamily = errors.New("ftp: unknown address family")

// maxExcerpt is the most bytes of input that an Error quotes.
const maxExcerpt = 120

// An Error reports text that could not be understood. The input that caused it is not used for anything.
type Error struct {
	What   string // thing that was to be read, such as "227 reply" or "time-val"
	Text   string // excerpt of the input, at most 120 bytes around Offset; raw bytes, print it with %q
	Reason string // why it was refused, in lower case
	Offset int    // byte position in the whole input, 0 to its length
	Err    error  // condition such as ErrFamily, or nil
}

// Error describes e on one line; the peer's text is quoted, so that it can't hold control characters.
func (e *Error) Error() string {
	return fmt.Sprintf("ftp: %s: %s at %d in %q", e.What, e.Reason, e.Offset, e.Text)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an Error about text, which is shortened around offset.
func NewError(what, text string, offset int, reason string) *Error {
	return &Error{What: what, Text: excerpt(text, offset), Reason: reason, Offset: offset}
}

// excerpt returns at most maxExcerpt bytes of s, among them the one at offset. Dots stand for what is cut.
func excerpt(s string, offset int) string {
	const dots = "..."
	if len(s) <= maxExcerpt {
		return s
	}
	if offset < maxExcerpt-20 {
		return s[:maxExcerpt-len(dots)] + dots
	}
	from := min(offset-maxExcerpt/2, len(s)-(maxExcerpt-len(dots)))
	to := from + maxExcerpt - 2*len(dots)
	if to+len(dots) >= len(s) {
		return dots + s[len(s)-(maxExcerpt-len(dots)):]
	}
	return dots + s[from:to] + dots
}
