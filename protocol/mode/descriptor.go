package mode

// The descriptor codes of block mode (RFC 959, Section 3.4.2), which compressed mode
// has after its escape (3.4.3).
const (
	endOfRecord  = 128
	endOfFile    = 64
	markerBlock  = 16 // 32 has data that may be damaged, which is taken all the same
	undefined    = 15
	markerLength = 255 // longest restart marker that is read; the RFC has no limit
)

// A layout is what the octets of a file are to the packing.
type layout struct {
	records bool // each line is a record
	lineEnd byte // the octet that ends a line
	filler  byte // what filler strings of MODE C stand for
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
