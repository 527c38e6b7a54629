package ftpwire

import (
	"context"
	"errors"
	"io"

	"github.com/ftpwire/ftpwire/control"
)

// Get copies a remote file to w. A nil error means that the whole file came, that the
// server confirmed it, and that everything else that o demands is proven. What came
// before an error has been written. o may be nil. Options that need a local file, Resume
// and Retry, are refused.
func (c *Client) Get(ctx context.Context, remote string, w io.Writer, o *TransferOptions) (TransferResult, error) {
	d := &download{job: newJob(c, "get", remote, o), w: w}
	if err := errors.Join(d.onlyOnce(), d.o.conflict(false), d.o.noCopy()); err != nil {
		return d.r, err
	}
	err := d.run(ctx, func(ctx context.Context) error {
		if err := d.prepare(ctx); err != nil {
			return err
		}
		return d.proven(ctx, nil, d.transfer(ctx, nil, 0))
	}, nil)
	return d.r, err
}

// Put copies r to a remote file, which is replaced. A nil error means that the server
// confirmed everything; if it can tell sizes, the size was compared. If the control
// connection ends after the final reply, that reply is the proof. o may be nil; see
// [Client.Upload]. Options that need a local file, Resume and Retry, are refused.
//
// If ctx ends, the server refuses the rest, or the control connection is lost while r keeps
// its reader waiting, Put returns: one last Read of r may then still be under way.
func (c *Client) Put(ctx context.Context, remote string, r io.Reader, o *TransferOptions) (TransferResult, error) {
	u := &upload{job: newJob(c, "put", remote, o), src: r}
	if err := u.onlyOnce(); err != nil {
		return u.r, err
	}
	return u.all(ctx)
}

var errOnce = errors.New("ftp: a stream can't be gone back to: Resume and Retry need a file")

// onlyOnce returns an error if a transfer to or from a stream is to be repeated.
func (j *job) onlyOnce() error {
	if j.o.Resume || j.o.Retry.Attempts > 0 {
		return errOnce
	}
	return nil
}

// noCopy returns an error if the options ask something of a local file that there is none of.
func (o *TransferOptions) noCopy() error {
	if o.NoClobber || o.Newer || o.KeepTime || o.MakeDirs {
		return &OptionsError{Reason: "NoClobber, Newer, KeepTime and MakeDirs need a local file"}
	}
	return nil
}

// withinSize returns an error if a file is known to have more octets than it may have.
func withinSize(size, most int64) error {
	if most > 0 && size > most {
		return &control.TooLargeError{Most: most, Size: size}
	}
	return nil
}
