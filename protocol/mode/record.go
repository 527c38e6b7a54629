package mode

import (
	"bufio"
	"io"
)

// In stream mode a file with records has control codes of two octets, the first of
// them all ones (RFC 959, Section 3.4.1).
const (
	recordEscape = 0xff
	codeEOR      = 1
	codeEOF      = 2
)

// A recordReader reads a file with records (STRU R) in stream mode.
type recordReader struct {
	layout

	// toEnd reads on to the end of the source, before which nothing may follow the end
	// of the file. It goes with MODE Z, whose checksum comes last. If false, the source
	// may stay open.
	toEnd bool

	in      input
	newline bool
	over    bool
	err     error
}

func newRecordReader(r io.Reader, l layout, toEnd bool) *recordReader {
	return &recordReader{layout: l, toEnd: toEnd, in: newInput("STRU R", r)}
}

// Read implements io.Reader.
func (r *recordReader) Read(b []byte) (n int, err error) {
	for n < len(b) && r.err == nil {
		if r.newline {
			r.newline = false
			b[n] = r.lineEnd
			n++
			continue
		}
		if r.over {
			if n > 0 && r.toEnd {
				return n, nil
			}
			r.err = r.end()
			break
		}
		if n > 0 && r.in.r.Buffered() == 0 {
			return n, nil
		}
		c, err := r.in.byte()
		if err == nil && c == recordEscape {
			c, err = r.code()
			if err == nil && c != recordEscape {
				continue
			}
		}
		if err != nil {
			r.err = err
			break
		}
		b[n] = c
		n++
	}
	if n > 0 || len(b) == 0 {
		return n, nil
	}
	return 0, r.err
}

// Trailing is as in Reader.
func (r *recordReader) Trailing() int { return r.in.trailing(r.over) }

// end returns what follows the end of the file.
func (r *recordReader) end() error {
	if !r.toEnd {
		return io.EOF
	}
	if _, err := r.in.r.ReadByte(); err != nil {
		return err
	}
	return r.in.wrong("octets follow the end of the file")
}

// code reads the second octet of a control code.
func (r *recordReader) code() (byte, error) {
	c, err := r.in.byte()
	if err != nil {
		return 0, err
	}
	switch c {
	case codeEOR, codeEOF, codeEOR | codeEOF:
		r.newline = c&codeEOR != 0
		r.over = c&codeEOF != 0
	case recordEscape:
	default:
		return 0, r.in.wrong("an octet of ones is followed by no control code")
	}
	return c, nil
}

// A recordWriter writes a file with records (STRU R) in stream mode.
type recordWriter struct {
	layout
	w    *bufio.Writer
	open bool // the record has data
}

func newRecordWriter(w io.Writer, l layout) *recordWriter {
	return &recordWriter{layout: l, w: bufio.NewWriterSize(w, bufferSize)}
}

// Write implements io.Writer.
func (w *recordWriter) Write(b []byte) (int, error) {
	for i, c := range b {
		var err error
		switch w.open = c != w.lineEnd; c {
		case w.lineEnd:
			_, err = w.w.Write([]byte{recordEscape, codeEOR})
		case recordEscape:
			_, err = w.w.Write([]byte{recordEscape, recordEscape})
		default:
			err = w.w.WriteByte(c)
		}
		if err != nil {
			return i, err
		}
	}
	return len(b), nil
}

// Close ends the file. It does not close the connection.
func (w *recordWriter) Close() error {
	code := byte(codeEOF)
	if w.open {
		code |= codeEOR
	}
	if _, err := w.w.Write([]byte{recordEscape, code}); err != nil {
		return err
	}
	return w.w.Flush()
}
