package control

import (
	"context"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

// Mdtm returns when a file was last modified (RFC 3659, Section 3), in UTC.
func (c *Conn) Mdtm(ctx context.Context, path string) (time.Time, error) {
	r, err := c.do(ctx, "MDTM", path)
	if err != nil {
		return time.Time{}, err
	}
	return parse.MDTM(r.LastLine())
}
