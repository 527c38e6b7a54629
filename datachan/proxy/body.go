package proxy

import (
	"bufio"
	"errors"
	"io"
)

// exactly reads a body of known length; if it ends earlier, the error is
// io.ErrUnexpectedEOF.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if int64(len(b)) > e.left {
		b = b[:e.left]
	}
	n, err := e.r.Read(b)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// chunked reads a chunked body and the trailer after it (RFC 9112, Section 7.1).
type chunked struct {
	r    *bufio.Reader
	body io.Reader
	done bool
}

func (c *chunked) Read(b []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	n, err := c.body.Read(b)
	if err != io.EOF {
		return n, err
	}
	lines := &lineReader{r: c.r, bytes: maxHeadBytes, lines: maxHeadLines}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return n, err
		}
		if line == "" {
			c.done = true
			return n, io.EOF
		}
	}
}
