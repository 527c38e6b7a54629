package ftptest

import (
	"fmt"
	"io"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// retr is RETR (RFC 959, Section 4.1.3).
func (s *session) retr(arg string) {
	name, offset := s.resolve(arg), s.restart()
	f, err := s.host.tree.open(name)
	if err != nil {
		s.closeEndpoint()
		s.refuseError(550, arg, err)
		return
	}
	t := &transfer{source: f, file: f}
	size, err := f.Seek(0, io.SeekEnd)
	part, ranged := s.span()
	if ranged {
		offset = part.from
	}
	if err == nil {
		err = s.skip(t, f, offset, size)
	}
	if ranged && part.to < size {
		t.source = io.LimitReader(t.source, part.to+1-offset)
		size = part.to + 1
	}
	switch {
	case err == nil && ranged && !s.format().Exact():
		s.refuseTransfer(554, "RANG needs TYPE I and STRU F")
	case err == nil && offset > 0 && !restartable(s.format()):
		s.refuseTransfer(554, "Files in records cannot be restarted in stream mode")
	case err == errOffset:
		s.refuseTransfer(554, "Restart offset is beyond the end of the file") // RFC 1123, Section 4.1.3.4
	case err != nil:
		s.refuseTransfer(550, "File cannot be read")
	case s.mayTransfer():
		t.text = fmt.Sprintf("Opening data connection for RETR (%d bytes)", size-offset)
		switch {
		case s.format().Records():
			t.text = "Opening data connection for RETR in records"
		case s.format().Type == 'A':
			t.text = "Opening ASCII data connection for RETR"
		case s.format().Type == 'E':
			t.text = "Opening EBCDIC data connection for RETR"
		}
		s.begin(t)
		return
	}
	f.Close()
}

// skip has t start at an offset, which in TYPE A and E counts octets of the converted
// stream (RFC 3659, Section 5.1).
func (s *session) skip(t *transfer, f io.ReadSeeker, offset, size int64) error {
	start, text := offset, s.format().Text() != 0
	t.start = offset
	if text {
		start = 0
		t.source = mode.EncodeText(f, s.format(), s.text())
	} else if offset > size {
		return errOffset
	}
	if _, err := f.Seek(start, io.SeekStart); err != nil || !text {
		return err
	}
	if n, err := io.CopyN(io.Discard, t.source, offset); err != nil || n < offset {
		return errOffset
	}
	return nil
}
