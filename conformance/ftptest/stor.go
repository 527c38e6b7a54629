package ftptest

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
)

// stor is STOR (RFC 959, Section 4.1.3). After REST the file is kept up to the
// offset. What has arrived when a transfer breaks stays, as on most servers, so
// that it can be resumed.
func (s *session) stor(arg string) {
	if part, ok := s.span(); ok {
		s.storeRange(arg, part)
		return
	}
	name, offset := s.resolve(arg), s.restart()
	if offset > 0 {
		s.store(arg, name, writeAt, offset)
		return
	}
	s.store(arg, name, writeTruncate, 0)
}

// appe is APPE. After REST it is as STOR (RFC 3659, Section 5.3).
func (s *session) appe(arg string) {
	if _, ranged := s.span(); ranged || s.restart() > 0 {
		s.stor(arg)
		return
	}
	s.store(arg, s.resolve(arg), writeAppend, 0)
}

// stou is STOU. The name, which is new in the current directory, stands in the
// preliminary reply (RFC 1123, Section 4.1.2.9). An argument is a wish for how it
// begins.
func (s *session) stou(arg string) {
	if s.restart() > 0 {
		s.refuseTransfer(554, "STOU cannot restart")
		return
	}
	stem := path.Base(path.Clean("/" + arg))
	if stem == "/" {
		stem = "ftp"
	}
	for {
		s.srv.mu.Lock()
		s.srv.stous++
		base := stem + "." + strconv.Itoa(s.srv.stous)
		s.srv.mu.Unlock()
		name := path.Join(s.cwd, base)
		if _, err := s.host.tree.stat(name); err == nil {
			continue
		}
		s.store(base, name, writeNew, 0)
		return
	}
}

// store starts an upload.
func (s *session) store(arg, name string, how writeHow, offset int64) {
	if f := s.format(); offset > 0 && !f.Exact() && !f.Marks() {
		s.refuseTransfer(554, "REST with an upload needs TYPE I and STRU F, or a restart marker")
		return
	}
	if !s.mayStore() {
		return
	}
	if !s.mayWrite() {
		s.closeEndpoint()
		s.refuseError(553, arg, fs.ErrPermission)
		return
	}
	if !s.mayTransfer() { // before the file is touched
		return
	}
	w, err := s.host.tree.write(name, how, offset)
	switch {
	case errors.Is(err, errOffset):
		s.refuseTransfer(554, "Restart offset is beyond the end of the file")
		return
	case err != nil:
		s.closeEndpoint()
		s.refuseError(553, arg, err)
		return
	}
	t := &transfer{file: w, text: "Opening data connection for upload"}
	t.stored = &countWriter{w: w, n: offset}
	if n, err := s.host.tree.stat(name); err == nil && how == writeAppend {
		t.stored.n = n.size
	}
	t.sink = t.stored
	if how == writeNew {
		t.text = "FILE: " + arg
	}
	if left, limited := s.quotaLeft(); limited {
		t.sink = &fullWriter{t.stored, left, errQuota}
	}
	s.convert(t)
	s.begin(t)
}

// A fullWriter writes up to a number of bytes, then fails with an error.
type fullWriter struct {
	w    io.Writer
	left int64
	err  error
}

func (f *fullWriter) Write(b []byte) (int, error) {
	short := int64(len(b)) > f.left
	if short {
		b = b[:max(f.left, 0)]
	}
	n, err := f.w.Write(b)
	f.left -= int64(n)
	if err == nil && short {
		err = f.err
	}
	return n, err
}
