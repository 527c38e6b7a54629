package datachan

import "io"

// The line end of TYPE A on the wire is CR LF (RFC 959, Section 3.1.1.1); here it
// is LF. Only the pair CR LF is a line end: a CR or LF that stands alone is data
// and travels as it is, except that an LF to be sent becomes CR LF.

// An ASCIIReader turns CR LF into LF while reading. It is right however the pair
// is cut by the network. If the connection breaks behind a CR, the CR is held back: see
// Pending.
type ASCIIReader struct {
	R    io.Reader
	cr   bool // a CR was read and is held back until what follows it is known
	back int  // 1 + a byte that was read and found no room, or 0
}

// Pending returns how many octets have been read of R and not been returned yet. If
// the connection breaks, a restart begins in front of them: what was a line end that
// the break cut in two is then read as one, and not as a CR and a line end.
func (r *ASCIIReader) Pending() int {
	n := 0
	if r.cr {
		n++
	}
	if r.back > 0 {
		n++
	}
	return n
}

// Read implements io.Reader.
func (r *ASCIIReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		// One byte is kept free for a CR held back from before.
		off := 0
		if r.cr {
			if len(b) == 1 {
				return r.readOne(b)
			}
			off = 1
		}
		n, err := r.read(b[off:])
		in := b[off : off+n]
		if n == 0 && err == nil {
			return 0, nil
		}
		out := r.convert(b, in)
		if err == io.EOF && r.cr && out < len(b) {
			b[out], r.cr = '\r', false
			out++
		}
		if out > 0 || err != nil {
			return out, err
		}
	}
}

// readOne handles a destination of one byte while a CR is held back.
func (r *ASCIIReader) readOne(b []byte) (int, error) {
	var next [1]byte
	n, err := r.read(next[:])
	switch {
	case n == 1 && next[0] == '\n':
		b[0], r.cr = '\n', false
	case n == 1 && next[0] == '\r':
		b[0] = '\r' // the held one goes out, the new one is held
	case n == 1:
		// Two bytes are due and there is room for one.
		b[0], r.cr = '\r', false
		r.back = 1 + int(next[0])
	case err == io.EOF:
		b[0], r.cr = '\r', false // the end comes again with the next read
	case err != nil:
		return 0, err
	default:
		return 0, nil
	}
	return 1, nil
}

// read reads from R, what was given back first.
func (r *ASCIIReader) read(b []byte) (int, error) {
	if r.back > 0 {
		b[0], r.back = byte(r.back-1), 0
		return 1, nil
	}
	return r.R.Read(b)
}

// convert writes in, converted, to dst, which in may overlap from its second byte
// on, and returns how many bytes it wrote.
func (r *ASCIIReader) convert(dst, in []byte) int {
	out := 0
	for _, c := range in {
		if r.cr {
			r.cr = false
			if c != '\n' {
				dst[out] = '\r'
				out++
			}
		}
		if c == '\r' {
			r.cr = true
			continue
		}
		dst[out] = c
		out++
	}
	return out
}

// An ASCIIWriter turns LF into CR LF while writing; a CR LF that is there already
// stays as it is.
type ASCIIWriter struct {
	W   io.Writer
	cr  bool // the last byte written was CR
	buf []byte
}

// Pending returns 1 if the last octet was a CR, which an LF may make a line end, or 0.
func (w *ASCIIWriter) Pending() int {
	if w.cr {
		return 1
	}
	return 0
}

// Write implements io.Writer. The count is of bytes of b.
func (w *ASCIIWriter) Write(b []byte) (n int, err error) {
	for n < len(b) {
		piece := b[n:min(len(b), n+pieceSize/2)]
		w.buf = w.buf[:0]
		cr := w.cr
		for _, c := range piece {
			if c == '\n' && !cr {
				w.buf = append(w.buf, '\r')
			}
			w.buf = append(w.buf, c)
			cr = c == '\r'
		}
		if _, err := w.W.Write(w.buf); err != nil {
			return n, err
		}
		w.cr = cr
		n += len(piece)
	}
	return n, nil
}
