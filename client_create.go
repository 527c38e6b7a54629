package ftpwire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/control"
)

// WriteFile stores data as a file, which is replaced if it exists. A nil error means that the server confirmed it, and that the size
// is right if the server tells sizes. The error is a *[FileError]; it matches fs.ErrPermission if the server says so. After an error,
// there may be a part of the data under the name. If the connection is lost, WriteFile begins once more on a new one.
func (c *Client) WriteFile(ctx context.Context, name string, data []byte) error {
	return c.do(ctx, "write", name, func(ctx context.Context) error { return c.store(ctx, name, bytes.NewReader(data)) })
}

// store is Put on the present connection.
func (c *Client) store(ctx context.Context, name string, src io.Reader) error {
	u := &upload{job: newJob(c, "put", name, nil), src: src, target: name}
	return u.attempt(ctx)
}

// Create begins to store a file, which is replaced if it exists. Only a nil error from Close says that the file is stored: that the
// server confirmed it, and that the size is right if the server tells sizes. Until Close has returned, other operations of the Client
// wait. After a failed Write, Close returns the error. To give the file up, end ctx before Close: Close then returns an error, and
// the server may keep a part. A file that is neither closed nor given up keeps the Client busy.
//
// ctx is for the whole upload. The errors, of Create, Write and Close, are *[FileError]; they match fs.ErrPermission if the server
// says so. If the connection is lost before the server has taken the upload, Create tries once more on a new one; what has begun is
// not repeated. See [Client.Put] and [Client.Upload] for more proof.
func (c *Client) Create(ctx context.Context, name string) (io.WriteCloser, error) {
	return c.writer(ctx, "create", name, c.store)
}

// Append begins to store data at the end of a file (APPE), which is made if it is not there. It is like [Client.Create]. If the server
// tells sizes, a nil error from Close also says that the file has grown by what was written, and by nothing else. After an error, what
// was written, or a part of it, may be there; [Temporary] is then false for it, so that nothing appends twice.
func (c *Client) Append(ctx context.Context, name string) (io.WriteCloser, error) {
	return c.writer(ctx, "append", name, c.appendFrom)
}

// appendFrom sends APPE and compares the sizes before and after.
func (c *Client) appendFrom(ctx context.Context, name string, src io.Reader) error {
	before, err := c.sizeBefore(ctx, name)
	if err != nil {
		return err
	}
	w, err := c.conn.Appe(ctx, name)
	if err != nil {
		return err
	}
	n, err := w.ReadFrom(src)
	if err != nil {
		w.Abort()
	} else if err = w.Close(); err == nil && before >= 0 {
		if after := c.storedSize(ctx, name); after >= 0 && after != before+n {
			err = &control.TransferError{Verb: "APPE", Path: name, Phase: control.PhaseReply, Bytes: n, Err: &control.SizeError{Want: before + n, Got: after}}
		}
	}
	if n == 0 {
		return err
	}
	return onceStored(err, partAppended)
}

// sizeBefore returns the size of a file that is appended to: 0 if there is none, -1 if the size is not known. The error is one of the
// connection or the context.
func (c *Client) sizeBefore(ctx context.Context, name string) (int64, error) {
	if !c.binary() || !c.usesSIZE() {
		return -1, nil
	}
	size, err := c.size(ctx, name)
	switch {
	case err == nil:
		return size, nil
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	}
	return -1, c.lost(ctx)
}

// A newFile is what Create and Append return. Its upload runs in a goroutine that reads from a pipe.
type newFile struct {
	ctx    context.Context
	op     string
	path   string
	w      *io.PipeWriter
	over   <-chan struct{} // closed after err is set
	err    error
	forget func() bool // ends the watch over ctx
}

// writer begins an upload by store and returns once the server waits for data.
func (c *Client) writer(ctx context.Context, op, name string, store func(context.Context, string, io.Reader) error) (io.WriteCloser, error) {
	done, err := c.take(ctx)
	if err != nil {
		return nil, &FileError{Op: op, Path: name, Err: err}
	}
	r, w := io.Pipe()
	over, begun := make(chan struct{}), &begunReader{Reader: r, begun: make(chan struct{})}
	f := &newFile{ctx: ctx, op: op, path: name, w: w, over: over}
	f.forget = context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	o := operation{c: c, op: op, path: name, begun: begun.yes}
	go func() {
		defer close(over)
		defer done()
		f.err = o.run(ctx, func(ctx context.Context) error { return store(ctx, name, begun) })
		r.CloseWithError(f.err)
	}()
	select {
	case <-begun.begun:
		return f, nil
	case <-over:
		f.forget()
		if f.err == nil { // the server took the end of the file before it began
			f.err = &FileError{Op: op, Path: name, Err: io.ErrUnexpectedEOF}
		}
		return nil, f.err
	}
}

// A begunReader notes that it was read from.
type begunReader struct {
	io.Reader
	begun chan struct{}
	read  atomic.Bool
}

func (r *begunReader) Read(b []byte) (int, error) {
	if !r.read.Swap(true) {
		close(r.begun)
	}
	return r.Reader.Read(b)
}

func (r *begunReader) yes() bool { return r.read.Load() }

// Write implements io.Writer.
func (f *newFile) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	if err != nil && f.ctx.Err() != nil {
		err = context.Cause(f.ctx)
	}
	if err != nil && !isType[*FileError](err) {
		err = &FileError{Op: f.op, Path: f.path, Err: err}
	}
	return n, err
}

// Close implements io.Closer. A second call returns what the first one did.
func (f *newFile) Close() error {
	f.forget()
	if f.ctx.Err() != nil {
		f.w.CloseWithError(context.Cause(f.ctx))
	} else {
		f.w.Close()
	}
	<-f.over
	return f.err
}
