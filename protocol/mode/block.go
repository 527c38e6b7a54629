package mode

import (
	"bufio"
	"io"
)

// A BlockReader reads block mode: blocks of a descriptor, a count of two octets and as
// many octets of data.
type BlockReader struct {
	// Records makes the end of a record a line end. It goes with STRU R.
	Records bool

	// LineEnd is the octet that ends a line. If zero, it is LF; in TYPE E it is NL.
	LineEnd byte

	// Marker is called for each restart marker, when all data in front of it has
	// been read. Its error ends the reading. If nil, markers are passed over.
	Marker func(text string) error

	in      input
	flags   byte // of the block that is being read
	left    int  // octets of it to come
	newline bool // a record has ended
	over    bool // the end of the file has been read
	suspect bool
	err     error
}

// NewBlockReader returns a reader of the data connection r.
func NewBlockReader(r io.Reader) *BlockReader { return &BlockReader{in: newInput("MODE B", r)} }

// Suspect reports whether the sender has marked data as suspected of errors.
func (r *BlockReader) Suspect() bool { return r.suspect }

// Behind returns how many octets have been read of the connection behind the end of the
// file, where there should be none.
func (r *BlockReader) Behind() int { return r.in.behind(r.over && r.left == 0) }

// Read implements io.Reader.
func (r *BlockReader) Read(b []byte) (int, error) {
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
			b[0] = lineEnd(r.LineEnd)
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
func (r *BlockReader) header() error {
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
		if err == nil && r.Marker != nil {
			err = r.Marker(text)
		}
		r.flags = h[0]
		r.blockEnd()
		return err
	}
	r.flags, r.left = h[0], count
	r.suspect = r.suspect || h[0]&suspectData != 0
	if count == 0 {
		r.blockEnd()
	}
	return nil
}

func (r *BlockReader) blockEnd() {
	r.newline = r.Records && r.flags&endOfRecord != 0
	r.over = r.flags&endOfFile != 0
}

// A BlockWriter writes block mode.
type BlockWriter struct {
	// Records makes each line a record. It goes with STRU R.
	Records bool

	// LineEnd is as in BlockReader.
	LineEnd byte

	w     *bufio.Writer
	block []byte
}

// NewBlockWriter returns a writer to the data connection w.
func NewBlockWriter(w io.Writer) *BlockWriter {
	return &BlockWriter{w: bufio.NewWriterSize(w, bufferSize+3), block: make([]byte, 0, bufferSize)}
}

// Write implements io.Writer.
func (w *BlockWriter) Write(b []byte) (n int, err error) {
	for ; n < len(b); n++ {
		if w.Records && b[n] == lineEnd(w.LineEnd) {
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
		if w.Records {
			w.block = append(w.block, b[n])
			continue
		}
		room := min(cap(w.block)-len(w.block), len(b)-n)
		w.block = append(w.block, b[n:n+room]...)
		n += room - 1
	}
	return n, nil
}

// Mark sends a restart marker behind what was written, see [ValidMarker]. A record
// must not be cut by one: with Records it has to follow a line end.
func (w *BlockWriter) Mark(text string) error {
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
func (w *BlockWriter) Close() error {
	flags := byte(endOfFile)
	if w.Records && len(w.block) > 0 {
		flags |= endOfRecord
	}
	if err := w.emit(flags); err != nil {
		return err
	}
	return w.w.Flush()
}

func (w *BlockWriter) emit(flags byte) error {
	if err := w.head(flags, len(w.block)); err != nil {
		return err
	}
	_, err := w.w.Write(w.block)
	w.block = w.block[:0]
	return err
}

func (w *BlockWriter) head(flags byte, n int) error {
	_, err := w.w.Write([]byte{flags, byte(n >> 8), byte(n)})
	return err
}
