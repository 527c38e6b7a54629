package control

import (
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// maxOffset is the last octet in RANG for a range to the end of the file. Servers use
// signed 64-bit numbers.
const maxOffset = 1<<62 - 1

// noRange is the argument of RANG that resets the range.
const noRange = "1 0"

// rangCommand is RANG (draft-bryan-ftp-range, Section 3): both octets belong to the
// range; 1 and 0 reset it.
func rangCommand(first, last int64) protocol.Command {
	return protocol.Command{Verb: "RANG", Arg: fmt.Sprintf("%d %d", first, last)}
}

// An OffsetError reports that the transfer parameters do not allow a transfer from an
// offset on. errors.Is matches errors.ErrUnsupported.
type OffsetError struct {
	Reason string // which parameter, in words
}

func (e *OffsetError) Error() string { return "ftp: no transfer from an offset: " + e.Reason }

// Unwrap returns errors.ErrUnsupported.
func (e *OffsetError) Unwrap() error { return errors.ErrUnsupported }

// Resumable returns nil if the offset of a transfer in format f counts octets of the file, so that
// two transfers can be joined to one file. The error is an *[OffsetError] for text, whose octets
// on the wire are not those of the file, for records, and for block and compressed mode, whose
// restart markers are not numbers (RFC 959, Section 3.5).
func Resumable(f mode.Format) error {
	switch {
	case f.Type != 'I' && f.Type != 'L':
		return &OffsetError{"TYPE " + string(f.Type) + " changes the octets on their way"}
	case f.Records():
		return &OffsetError{"STRU " + string(f.Structure) + " changes the octets on their way"}
	case f.Marks():
		return &OffsetError{"the restart markers of MODE " + string(f.Mode) + " are no numbers"}
	}
	return nil
}
