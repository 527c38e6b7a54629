package ftpwire

import (
	"context"
	"iter"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// take waits for an operation's turn, as long as ctx lets it. done gives the turn back.
//
// The connection has turns of its own, one for each command or transfer. An operation of
// a Client takes several of them, and its attempts may replace the connection. Meanwhile
// nobody else may change the working directory, or be left with the old connection.
func (c *Client) take(ctx context.Context) (done func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	default:
	}
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// untilFirst keeps the turn until there is something to yield. Then the listing gives it
// up, so that the loop can call the Client.
func (c *Client) untilFirst(ctx context.Context, seq iter.Seq2[listing.Entry, error]) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		done, err := c.take(ctx)
		if err != nil {
			yield(listing.Entry{}, err)
			return
		}
		mine := true
		give := func() {
			if mine {
				mine = false
				done()
			}
		}
		defer give()
		for e, err := range seq {
			give()
			if !yield(e, err) {
				return
			}
		}
	}
}
