package ftpwire

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// Open begins the download of a file. Read of the [File] returns [io.EOF] only if the server has confirmed that the whole file came, and
// the size is right if the server tells sizes; another error means that what came may not be all. The File gives way to other operations
// of the Client, and goes on where it was. Close before the end gives the download up, and returns nil.
//
// ctx is for all that is done with the File. The errors, of Open and of the methods of File, are *[FileError]; they match fs.ErrNotExist or
// fs.ErrPermission if the server says so. If the connection is lost before the download has begun, Open tries once more on a new one;
// what has begun is not repeated. See [Client.Get] for more proof, and [Client.Download] to go on with what was cut.
func (c *Client) Open(ctx context.Context, name string) (*File, error) {
	return c.OpenAt(ctx, name, 0)
}

// OpenAt is Open and Seek: reading begins at an offset in octets. It is an error if the offset is beyond the end of the file, or if the
// server does not tell the size of the file: nothing else shows that a server has ignored the offset.
func (c *Client) OpenAt(ctx context.Context, name string, offset int64) (*File, error) {
	f := c.newFile(ctx, name, listing.Entry{Size: -1})
	f.pos = offset
	if err := f.begin("open", offset, func(ctx context.Context) error { return c.mayBegin(ctx, offset, f.end) }); err != nil {
		return nil, err
	}
	return f, nil
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
		return errNegative(offset)
	case size < 0:
		return fmt.Errorf("ftp: the server does not tell the size, so that nothing would show whether it begins at %d", offset)
	case offset > size:
		return fmt.Errorf("ftp: the offset %d is beyond the end at %d", offset, size)
	}
	return nil
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
		d := &download{job: newJob(c, "read", name, nil), w: &buf}
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
