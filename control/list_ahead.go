package control

import (
	"bytes"
	"io"
)

// maxAhead limits how much of a listing is read ahead and kept. A longer one holds the turn
// until its loop ends.
const maxAhead = 64 << 20

// A sharedListing is a listing that a loop reads entry by entry. While the loop handles
// one, another caller, or the loop body itself, may need the connection: the rest of the
// listing is then read ahead, so that the connection is free.
type sharedListing struct {
	reading chan struct{} // holds a token while nobody uses the fields below

	d      *Download
	ahead  bytes.Buffer // read, and not yet given to the loop
	begun  bool         // reading ahead has begun; the loop finds the rest in ahead
	end    error        // how the data ended, after ahead
	closed bool
	err    error // of Close
}

// share lets other callers read d ahead.
func (c *Conn) share(d *Download) *sharedListing {
	s := &sharedListing{reading: make(chan struct{}, 1), d: d}
	s.reading <- struct{}{}
	c.listing.Store(s)
	if c.waiting.Load() > 0 {
		c.makeWay()
	}
	return s
}

// Read implements io.Reader for the loop.
func (s *sharedListing) Read(b []byte) (int, error) {
	<-s.reading
	defer func() { s.reading <- struct{}{} }()
	if s.ahead.Len() > 0 {
		return s.ahead.Read(b)
	}
	if s.end != nil {
		return 0, s.end
	}
	return s.d.Read(b)
}

// atEnd reports whether the data has ended.
func (s *sharedListing) atEnd() bool {
	<-s.reading
	defer func() { s.reading <- struct{}{} }()
	return s.ahead.Len() == 0 && s.d.eof
}

// close ends the listing; see [Download.Close].
func (s *sharedListing) close() error {
	<-s.reading
	defer func() { s.reading <- struct{}{} }()
	return s.finish()
}

func (s *sharedListing) finish() error {
	if !s.closed {
		s.closed = true
		s.d.t.c.listing.CompareAndSwap(s, nil)
		s.err = s.d.Close()
	}
	return s.err
}

// maxUnwanted limits how much is read of a listing that is no longer wanted, so that it need
// not be aborted: many servers handle ABOR badly.
const maxUnwanted = 1 << 20

// discard ends the listing when the rest of it is not needed.
func (s *sharedListing) discard() {
	<-s.reading
	defer func() { s.reading <- struct{}{} }()
	if !s.closed && s.end == nil {
		io.CopyN(io.Discard, s.d, maxUnwanted) // finish reports how it ended
	}
	s.finish()
}

// readAhead reads the rest and gives the turn back, so that an operation that waits for it
// can go on.
func (s *sharedListing) readAhead() {
	<-s.reading
	defer func() { s.reading <- struct{}{} }()
	if s.closed || s.begun {
		return
	}
	s.begun = true
	_, err := io.CopyN(&s.ahead, s.d, maxAhead)
	switch {
	case err == nil:
		return // there may be more; the loop reads it
	case err == io.EOF:
		s.finish()
	}
	s.end = err
}

// makeWay frees the connection, if possible, for an operation that waits for its turn.
func (c *Conn) makeWay() {
	if s := c.listing.Load(); s != nil {
		c.afterReturn(s.readAhead)
	}
}
