package control

import (
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
)

// maxOffset is the largest octet that RANG is asked for: "to the end". Servers count
// in 64 bits with a sign.
const maxOffset = 1<<62 - 1

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

// Resumable reports whether an offset of a transfer counts octets of the file, so that
// a file can be joined from two transfers. The error is an *[OffsetError] for text,
// whose octets on the wire are not those of the file, for records, and for block and
// compressed mode, whose restart markers are no numbers (RFC 959, Section 3.5).
func (c *Conn) Resumable() error {
	switch f := c.wanted(); {
	case f.typ != 'I' && f.typ != 'L':
		return &OffsetError{"TYPE " + string(f.typ) + " changes the octets on their way"}
	case f.stru != 'F':
		return &OffsetError{"STRU " + string(f.stru) + " changes the octets on their way"}
	case f.mode == 'B' || f.mode == 'C':
		return &OffsetError{"the restart markers of MODE " + string(f.mode) + " are no numbers"}
	}
	return nil
}

// FileType returns the type that [Conn.SetType] has set.
func (c *Conn) FileType() byte { return c.fileType() }

// Structure returns the structure that [Conn.SetStructure] has set.
func (c *Conn) Structure() byte { return c.wanted().stru }

// Adopt has files travel as on another connection, whose place c takes.
func (c *Conn) Adopt(from *Conn) {
	f := from.wanted()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.format = f
}
