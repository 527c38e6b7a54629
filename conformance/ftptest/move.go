package ftptest

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

const (
	// piece is how much is moved under one deadline.
	piece = 32 << 10
	// finePiece is the same where the kernel moves it and a partial piece is no loss.
	finePiece = 256 << 10
)

// move copies src to dst until its end, and gives up when nothing moves for
// Config.DataTimeout. An error of the tree is a *localError.
func (t *transfer) move(dst io.Writer, src io.Reader, s *session, count func(int64)) error {
	size, buf := int64(piece), []byte(nil)
	kernel := false
	if _, ok := t.conn.conn.(*net.TCPConn); ok && t.encode == nil && t.decode == nil {
		kernel = isFile(dst) || isFile(src) // sendfile and splice, if left alone
	}
	if kernel {
		size = finePiece
	} else {
		buf = make([]byte, piece)
		dst, src = plainWriter{dst, t.source == nil}, plainReader{src, t.source != nil}
	}
	for {
		t.conn.raw.SetDeadline(time.Now().Add(s.srv.cfg.dataTimeout()))
		n, err := io.CopyBuffer(dst, io.LimitReader(src, size), buf)
		count(n)
		t.moved.Add(n)
		switch {
		case kernel && n > 0 && errors.Is(err, os.ErrDeadlineExceeded):
		case err != nil:
			return err
		case n == 0:
			return nil
		}
		if t.during != nil {
			if err := t.during(s, t); err != nil {
				return err
			}
		}
	}
}

func isFile(v any) bool {
	_, ok := v.(*os.File)
	return ok
}

// A localError is an error of the tree, not of the data connection.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }

// plainReader hides all methods of a reader but Read. If local, it marks errors.
type plainReader struct {
	r     io.Reader
	local bool
}

func (r plainReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if r.local && err != nil && err != io.EOF {
		err = &localError{err}
	}
	return n, err
}

// plainWriter is the same for a writer.
type plainWriter struct {
	w     io.Writer
	local bool
}

func (w plainWriter) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	if w.local && err != nil {
		err = &localError{err}
	}
	return n, err
}
