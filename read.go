package ftpwire

import (
	"context"
	"io"

	"github.com/ftpwire/ftpwire/control"
)

// ReadTo copies a remote file to w and returns how many bytes it wrote. A nil
// error says that the whole file came and the server confirmed it.
func (c *Client) ReadTo(ctx context.Context, path string, w io.Writer) (int64, error) {
	return c.ReadAtMost(ctx, path, w, 0)
}

// ReadAtMost is ReadTo for a file of which no more than so many octets are wanted, if most
// is not 0: a larger one is a *[control.TooLargeError], as [TransferOptions] has it for
// MaxSize. What came before that has been written.
func (c *Client) ReadAtMost(ctx context.Context, path string, w io.Writer, most int64) (int64, error) {
	done, err := c.take(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	size := int64(-1)
	if c.binary() {
		size = c.sizeIfKnown(ctx, path)
	}
	if err := withinSize(size, most); err != nil {
		return 0, err
	}
	d, err := c.conn.Retr(ctx, path, 0)
	if err != nil {
		return 0, err
	}
	if c.binary() && size >= 0 {
		d.Expect(size)
	}
	if most > 0 {
		d.AtMost(most)
	}
	n, err := io.Copy(w, d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return n, err
}

// withinSize returns an error if a file is known to have more octets than it may have.
func withinSize(size, most int64) error {
	if most > 0 && size > most {
		return &control.TooLargeError{Most: most, Size: size}
	}
	return nil
}
