package ftpwire

import (
	"context"
	"iter"

	"github.com/ftpwire/ftpwire/parse"
)

// take waits for the turn of an operation, as long as ctx lets it. done gives it back.
//
// The connection has turns of its own, one a command or transfer. An operation of a Client is
// more than one, and its attempts may replace the connection: nobody else may change the
// working directory meanwhile, or be left with the old one.
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

// untilFirst has the turn until there is something to yield. What the loop then calls has
// it, and the listing gives way.
func (c *Client) untilFirst(ctx context.Context, seq iter.Seq2[parse.Entry, error]) iter.Seq2[parse.Entry, error] {
	return func(yield func(parse.Entry, error) bool) {
		done, err := c.take(ctx)
		if err != nil {
			yield(parse.Entry{}, err)
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
