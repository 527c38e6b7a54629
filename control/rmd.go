package control

import (
	"context"
)

// Rmd removes an empty directory.
func (c *Conn) Rmd(ctx context.Context, path string) error {
	_, err := c.do(ctx, "RMD", path)
	return err
}
