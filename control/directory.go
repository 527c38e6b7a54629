package control

import (
	"context"

	"github.com/ftpwire/ftpwire/parse"
)

// Cwd makes path the working directory.
func (c *Conn) Cwd(ctx context.Context, path string) error {
	_, err := c.do(ctx, "CWD", path)
	return err
}

// Roamed reports whether a command was sent that may have changed the working directory.
// If not, it is that of the login.
func (c *Conn) Roamed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.roamed
}

// Pwd returns the working directory's pathname (RFC 959, Appendix II). A reply
// that holds none is a *[parse.Error].
func (c *Conn) Pwd(ctx context.Context) (string, error) {
	r, err := c.do(ctx, "PWD", "")
	if err != nil {
		return "", err
	}
	path, err := parse.PWD(r.LastLine())
	c.given(path)
	return c.pwdPath(path, err)
}

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
		return "", nil // servers are known that answer 250 and no name
	}
	c.given(name)
	return name, nil
}

// Rmd removes an empty directory.
func (c *Conn) Rmd(ctx context.Context, path string) error {
	_, err := c.do(ctx, "RMD", path)
	return err
}
