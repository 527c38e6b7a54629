package datachan

import "errors"

// ErrTooMuch is the error of a read when the peer sends more than [Conn.AtMost] allows.
var ErrTooMuch = errors.New("datachan: more comes than is allowed")

// AtMost makes reads fail with [ErrTooMuch] once more than this many octets have come
// since the connection was opened. The one octet too many is counted, but the caller does
// not get it. If octets is negative, there is no limit. The limit also holds for what the
// kernel copies.
func (c *Conn) AtMost(octets int64) { c.most.Store(octets) }

// room returns how many of want octets may still come.
func (c *Conn) room(want int64) int64 {
	most := c.most.Load()
	if most < 0 {
		return want
	}
	return min(want, max(most-c.moved.Load(), 0))
}

// readEnd waits for the end of the data when no more octets may come.
func (c *Conn) readEnd() error {
	n, err := c.read(make([]byte, 1))
	if n > 0 {
		return ErrTooMuch
	}
	return err
}
