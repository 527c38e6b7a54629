package control

import (
	"context"
)

// Quit ends the session in order: QUIT, its reply, close. A server that ends the
// connection in place of a reply is as good.
func (c *Conn) Quit(ctx context.Context) error {
	err := c.quit(ctx)
	c.Close()
	if err == nil {
		c.mu.Lock()
		c.dead = &ClosedError{} // whichever side was the first to close: it was meant to be
		c.mu.Unlock()
	}
	return err
}
