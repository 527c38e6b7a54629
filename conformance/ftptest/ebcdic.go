package ftptest

import (
	"io"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// TYPE E (RFC 959, Section 3.1.1.2): a file of the tree is text in UTF-8, on the data
// connection it is in EBCDIC with NL behind each line.

// An ebcdicReader reads a file as TYPE E sends it.
type ebcdicReader struct {
	src io.Reader
	buf [8 << 10]byte
	out held
	enc *mode.EBCDICWriter
	err error
}

// held is what is converted and not read yet.
type held struct{ b []byte }

func (h *held) Write(b []byte) (int, error) {
	h.b = append(h.b, b...)
	return len(b), nil
}

func newEBCDICReader(src io.Reader, page mode.CodePage) io.Reader {
	r := &ebcdicReader{src: src}
	r.enc = mode.NewEBCDICWriter(&r.out)
	r.enc.CodePage = page
	return r
}

func (r *ebcdicReader) Read(b []byte) (int, error) {
	for len(r.out.b) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.src.Read(r.buf[:])
		if _, werr := r.enc.Write(r.buf[:n]); werr != nil {
			err = werr
		} else if err == io.EOF {
			if cerr := r.enc.Close(); cerr != nil {
				err = cerr
			}
		}
		r.err = err
	}
	n := copy(b, r.out.b)
	r.out.b = r.out.b[:copy(r.out.b, r.out.b[n:])]
	return n, nil
}

// An ebcdicWriter writes to a file what comes in TYPE E.
type ebcdicWriter struct {
	dst io.Writer
	in  queue
	dec *mode.EBCDICReader
	buf [8 << 10]byte
}

// queue is what has come and is not converted yet.
type queue struct {
	b    []byte
	over bool
}

func (q *queue) Read(b []byte) (int, error) {
	if len(q.b) == 0 && q.over {
		return 0, io.EOF
	}
	n := copy(b, q.b)
	q.b = q.b[n:]
	return n, nil
}

func newEBCDICWriter(dst io.Writer, page mode.CodePage) *ebcdicWriter {
	w := &ebcdicWriter{dst: dst}
	w.dec = mode.NewEBCDICReader(&w.in)
	w.dec.CodePage = page
	return w
}

func (w *ebcdicWriter) Write(b []byte) (int, error) {
	w.in.b = b
	if err := w.drain(); err != nil {
		return 0, err
	}
	return len(b), nil
}

// drain writes what can be converted.
func (w *ebcdicWriter) drain() error {
	for {
		n, err := w.dec.Read(w.buf[:])
		if n > 0 {
			if _, err := w.dst.Write(w.buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case n == 0 && len(w.in.b) == 0:
			return nil
		}
	}
}

func (w *ebcdicWriter) pending() bool { return w.dec.Pending() > 0 }

// Close writes a CR that stood at the very end, and leaves dst open.
func (w *ebcdicWriter) Close() error {
	w.in.over = true
	return w.drain()
}
