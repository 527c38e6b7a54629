package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// An OtherNameError reports a file or directory that the server stored under another name than the one that was sent: the server
// confirmed it, but nothing has the name. Pure-FTPd puts "_" in place of a blank at either end of a new name, and of control
// characters in it.
type OtherNameError struct {
	Path string // the name that was sent
	Name string // the one that the server tells, "" if it tells none
}

func (e *OtherNameError) Error() string {
	s := fmt.Sprintf("ftp: the server stored %q under another name", e.Path)
	if e.Name != "" {
		s += fmt.Sprintf(", %q", e.Name)
	}
	return s + ": it does not keep blanks at the ends of a name, or control characters in it"
}

// isFragile reports whether servers are known that change the last element of p when they store it.
func isFragile(p string) bool {
	base := lastElement(p)
	return base != strings.TrimSpace(base) || strings.ContainsFunc(base, isControl)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// kept returns an error if the server says that nothing has the name under which a file was just stored, or that the file is
// called otherwise: Pure-FTPd changes control characters in every command. It asks only for a fragile name: whoever waits for
// other files may take them away at once.
func (c *Client) kept(ctx context.Context, name string) error {
	if !isFragile(name) || c.conn.Err() != nil {
		return nil
	}
	absent := false
	if c.usesMLST() {
		e, err := c.conn.Mlst(ctx, name)
		switch {
		case err == nil && lastElement(e.Name) != lastElement(name):
			return &OtherNameError{Path: name, Name: e.Name}
		case err == nil || c.conn.Err() != nil:
			return nil
		}
		absent = errors.Is(err, fs.ErrNotExist)
	}
	if _, err := c.size(ctx, name); err == nil || !absent && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &OtherNameError{Path: name}
}

// Mkdir makes a directory. If the server tells that the new directory has another name than path, the error is an
// *[OtherNameError].
func (c *Client) Mkdir(ctx context.Context, path string) error {
	return c.do(ctx, "mkdir", path, func(ctx context.Context) error { return c.mkdir(ctx, path) })
}

// mkdir is Mkdir for a caller that has the turn.
func (c *Client) mkdir(ctx context.Context, path string) error {
	name, err := c.conn.Mkd(ctx, path)
	if err != nil || !isFragile(path) {
		return err
	}
	if name != "" && lastElement(name) != lastElement(path) {
		return &OtherNameError{Path: path, Name: name}
	}
	if c.conn.Err() == nil && c.lookByMLST(ctx, path).absent() {
		return &OtherNameError{Path: path}
	}
	return nil
}

func lastElement(p string) string {
	p = strings.TrimRight(p, "/")
	return p[strings.LastIndexByte(p, '/')+1:]
}
