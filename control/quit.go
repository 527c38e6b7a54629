package control

import (
	"context"
)

// Quit ends the session in order: QUIT, its reply, close. A server may also end the
// connection instead of replying.
func (c *Conn) Quit(ctx context.Context) error {
	err := c.quit(ctx)
	c.Close()
	if err == nil {
		c.mu.Lock()
		c.dead = &ClosedError{} // the end was intended, whichever side closed first
		c.mu.Unlock()
	}
	return err
}
