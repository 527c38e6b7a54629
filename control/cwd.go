package control

import (
	"context"
)

// Cwd makes path the working directory. The error of a refusal matches fs.ErrNotExist and
// the like as far as the reply tells; see [protocol.ReplyError.Meaning].
func (c *Conn) Cwd(ctx context.Context, path string) error {
	_, err := c.do(ctx, "CWD", path)
	return err
}

// Roamed reports whether a command was sent that may have changed the working directory,
// and was not refused. If not, it is still the one after the login.
func (c *Conn) Roamed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.roamed || c.session.moving > 0
}
