package ftptest

import (
	"io"
	"strconv"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// Restart markers of MODE B and C (RFC 959, Section 3.5). The server's own are numbers:
// octets of the stream that a download sends, octets of the file that an upload stores.

// mark answers a restart marker of an upload (RFC 1123, Section 4.1.3.4). All that came
// before it has been written. Within a line end there is nothing to answer: the file
// could not be taken up there.
func (t *transfer) mark(s *session, text string) error {
	if t.stored == nil || t.pending != nil && t.pending() > 0 {
		return nil
	}
	r := protocol.NewReply(110, "MARK "+text+" = "+strconv.FormatInt(t.stored.n, 10))
	s.call(func() { s.replyTo(t.verb, r) })
	return nil
}

// A countWriter counts what is written.
type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// A marker can send restart markers.
type marker interface {
	io.WriteCloser
	Mark(text string) error
}

// A markWriter puts restart markers after every so many octets, and with records
// after the record that they end in.
type markWriter struct {
	marker
	every, at, due int64
	format         mode.Format
}

func newMarkWriter(w marker, f mode.Format, every, start int64) io.WriteCloser {
	if every <= 0 || !f.Marks() {
		return w
	}
	return &markWriter{w, every, start, start + every, f}
}

func (m *markWriter) Write(b []byte) (n int, err error) {
	for n < len(b) {
		piece := b[n:m.cut(b, n)]
		k, err := m.marker.Write(piece)
		n += k
		m.at += int64(k)
		if err != nil {
			return n, err
		}
		if m.at < m.due || m.format.Records() && b[n-1] != m.format.LineEnd() {
			continue
		}
		if err := m.Mark(strconv.FormatInt(m.at, 10)); err != nil {
			return n, err
		}
		m.due = m.at + m.every
	}
	return n, nil
}

// cut returns where the piece of b that begins at n ends.
func (m *markWriter) cut(b []byte, n int) int {
	end := int(min(int64(len(b)), int64(n)+max(m.due-m.at, 1)))
	if !m.format.Records() {
		return end
	}
	for end < len(b) && b[end-1] != m.format.LineEnd() {
		end++
	}
	return end
}
