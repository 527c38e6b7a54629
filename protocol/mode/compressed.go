package mode

import (
	"bufio"
	"io"
)

// A byte string of compressed mode begins with an octet whose upper bits say what it
// is and whose lower bits how many octets it stands for. A zero octet is the escape:
// the descriptor codes after it apply to the string that follows.
const (
	maxLiteral = 0x7f // 0nnnnnnn, then n octets
	replicated = 0x80 // 10nnnnnn, then the octet that is repeated
	filled     = 0xc0 // 11nnnnnn
	maxRun     = 0x3f
	noString   = filled // a string of no octets
)

// A compressedReader reads compressed mode.
type compressedReader struct {
	layout
	marker  func(text string) error // as in blockReader
	in      input
	flags   byte
	literal int  // octets to come
	run     int  // repetitions to come
	octet   byte // repeated
	ended   bool // a string has ended, its flags are to be heeded
	newline bool
	over    bool
	err     error
}

func newCompressedReader(r io.Reader, l layout, marker func(string) error) *compressedReader {
	return &compressedReader{layout: l, marker: marker, in: newInput("MODE C", r)}
}

// Trailing is as in Reader.
func (r *compressedReader) Trailing() int { return r.in.trailing(r.over) }

// Read implements io.Reader.
func (r *compressedReader) Read(b []byte) (n int, err error) {
	for n < len(b) && r.err == nil {
		switch {
		case r.literal > 0:
			if n > 0 && r.in.r.Buffered() == 0 {
				return n, nil // not to wait with what is there
			}
			var k int
			k, r.err = r.in.some(b[n : n+min(len(b)-n, r.literal)])
			r.literal -= k
			n += k
		case r.run > 0:
			b[n] = r.octet
			n++
			r.run--
		case r.ended:
			r.stringEnd()
		case r.newline:
			r.newline = false
			b[n] = r.lineEnd
			n++
		case r.over:
			r.err = io.EOF
		default:
			if n > 0 && (r.in.r.Buffered() == 0 || r.flags&markerBlock != 0) {
				return n, nil // what stands in front of a marker is read before it
			}
			r.err = r.head()
		}
	}
	if n > 0 || len(b) == 0 {
		return n, nil
	}
	return 0, r.err
}

// stringEnd acts on the descriptor codes of the string that has been read.
func (r *compressedReader) stringEnd() {
	r.newline = r.records && r.flags&endOfRecord != 0
	r.over = r.flags&endOfFile != 0
	r.ended, r.flags = false, 0
}

// head reads the first octets of a string.
func (r *compressedReader) head() error {
	c, err := r.in.byte()
	if err != nil {
		if r.flags&endOfFile != 0 && r.flags&markerBlock == 0 {
			if _, cut := err.(*Error); cut {
				// Some end with the escape alone: there is no octet left for a string.
				r.stringEnd()
				return nil
			}
		}
		return err
	}
	switch n := int(c & maxRun); {
	case c == 0:
		return r.escape()
	case c <= maxLiteral:
		r.literal, r.ended = int(c), true
	case c < filled:
		if r.octet, err = r.in.byte(); err != nil {
			return err
		}
		r.run, r.ended = n, true
	default:
		r.octet, r.run, r.ended = r.filler, n, true
	}
	if r.flags&markerBlock != 0 {
		return r.mark()
	}
	return nil
}

func (r *compressedReader) escape() error {
	c, err := r.in.byte()
	switch {
	case err != nil:
		return err
	case c&undefined != 0:
		return r.in.wrong("a descriptor has codes that are not defined")
	case r.flags != 0:
		return r.in.wrong("an escape stands in front of another")
	}
	r.flags = c
	return nil
}

// mark reads the string of a restart marker.
func (r *compressedReader) mark() error {
	if r.run > 0 {
		return r.in.wrong("a restart marker is compressed")
	}
	text, err := r.in.marker(r.literal)
	r.literal = 0
	if err == nil && r.marker != nil {
		err = r.marker(text)
	}
	return err
}

// A compressedWriter writes compressed mode.
type compressedWriter struct {
	layout
	w       *bufio.Writer
	literal []byte // not yet sent
	octet   byte   // of the run after it
	run     int
	held    []byte // the last string, which might be the last of all
	open    bool   // the record has data
}

func newCompressedWriter(w io.Writer, l layout) *compressedWriter {
	return &compressedWriter{layout: l, w: bufio.NewWriterSize(w, bufferSize), literal: make([]byte, 0, maxLiteral)}
}

// Write implements io.Writer.
func (w *compressedWriter) Write(b []byte) (int, error) {
	for i, c := range b {
		if err := w.octetOf(c); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

func (w *compressedWriter) octetOf(c byte) error {
	if w.records && c == w.lineEnd {
		w.open = false
		return w.end(endOfRecord)
	}
	w.open = true
	if w.run > 0 && (c != w.octet || w.run == maxRun) {
		if err := w.endRun(); err != nil {
			return err
		}
	}
	w.octet = c
	w.run++
	return nil
}

// endRun turns the run into a string of its own if that is shorter, else into a part
// of the literal one in front of it.
func (w *compressedWriter) endRun() error {
	worth := 3
	if w.octet == w.filler {
		worth = 2
	}
	if w.run >= worth {
		if err := w.endLiteral(); err != nil {
			return err
		}
		if w.octet == w.filler {
			return w.hold(filled|byte(w.run), nil)
		}
		return w.hold(replicated|byte(w.run), []byte{w.octet})
	}
	for ; w.run > 0; w.run-- {
		if len(w.literal) == maxLiteral {
			if err := w.endLiteral(); err != nil {
				return err
			}
		}
		w.literal = append(w.literal, w.octet)
	}
	return nil
}

func (w *compressedWriter) endLiteral() error {
	if len(w.literal) == 0 {
		return nil
	}
	run := w.run // hold clears it
	err := w.hold(byte(len(w.literal)), w.literal)
	w.literal, w.run = w.literal[:0], run
	return err
}

// hold sends the string that was held and holds another.
func (w *compressedWriter) hold(first byte, rest []byte) error {
	_, err := w.w.Write(w.held)
	w.held = append(append(w.held[:0], first), rest...)
	w.run = 0
	return err
}

// end sends all that is there, its last string with descriptor codes.
func (w *compressedWriter) end(flags byte) error {
	if err := w.endRun(); err != nil {
		return err
	}
	if err := w.endLiteral(); err != nil {
		return err
	}
	if len(w.held) == 0 {
		w.held = append(w.held, noString)
	}
	if _, err := w.w.Write([]byte{0, flags}); err != nil {
		return err
	}
	_, err := w.w.Write(w.held)
	w.held = w.held[:0]
	return err
}

// Mark is as in Writer.
func (w *compressedWriter) Mark(text string) error {
	if !ValidMarker(text) || len(text) > maxLiteral {
		return &Error{Mode: "MODE C", Reason: "that is no restart marker"}
	}
	if err := w.endRun(); err != nil {
		return err
	}
	if err := w.endLiteral(); err != nil {
		return err
	}
	if _, err := w.w.Write(w.held); err != nil {
		return err
	}
	w.held = w.held[:0]
	if _, err := w.w.Write([]byte{0, markerBlock, byte(len(text))}); err != nil {
		return err
	}
	if _, err := w.w.WriteString(text); err != nil {
		return err
	}
	return w.w.Flush()
}

// Close ends the file. It does not close the connection.
func (w *compressedWriter) Close() error {
	flags := byte(endOfFile)
	if w.records && w.open {
		flags |= endOfRecord
	}
	if err := w.end(flags); err != nil {
		return err
	}
	return w.w.Flush()
}
