package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
)

// Pwd returns the working directory's pathname (RFC 959, Appendix II). If the reply holds
// no pathname, the error is a *[parse.Error].
func (c *Conn) Pwd(ctx context.Context) (string, error) {
	r, err := c.do(ctx, "PWD", "")
	if err != nil {
		return "", err
	}
	path, err := parse.PWD(r.LastLine())
	c.given(path)
	return c.pwdPath(path, err)
}
