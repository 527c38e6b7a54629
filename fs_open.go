package ftpwire

import (
	"io"
	"io/fs"
	"path"
	"syscall"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// A remoteFile is an open file of a remoteFS.
type remoteFile struct {
	f    *File
	name string
}

func (f *remoteFile) Stat() (fs.FileInfo, error) {
	info, err := f.f.Stat()
	if err != nil {
		return nil, f.fail("stat", err)
	}
	return fileInfo{path.Base(f.name), info.Sys().(listing.Entry)}, nil
}

func (f *remoteFile) Read(b []byte) (int, error) {
	n, err := f.f.Read(b)
	return n, f.fail("read", err)
}

func (f *remoteFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(b, off)
	return n, f.fail("read", err)
}

func (f *remoteFile) Seek(offset int64, whence int) (int64, error) {
	n, err := f.f.Seek(offset, whence)
	return n, f.fail("seek", err)
}

func (f *remoteFile) Close() error { return f.fail("close", f.f.Close()) }

func (f *remoteFile) fail(op string, err error) error {
	if err == io.EOF {
		return err
	}
	return pathError(op, f.name, err)
}

// A remoteDir is an open directory of a remoteFS. It is listed by the first ReadDir.
type remoteDir struct {
	fs     *remoteFS
	name   string
	e      listing.Entry
	listed bool
	left   []fs.DirEntry
	err    error // of the listing, told once what is left has been
	closed bool
}

func (d *remoteDir) Stat() (fs.FileInfo, error) {
	if d.closed {
		return nil, d.fail("stat", fs.ErrClosed)
	}
	return fileInfo{path.Base(d.name), d.e}, nil
}

func (d *remoteDir) Read([]byte) (int, error) { return 0, d.fail("read", syscall.EISDIR) }

func (d *remoteDir) Close() error {
	if d.closed {
		return d.fail("close", fs.ErrClosed)
	}
	d.closed = true
	return nil
}

// ReadDir implements [fs.ReadDirFile].
func (d *remoteDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if d.closed {
		return nil, d.fail("readdir", fs.ErrClosed)
	}
	if !d.listed {
		d.listed = true
		d.left, d.err = d.fs.ReadDir(d.name)
	}
	if n > 0 && len(d.left) > 0 {
		n = min(n, len(d.left))
		some := d.left[:n]
		d.left = d.left[n:]
		return some, nil
	}
	rest, err := d.left, d.err
	if d.left, d.err = nil, nil; err == nil && n > 0 {
		err = io.EOF
	}
	return rest, err
}

func (d *remoteDir) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: d.name, Err: err}
}
