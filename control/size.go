package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Size returns the size of a file in octets, as a binary transfer would move them (RFC
// 3659, Section 4). It sends TYPE I first, because the size depends on the type.
func (c *Conn) Size(ctx context.Context, path string) (int64, error) {
	size := protocol.Command{Verb: "SIZE", Arg: c.pathArg("SIZE", path)}
	if err := c.sendable(size); err != nil {
		return 0, err
	}
	if err := c.acquire(ctx); err != nil {
		return 0, err
	}
	defer c.release()
	return c.sizeLocked(ctx, path)
}

// sizeLocked is Size with the turn held.
func (c *Conn) sizeLocked(ctx context.Context, path string) (int64, error) {
	if err := c.ensureType(ctx, 'I'); err != nil {
		return 0, err
	}
	r, err := c.exchange(ctx, protocol.Command{Verb: "SIZE", Arg: c.pathArg("SIZE", path)})
	if err != nil {
		return 0, err
	}
	return parse.Size(r.LastLine())
}
