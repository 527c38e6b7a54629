package ftpwire

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/ftpwire/ftpwire/control"
)

// Open begins the download of a file. Read returns [io.EOF] only if the server has confirmed that the whole file came, and the size
// is right if the server tells sizes; another error means that what came may not be all. After Read has returned an error, the
// Client can be used for other operations. Before that, they wait: read to the end or Close first. Close before the end gives the
// download up, and returns nil.
//
// ctx is for the whole download. The errors, of Open and of Read, are *[FileError]; they match fs.ErrNotExist or fs.ErrPermission if
// the server says so. If the connection is lost before the download has begun, Open tries once more on a new one; what has begun is
// not repeated. See [Client.Get] for more proof, and [Client.Download] to go on with what was cut.
func (c *Client) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	return c.OpenAt(ctx, name, 0)
}

// OpenAt is Open from an offset in octets on. It is an error if the offset is beyond the end of the file, or if the server does not
// tell the size of the file: nothing else shows that a server has ignored the offset. What a server sends that ignores it is known
// to be wrong once it is longer than the rest of the file: do not use what was read before [io.EOF].
func (c *Client) OpenAt(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	done, err := c.take(ctx)
	if err != nil {
		return nil, &FileError{Op: "open", Path: name, Err: err}
	}
	f := &openFile{operation: operation{c: c, op: "open", path: name}, done: done}
	err = f.run(ctx, func(ctx context.Context) (err error) {
		f.data, err = c.retrieve(ctx, name, offset)
		return err
	})
	if err != nil {
		done()
		return nil, err
	}
	return f, nil
}

// retrieve opens a download whose size is expected, if it is known.
func (c *Client) retrieve(ctx context.Context, name string, offset int64) (*control.Download, error) {
	size := int64(-1)
	if c.binary() {
		size = c.sizeIfKnown(ctx, name)
	}
	if err := c.mayBegin(ctx, offset, size); err != nil {
		return nil, err
	}
	data, err := c.conn.Retr(ctx, name, offset)
	if err == nil && size >= 0 {
		data.Expect(size - offset)
	}
	return data, err
}

// mayBegin returns an error if a download of a file of this size can't begin at offset.
func (c *Client) mayBegin(ctx context.Context, offset, size int64) error {
	if offset == 0 {
		return nil
	}
	if err := control.Resumable(c.conn.FileFormat()); err != nil {
		return err
	}
	if err := c.lost(ctx); err != nil {
		return err
	}
	switch {
	case offset < 0:
		return fmt.Errorf("ftp: the offset %d is negative", offset)
	case size < 0:
		return fmt.Errorf("ftp: the server does not tell the size, so that nothing would show whether it begins at %d", offset)
	case offset > size:
		return fmt.Errorf("ftp: the offset %d is beyond the end at %d", offset, size)
	case c.noRest:
		return fmt.Errorf("ftp: the server ignores offsets (REST)")
	}
	return nil
}

// An openFile is what Open returns.
type openFile struct {
	operation
	data *control.Download
	done func() // gives the turn back; nil after that
	err  error  // of further calls of Read
}

// Read implements io.Reader.
func (f *openFile) Read(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.data.Read(b)
	if err != nil {
		f.end(err)
		err = f.err
	}
	return n, err
}

// end ends the download after Read has returned err.
func (f *openFile) end(err error) {
	closed := f.data.Close()
	f.done()
	if f.done = nil; err == io.EOF {
		if err = closed; err == nil {
			f.err = io.EOF
			return
		}
	}
	f.op = "read"
	f.err = f.fail(err, nil)
}

// Close implements io.Closer.
func (f *openFile) Close() error {
	if f.done == nil {
		return nil
	}
	err := f.data.Close()
	f.done()
	f.done, f.op = nil, "close"
	f.err = f.fail(errGivenUp, nil)
	return f.fail(err, nil)
}

// errGivenUp is the error of what is read from or written to a file after Close.
var errGivenUp = fmt.Errorf("ftp: the file is closed: %w", io.ErrClosedPipe)

// ReadFile returns the content of a file. A nil error means that the server confirmed that it is all, and that the size is right if
// the server tells sizes. The error is a *[FileError], with no content beside it; it matches fs.ErrNotExist or fs.ErrPermission if
// the server says so. If the connection is lost, ReadFile begins once more on a new one.
func (c *Client) ReadFile(ctx context.Context, name string) ([]byte, error) {
	var buf bytes.Buffer
	err := c.do(ctx, "read", name, func(ctx context.Context) error {
		buf.Reset()
		d := &download{job: newJob(c, name, nil), w: &buf}
		if err := d.prepare(ctx); err != nil {
			return err
		}
		return d.proven(ctx, nil, d.transfer(ctx, nil, 0))
	})
	if err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
