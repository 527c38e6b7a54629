package mode

import (
	"bufio"
	"io"
)

// A blockReader reads block mode: blocks of a descriptor, a count of two octets and as
// many octets of data.
type blockReader struct {
	layout
	marker  func(text string) error // called for each, or nil; its error ends the reading
	in      input
	flags   byte // of the block that is being read
	left    int  // octets of it to come
	newline bool // a record has ended
	over    bool // the end of the file has been read
	err     error
}

func newBlockReader(r io.Reader, l layout, marker func(string) error) *blockReader {
	return &blockReader{layout: l, marker: marker, in: newInput("MODE B", r)}
}

// Trailing is as in Reader.
func (r *blockReader) Trailing() int { return r.in.trailing(r.over && r.left == 0) }

// Read implements io.Reader.
func (r *blockReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, r.err
	}
	for r.err == nil {
		switch {
		case r.left > 0:
			n, err := r.in.some(b[:min(len(b), r.left)])
			r.left -= n
			r.err = err
			if r.left == 0 {
				r.blockEnd()
			}
			if n > 0 {
				return n, nil
			}
		case r.newline:
			r.newline = false
			b[0] = r.lineEnd
			return 1, nil
		case r.over:
			r.err = io.EOF
		default:
			r.err = r.header()
		}
	}
	return 0, r.err
}

// header reads the next block's header, and the block if it is a restart marker.
func (r *blockReader) header() error {
	var h [3]byte
	for i := range h {
		var err error
		if h[i], err = r.in.byte(); err != nil {
			return err
		}
	}
	count := int(h[1])<<8 | int(h[2])
	switch {
	case h[0]&undefined != 0:
		return r.in.wrong("a descriptor has codes that are not defined")
	case h[0]&markerBlock != 0:
		text, err := r.in.marker(count)
		if err == nil && r.marker != nil {
			err = r.marker(text)
		}
		r.flags = h[0]
		r.blockEnd()
		return err
	}
	r.flags, r.left = h[0], count
	if count == 0 {
		r.blockEnd()
	}
	return nil
}

func (r *blockReader) blockEnd() {
	r.newline = r.records && r.flags&endOfRecord != 0
	r.over = r.flags&endOfFile != 0
}

// A blockWriter writes block mode.
type blockWriter struct {
	layout
	w     *bufio.Writer
	block []byte
}

func newBlockWriter(w io.Writer, l layout) *blockWriter {
	return &blockWriter{layout: l, w: bufio.NewWriterSize(w, bufferSize+3), block: make([]byte, 0, bufferSize)}
}

// Write implements io.Writer.
func (w *blockWriter) Write(b []byte) (n int, err error) {
	for ; n < len(b); n++ {
		if w.records && b[n] == w.lineEnd {
			if err := w.emit(endOfRecord); err != nil {
				return n, err
			}
			continue
		}
		if len(w.block) == cap(w.block) {
			if err := w.emit(0); err != nil {
				return n, err
			}
		}
		if w.records {
			w.block = append(w.block, b[n])
			continue
		}
		room := min(cap(w.block)-len(w.block), len(b)-n)
		w.block = append(w.block, b[n:n+room]...)
		n += room - 1
	}
	return n, nil
}

// Mark is as in Writer.
func (w *blockWriter) Mark(text string) error {
	if !ValidMarker(text) {
		return &Error{Mode: "MODE B", Reason: "that is no restart marker"}
	}
	if len(w.block) > 0 {
		if err := w.emit(0); err != nil {
			return err
		}
	}
	if err := w.head(markerBlock, len(text)); err != nil {
		return err
	}
	if _, err := w.w.WriteString(text); err != nil {
		return err
	}
	return w.w.Flush()
}

// Close ends the file. It does not close the connection.
func (w *blockWriter) Close() error {
	flags := byte(endOfFile)
	if w.records && len(w.block) > 0 {
		flags |= endOfRecord
	}
	if err := w.emit(flags); err != nil {
		return err
	}
	return w.w.Flush()
}

func (w *blockWriter) emit(flags byte) error {
	if err := w.head(flags, len(w.block)); err != nil {
		return err
	}
	_, err := w.w.Write(w.block)
	w.block = w.block[:0]
	return err
}

func (w *blockWriter) head(flags byte, n int) error {
	_, err := w.w.Write([]byte{flags, byte(n >> 8), byte(n)})
	return err
}
