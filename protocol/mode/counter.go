package mode

import (
	"errors"
	"io"
)

// ErrTooMuch is the error of a read when more comes than [Reader.AtMost] allows.
var ErrTooMuch = errors.New("mode: more comes than is allowed")

// A counter counts what is read, and ends it with ErrTooMuch where more comes than most,
// if that is not negative.
type counter struct {
	r       io.Reader
	n, most int64
}

func newCounter(r io.Reader) *counter { return &counter{r: r, most: -1} }

func (c *counter) Read(b []byte) (int, error) {
	if c.most >= 0 && len(b) > 0 {
		left := c.most - c.n
		if left <= 0 {
			return 0, c.readEnd()
		}
		b = b[:min(int64(len(b)), left)]
	}
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *counter) readEnd() error {
	n, err := c.r.Read(make([]byte, 1))
	c.n += int64(n)
	if n > 0 {
		return ErrTooMuch
	}
	return err
}
