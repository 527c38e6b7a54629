package mode

import "io"

// A converter turns text of one end into that of the other, however it is cut.
type converter interface {
	// convert writes to dst what src becomes, as much as there is room for, and returns
	// how many octets it wrote and how many of src it took. It makes progress wherever
	// dst has room for two octets. Nothing follows src if end is true; what was held
	// back is written then.
	convert(dst, src []byte, end bool) (nDst, nSrc int, err error)

	// held returns how many octets were taken whose meaning depends on what follows.
	held() int
}

// decoderOf returns the converter from the wire to a file, encoderOf that to the wire.
func decoderOf(text byte, o Options) converter {
	if text == 'E' {
		return &ebcdicDecoder{page: o.CodePage}
	}
	return &asciiDecoder{}
}

func encoderOf(text byte, f Format, o Options) converter {
	if text == 'E' {
		return &ebcdicEncoder{page: o.CodePage, crlf: o.CRLF && !f.Records()}
	}
	return &asciiEncoder{keepCR: o.KeepCR}
}

// EncodeText returns a reader of the file src with its text as it is on the wire, but
// without mode and records. It is for a server that has to find an offset on the wire
// before it sends anything. NewWriter must then have Raw.
func EncodeText(src io.Reader, f Format, o Options) io.Reader {
	if text := o.textOf(f); text != 0 {
		return newTextReader(src, encoderOf(text, f, o))
	}
	return src
}

// DecodeText is the same in the other direction: text that is written to it as it was on
// the wire is written to dst as a file has it. It is nil if there is nothing to convert.
// NewReader must then have Raw.
func DecodeText(dst io.Writer, f Format, o Options) *TextWriter {
	if text := o.textOf(f); text != 0 {
		return newTextWriter(dst, decoderOf(text, o))
	}
	return nil
}

// A textReader converts what it reads.
type textReader struct {
	src  io.Reader
	conv converter
	buf  []byte
	raw  []byte  // of buf, not converted yet
	two  [2]byte // where a Read has too little room
	tail []byte  // of two, not given out yet
	err  error
}

func newTextReader(src io.Reader, conv converter) *textReader {
	return &textReader{src: src, conv: conv, buf: make([]byte, bufferSize)}
}

// Pending returns how many octets were read of src whose text has not been returned.
func (r *textReader) Pending() int { return len(r.raw) + r.conv.held() }

// Read implements io.Reader.
func (r *textReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for len(r.tail) == 0 {
		if n := r.convert(b); n > 0 {
			return n, nil
		}
		switch {
		case len(r.raw) > 0:
			r.tail = r.two[:r.convert(r.two[:])]
		case r.err != nil:
			return 0, r.err
		default:
			var n int
			n, r.err = r.src.Read(r.buf)
			if r.raw = r.buf[:n]; n == 0 && r.err == nil {
				return 0, nil
			}
		}
	}
	n := copy(b, r.tail)
	r.tail = r.tail[n:]
	return n, nil
}

// convert converts what was read.
func (r *textReader) convert(dst []byte) int {
	nDst, nSrc, err := r.conv.convert(dst, r.raw, r.err == io.EOF)
	if r.raw = r.raw[nSrc:]; err != nil {
		r.raw, r.err = nil, err
	}
	return nDst
}

// A TextWriter converts what is written to it.
type TextWriter struct {
	dst  io.Writer
	conv converter
	buf  []byte
	err  error
}

func newTextWriter(dst io.Writer, conv converter) *TextWriter {
	return &TextWriter{dst: dst, conv: conv, buf: make([]byte, bufferSize)}
}

// Pending returns how many octets that were written wait for what follows them.
func (w *TextWriter) Pending() int { return w.conv.held() }

// Write implements io.Writer. The count is of octets of b.
func (w *TextWriter) Write(b []byte) (n int, err error) {
	for n < len(b) && w.err == nil {
		k, err := w.convert(b[n:], false)
		if w.err = err; err == nil {
			n += k
		}
	}
	return n, w.err
}

// Close writes what was held back. What it writes to stays open.
func (w *TextWriter) Close() error {
	if w.err == nil {
		_, w.err = w.convert(nil, true)
	}
	return w.err
}

// convert converts and writes the beginning of b. What comes before an error of the text
// is written.
func (w *TextWriter) convert(b []byte, end bool) (int, error) {
	nDst, nSrc, err := w.conv.convert(w.buf, b, end)
	if nDst > 0 {
		if _, werr := w.dst.Write(w.buf[:nDst]); err == nil {
			err = werr
		}
	}
	return nSrc, err
}
