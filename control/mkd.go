package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
)

// Mkd makes a directory and returns the pathname in the reply, which is absolute
// where the server follows RFC 959, Appendix II, and "" where it names none. The
// error matches fs.ErrExist if the server says that the directory is there already.
func (c *Conn) Mkd(ctx context.Context, path string) (string, error) {
	r, err := c.do(ctx, "MKD", path)
	if err != nil {
		return "", c.mkdMeant(err)
	}
	name, err := c.pwdPath(parse.PWD(r.LastLine()))
	if err != nil {
		return "", nil // some servers answer 250 and no name
	}
	c.given(name)
	return name, nil
}
