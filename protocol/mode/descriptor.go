package mode

// The descriptor codes of block mode (RFC 959, Section 3.4.2), which compressed mode
// has behind its escape (3.4.3).
const (
	endOfRecord  = 128
	endOfFile    = 64
	suspectData  = 32
	markerBlock  = 16
	undefined    = 15
	markerLength = 255 // longest restart marker that is read; the RFC has no limit
)

// lineEnd returns the octet that ends a line: b, or LF if that is not set.
func lineEnd(b byte) byte {
	if b == 0 {
		return '\n'
	}
	return b
}

// ValidMarker reports whether s can be a restart marker: printable ASCII without
// blanks, and at least one character (RFC 959, Section 3.4.2).
func ValidMarker(s string) bool {
	for i := range len(s) {
		if s[i] < 33 || s[i] > 126 {
			return false
		}
	}
	return s != "" && len(s) <= markerLength
}
