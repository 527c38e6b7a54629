package ftpwire

import (
	"context"
	"iter"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// listed yields what LIST has. Where the server does not know LIST, it yields the names that
// NLST has, of which nothing else is known.
func (c *Client) listed(ctx context.Context, path string) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		first, o := true, c.listOptions(ctx)
		for e, err := range c.conn.List(ctx, path, o) {
			if first && protocol.MeaningIn(err).NotImplemented() && c.conn.Err() == nil {
				c.named(ctx, path, o.Lines.CodePage, err)(yield)
				return
			}
			first = false
			if !yield(e, err) {
				return
			}
		}
	}
}

// named yields the names of a directory as entries. If NLST is not known either, the error is
// that of LIST.
func (c *Client) named(ctx context.Context, path string, page *listing.CodePage, refusal error) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		for name, err := range c.conn.Nlst(ctx, path) {
			if protocol.MeaningIn(err).NotImplemented() {
				err = refusal
			}
			e := listing.Entry{Name: name, Size: -1}
			e.Text, e.Encoding = page.Decode(name)
			if !yield(e, err) {
				return
			}
		}
	}
}
