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

// WorkingDir returns the pathname that leads from the directory of the login to the working
// directory, "" if that is the same, without asking the server. It is what CWD was sent or PWD
// has told. known is false if it takes [Conn.Pwd] to find out: after CDUP, for example, or two
// relative pathnames one after the other.
func (c *Conn) WorkingDir() (dir string, known bool) {
	c.mu.Lock()
	dir, known = c.session.place, !c.session.astray && c.session.moving == 0
	c.mu.Unlock()
	if !known {
		return "", false
	}
	return c.slashes(dir), true
}
