package mode

import (
	"fmt"
	"io"
)

// An Error reports octets that are not in the format of the mode.
type Error struct {
	Mode   string // "STRU R", "MODE B", "MODE C", "MODE Z" or "TYPE E"
	Offset int64  // octets that were read of the connection before, or of the text written
	Reason string // what is wrong, in words
	Err    error  // io.ErrUnexpectedEOF if the data ends too early, or nil
}

func (e *Error) Error() string {
	where := "data connection"
	if e.Mode == "TYPE E" {
		where = "text"
	}
	return fmt.Sprintf("ftp: %s, at octet %d of the %s: %s", e.Mode, e.Offset, where, e.Reason)
}

// Unwrap returns io.ErrUnexpectedEOF where the data ends too early.
func (e *Error) Unwrap() error { return e.Err }

// early is the error of a connection that ends before the file does.
func early(mode string, at int64) error {
	return &Error{Mode: mode, Offset: at, Reason: "the connection ends before the file does", Err: io.ErrUnexpectedEOF}
}
