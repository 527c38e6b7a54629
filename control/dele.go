package control

import (
	"context"
)

// Dele deletes a file.
func (c *Conn) Dele(ctx context.Context, path string) error {
	_, err := c.do(ctx, "DELE", path)
	return err
}
