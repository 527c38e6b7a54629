package control

import "context"

// Noop asks for a sign of life.
func (c *Conn) Noop(ctx context.Context) error {
	_, err := c.do(ctx, "NOOP", "")
	return err
}
