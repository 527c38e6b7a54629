package ftpwire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ftpwire/ftpwire/control"
)

// headSize is how much of the beginning of a file is compared with what comes from an offset on. The
// octets before it need no REST, and no more than so many after an offset are counted instead.
const headSize = 64 << 10

// retr begins a download. part says that octets are used before their number shows what they are.
func (c *Client) retr(ctx context.Context, name string, offset int64, part bool) (*control.Download, error) {
	if part {
		return control.RetrPart(ctx, c.conn, name, offset)
	}
	return c.conn.Retr(ctx, name, offset)
}

// A fileHead is the beginning of a file, as it came without REST.
type fileHead struct {
	dir, name string
	state     remoteState
	octets    []byte
}

// headOf returns the beginning of a file, of headSize octets at least, which has size octets. It is got
// once for a version of a file. If the error is that of a lost connection, the beginning is there beside it.
func (c *Client) headOf(ctx context.Context, name string, s remoteState) ([]byte, error) {
	dir, known := c.conn.WorkingDir()
	if h := c.head; known && h.dir == dir && h.name == name && h.state.same(s) {
		return h.octets, nil
	}
	rd, err := control.RetrPart(ctx, c.conn, name, 0)
	if err != nil {
		return nil, err
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(rd, head)
	if cerr := rd.Close(); n < len(head) {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = errors.Join(&ChangedError{Path: name}, cerr)
		}
		return nil, err
	}
	if known && !s.Time.IsZero() {
		c.head = fileHead{dir, name, s, head}
	}
	return head, c.lost(ctx)
}

// An unplacedError says that nothing shows where in the file the data began.
type unplacedError struct{ control.OffsetError }

func unplaced(name string, from int64) error {
	return &unplacedError{control.OffsetError{Reason: fmt.Sprintf("what the server sends of %q from %d on begins as the file does, so that nothing shows that it heeds REST", name, from)}}
}

func (e *unplacedError) Unwrap() error { return &e.OffsetError }

// placed reads until it is proven that the server has not begun at the beginning of the file, whose
// octets are head: what came differs from them. It returns what it has read. REST is heeded by some servers at
// times, such as only if RETR follows at once, or by one member of a cluster; a transfer that is given up before its
// end does not show that by its length.
func placed(rd io.Reader, head []byte, unproven error) ([]byte, error) {
	got := make([]byte, 0, len(head))
	for len(got) < len(head) {
		n, err := rd.Read(got[len(got):cap(got)])
		got = got[:len(got)+n]
		if !bytes.HasPrefix(head, got) {
			return got, nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, unproven
}

// heedsRest makes sure that the server begins where REST says, to the octet, before anything that it sends is taken
// for what is wanted: it is asked for the last octet of the file, which has size octets. A server that
// ignores REST sends more. It is asked once for each Client, and once more for offsets that need more bits. That
// it heeds REST the next time, too, has to be shown by what comes then.
func (c *Client) heedsRest(ctx context.Context, name string, size int64) error {
	for range 3 {
		switch {
		case c.noRest:
			return &control.OffsetError{Reason: "the server ignores REST"}
		case offsetBits(c.restProven) >= offsetBits(size-1):
			return nil
		}
		now, err := c.askRest(ctx, name, size)
		if err != nil {
			return err
		}
		size = now
	}
	return &ChangedError{Path: name}
}

// offsetBits returns 0 if no offset is proven, and then more for offsets of 31, 32 and 63 bits: servers
// are known that cut them.
func offsetBits(offset int64) int {
	switch {
	case offset <= 0:
		return 0
	case offset < 1<<31:
		return 1
	case offset < 1<<32:
		return 2
	}
	return 3
}

// askRest asks for the last octet, and notes whether no more came. It returns the size of the file, which is another one
// if the file has grown: then that many more octets have to come.
func (c *Client) askRest(ctx context.Context, name string, size int64) (int64, error) {
	rd, err := c.conn.Retr(ctx, name, size-1)
	if err != nil {
		return size, err
	}
	n, err := io.ReadFull(rd, make([]byte, headSize))
	cerr := rd.Close()
	now := size
	switch {
	case err == nil:
		return c.ignoresRest(ctx, name, size)
	case err != io.ErrUnexpectedEOF && err != io.EOF:
		return size, err
	case cerr != nil:
		return size, cerr
	case n == 0:
		return size, &control.OffsetError{Reason: "the server sends nothing from the last octet of the file on (REST)"}
	case n > 1:
		if now, err = c.ignoresRest(ctx, name, size); err != nil {
			return size, err
		}
	}
	if now-size == int64(n-1) {
		c.restProven = max(size-1, 1)
	}
	return now, nil
}

// ignoresRest is for a transfer that was longer than what follows the offset. It notes that the server ignores REST, and returns an
// error, unless the file has grown meanwhile.
func (c *Client) ignoresRest(ctx context.Context, name string, size int64) (int64, error) {
	if c.lost(ctx) == nil {
		switch now, err := c.sizeNow(ctx, name); {
		case err != nil:
			return size, err
		case now > size:
			return now, nil
		}
	}
	c.noRest = true
	if err := c.lost(ctx); err != nil {
		return size, err
	}
	return size, &control.OffsetError{Reason: "the server ignores REST"}
}
