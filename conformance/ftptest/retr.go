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
		err = t.skip(f, s.ascii() && !s.records(), offset, size)
	}
	if ranged && part.to < size {
		t.source = io.LimitReader(t.source, part.to+1-offset)
		size = part.to + 1
	}
	switch {
	case err == nil && ranged && (s.ascii() || s.records()):
		s.refuseTransfer(554, "RANG needs TYPE I and STRU F")
	case err == nil && s.records() && offset > 0:
		s.refuseTransfer(554, "Files in records cannot be restarted")
	case err == errOffset:
		s.refuseTransfer(554, "Restart offset is beyond the end of the file") // RFC 1123, Section 4.1.3.4
	case err != nil:
		s.refuseTransfer(550, "File cannot be read")
	case s.mayTransfer():
		t.text = fmt.Sprintf("Opening data connection for RETR (%d bytes)", size-offset)
		switch {
		case s.records():
			t.encode, t.text = recordEncoder, "Opening data connection for RETR in records"
		case s.ascii():
			t.text = "Opening ASCII data connection for RETR"
		}
		s.begin(t)
		return
	}
	f.Close()
}

func recordEncoder(w io.Writer) io.WriteCloser { return mode.NewRecordWriter(w) }

func recordDecoder(r io.Reader) io.Reader { return mode.NewRecordReader(r) }

// skip has t start at an offset, which in TYPE A counts octets of the converted
// stream (RFC 3659, Section 5.1).
func (t *transfer) skip(f io.ReadSeeker, ascii bool, offset, size int64) error {
	start := offset
	if ascii {
		start = 0
		t.source = newASCIIReader(f)
	} else if offset > size {
		return errOffset
	}
	if _, err := f.Seek(start, io.SeekStart); err != nil || !ascii {
		return err
	}
	if n, err := io.CopyN(io.Discard, t.source, offset); err != nil || n < offset {
		return errOffset
	}
	return nil
}
