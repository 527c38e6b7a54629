package control

import (
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// maxOffset is the largest octet that RANG is asked for: "to the end". Servers count
// in 64 bits with a sign.
const maxOffset = 1<<62 - 1

// noRange is the argument of RANG that takes a range back.
const noRange = "1 0"

// rangCommand is RANG (draft-bryan-ftp-range, Section 3): both octets belong to the
// range; 1 and 0 take it back.
func rangCommand(first, last int64) protocol.Command {
	return protocol.Command{Verb: "RANG", Arg: fmt.Sprintf("%d %d", first, last)}
}

// An OffsetError reports that files can't be transferred from an offset on as the
// transfer parameters are. errors.Is matches errors.ErrUnsupported.
type OffsetError struct{ Reason string }

func (e *OffsetError) Error() string { return "ftp: no transfer from an offset: " + e.Reason }

// Unwrap returns errors.ErrUnsupported.
func (e *OffsetError) Unwrap() error { return errors.ErrUnsupported }

// Resumable reports whether an offset of a transfer in format f counts octets of the file, so that
// a file can be joined from two transfers. The error is an *[OffsetError] for text,
// whose octets on the wire are not those of the file, for records, and for block and
// compressed mode, whose restart markers are no numbers (RFC 959, Section 3.5).
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
