package ftptest

import (
	"bytes"
	"io"
)

// TYPE A (RFC 959, Section 3.1.1.1): a line ends in LF in the tree and in CR LF
// on the data connection. Every LF of a file is a line end, one behind a CR as
// well, and only CR LF of the connection becomes LF. So what was stored in TYPE A
// comes back in TYPE A as it was, and a client that undoes the conversion gets
// the bytes of the file, whatever they are.

// An asciiReader reads a file as TYPE A sends it.
type asciiReader struct {
	src io.Reader
	buf [8 << 10]byte
	raw []byte // read and not converted yet
	lf  bool   // the CR of a line end is out, its LF is due
	err error
}

func newASCIIReader(src io.Reader) *asciiReader { return &asciiReader{src: src} }

func (r *asciiReader) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if r.lf {
			b[n] = '\n'
			n++
			r.lf = false
			continue
		}
		if len(r.raw) == 0 {
			if n > 0 || r.err != nil {
				break
			}
			var m int
			m, r.err = r.src.Read(r.buf[:])
			r.raw = r.buf[:m]
			continue
		}
		run := len(r.raw)
		if i := bytes.IndexByte(r.raw, '\n'); i >= 0 {
			run = i
		}
		m := copy(b[n:], r.raw[:run])
		n += m
		r.raw = r.raw[m:]
		if m == run && len(r.raw) > 0 && n < len(b) { // at a LF, with room for its CR
			b[n] = '\r'
			n++
			r.lf = true
			r.raw = r.raw[1:]
		}
	}
	if n == 0 && len(b) > 0 {
		return 0, r.err
	}
	return n, nil
}

// An asciiWriter writes to a file what comes in TYPE A. Close writes a CR that
// stood at the very end, and leaves dst open.
type asciiWriter struct {
	dst io.Writer
	cr  bool // a CR was read that is not written yet
	out []byte
}

func newASCIIWriter(dst io.Writer) *asciiWriter { return &asciiWriter{dst: dst} }

func (w *asciiWriter) Write(b []byte) (int, error) {
	out := w.out[:0]
	for _, c := range b {
		if w.cr && c != '\n' {
			out = append(out, '\r')
		}
		if w.cr = c == '\r'; !w.cr {
			out = append(out, c)
		}
	}
	w.out = out
	if len(out) == 0 {
		return len(b), nil
	}
	if _, err := w.dst.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (w *asciiWriter) Close() error {
	if !w.cr {
		return nil
	}
	w.cr = false
	_, err := w.dst.Write([]byte{'\r'})
	return err
}
