package ftptest

import (
	"bytes"
	"io"
)

// STRU R in MODE S (RFC 959, Section 3.1.2.2 and 3.4.1): on the data connection
// a record ends in the two bytes FF 01 and the file in FF 02, or in FF 03 with its
// last record, and a byte FF is doubled. In the tree a record is a line that ends
// in LF; what stands behind the last LF of a file is a record as well.

// A recordReader reads a file as STRU R sends it.
type recordReader struct {
	src io.Reader
	buf [4 << 10]byte
	out bytes.Buffer
	mid bool // in a record
	end bool
	err error
}

func newRecordReader(src io.Reader) *recordReader { return &recordReader{src: src} }

func (r *recordReader) Read(b []byte) (int, error) {
	for r.out.Len() == 0 && r.err == nil {
		var n int
		n, r.err = r.src.Read(r.buf[:])
		for _, c := range r.buf[:n] {
			r.put(c)
		}
		if r.err == io.EOF && !r.end {
			r.end = true
			if r.mid {
				r.out.WriteString("\xff\x03")
			} else {
				r.out.WriteString("\xff\x02")
			}
		}
	}
	if r.out.Len() == 0 {
		return 0, r.err
	}
	return r.out.Read(b)
}

func (r *recordReader) put(c byte) {
	switch r.mid = c != '\n'; c {
	case '\n':
		r.out.WriteString("\xff\x01")
	case 0xff:
		r.out.WriteString("\xff\xff")
	default:
		r.out.WriteByte(c)
	}
}

// A recordWriter writes to a file what comes in STRU R. Close tells of a file
// whose end was not marked.
type recordWriter struct {
	dst    io.Writer
	escape bool // FF was read
	over   bool // the end of the file was marked
}

func newRecordWriter(dst io.Writer) *recordWriter { return &recordWriter{dst: dst} }

func (w *recordWriter) Write(b []byte) (int, error) {
	var out []byte
	for _, c := range b {
		switch {
		case w.over:
			return 0, errRecord
		case !w.escape && c == 0xff:
			w.escape = true
			continue
		case !w.escape:
			out = append(out, c)
		case c == 0xff:
			out = append(out, c)
		case c == 1, c == 3:
			out = append(out, '\n')
			w.over = c == 3
		case c == 2:
			w.over = true
		default:
			return 0, errRecord
		}
		w.escape = false
	}
	if len(out) == 0 {
		return len(b), nil
	}
	if _, err := w.dst.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (w *recordWriter) Close() error {
	if !w.over {
		return errRecord
	}
	return nil
}
