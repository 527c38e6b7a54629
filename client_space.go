package ftpwire

import (
	"context"

	"github.com/ftpwire/ftpwire/control"
)

// Space tells how much may still be stored in a directory, "" for the working directory, and what is used, as far as the server says:
// numbers that it does not tell are -1. It asks AVBL, XQUOTA, SITE QUOTA, and looks at the text after a listing; By says which of them
// told it.
//
// The error is a *[FileError]. It matches [errors.ErrUnsupported] if the server tells nothing, for example because there is no limit,
// and fs.ErrNotExist if there is no such directory. If the connection is lost, Space asks once more on a new one.
func (c *Client) Space(ctx context.Context, dir string) (s control.Space, err error) {
	err = c.do(ctx, "space", dir, func(ctx context.Context) (err error) {
		s, err = c.conn.Space(ctx, dir)
		return err
	})
	return s, err
}

// Hash returns the server's sum of a file, as a binary transfer would move it, by HASH, XSHA256 or whatever else it has: see
// [control.Conn.Hash]. algorithm is one of [control.Conn.HashAlgorithms]; if it is "", it is the first of them, and the result says
// which. The wait for the sum is ten times the usual one at most.
//
// The error is a *[FileError]. It matches [errors.ErrUnsupported] if the server has no such sum, and fs.ErrNotExist or
// fs.ErrPermission if it says so. If the connection is lost, Hash asks once more on a new one. [Client.Verify] compares a file with a
// local one.
func (c *Client) Hash(ctx context.Context, name, algorithm string) (control.Sum, error) {
	return c.HashRange(ctx, name, algorithm, 0, -1)
}

// HashRange is Hash of the octets from offset from up to offset to, without that, or up to the end of the file if to is negative. Some
// servers have sums of whole files only. On some others the octet before to may be missing in the sum, which its Loose tells.
func (c *Client) HashRange(ctx context.Context, name, algorithm string, from, to int64) (s control.Sum, err error) {
	err = c.do(ctx, "hash", name, func(ctx context.Context) (err error) {
		s, err = c.conn.Hash(ctx, name, algorithm, from, to)
		return err
	})
	return s, err
}
