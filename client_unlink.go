package ftpwire

import "context"

// Unlink removes a file, and never a directory: it sends DELE alone, where [Client.Remove] sends RMD if that is refused. It is like
// Remove in all else.
func (c *Client) Unlink(ctx context.Context, name string) error {
	return c.do(ctx, "remove", name, func(ctx context.Context) error { return c.stays(ctx, name, c.conn.Dele(ctx, name)) })
}

// Rmdir removes an empty directory, and never a file: it sends RMD alone. It is like [Client.Remove] in all else.
func (c *Client) Rmdir(ctx context.Context, name string) error {
	return c.do(ctx, "remove", name, func(ctx context.Context) error { return c.stays(ctx, name, c.conn.Rmd(ctx, name)) })
}
