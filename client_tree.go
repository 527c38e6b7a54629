package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// maxDepth is how deep Walk and RemoveAll go. Servers that follow links can show a tree without an end.
const maxDepth = 200

// errDepth is the error of what is deeper.
var errDepth = fmt.Errorf("ftp: it is more than %d directories deep", maxDepth)

// ReadDir returns the entries of a directory, sorted by name; if name is "", those of the working directory. Those for the directory
// itself and its parent are left out. If some entries can't be read, or have names that lead out of the directory (with "/" in them,
// or ".."), the others are returned beside an error that tells of them. The error is a *[FileError]; it matches fs.ErrNotExist and
// fs.ErrPermission if the server says so. [Client.Entries] yields entries one by one.
func (c *Client) ReadDir(ctx context.Context, name string) (entries []listing.Entry, err error) {
	err = c.do(ctx, "readdir", name, func(ctx context.Context) error {
		entries, err = c.readDir(ctx, name, c.allEntries)
		return err
	})
	return entries, err
}

// A lister is a way to list a directory.
type lister func(ctx context.Context, name string) iter.Seq2[listing.Entry, error]

// readDir collects what list yields.
func (c *Client) readDir(ctx context.Context, name string, list lister) (entries []listing.Entry, err error) {
	var bad []error
	for e, err := range list(ctx, name) {
		switch {
		case err != nil && isType[*parse.Error](err):
			bad = append(bad, err)
		case err != nil:
			return nil, err // what came before may be half of it
		case isDot(e):
		case !c.isElement(e.Name):
			bad = append(bad, fmt.Errorf("ftp: the name %q leads out of the directory", e.Name))
		default:
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b listing.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, errors.Join(bad...)
}

// isElement reports whether name is one element of a pathname, and no more.
func (c *Client) isElement(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/") &&
		!(c.conn.HasQuirk(control.QuirkBackslashPaths) && strings.Contains(name, `\`))
}

func isDirectory(e listing.Entry) bool {
	return e.Kind == listing.KindDir || e.Kind == listing.KindCurrent || e.Kind == listing.KindParent
}

// A WalkFunc is called by [Client.Walk] for each file and directory. name is the pathname on the server, which begins with the root
// as it was given. If err is not nil, the directory could not be read, or not all of it; the rest is walked if the function returns
// nil. An error that it returns ends the walk, except fs.SkipDir, which leaves out the directory (of a file: the rest of its
// directory), and fs.SkipAll, which ends the walk without an error. It may call the Client.
type WalkFunc func(name string, e listing.Entry, err error) error

// Walk calls fn for each file and directory below root, in the order of their names, and for root itself first, as
// [path/filepath.WalkDir] does; if root is "", it is the working directory. Links are not followed, so far as the server tells which
// they are. If root is no directory, fn is called once, for it. If root can't be looked at, fn is called with the error.
func (c *Client) Walk(ctx context.Context, root string, fn WalkFunc) error {
	e := listing.Entry{Kind: listing.KindDir, Size: -1}
	var err error
	if root != "" {
		err = c.do(ctx, "stat", root, func(ctx context.Context) (err error) {
			e, err = c.stat(ctx, root)
			return err
		})
	}
	if err != nil {
		err = fn(root, e, err)
	} else {
		err = c.walk(ctx, root, e, 0, fn)
	}
	if err == fs.SkipDir || err == fs.SkipAll {
		return nil
	}
	return err
}

// walk is Walk for what e describes.
func (c *Client) walk(ctx context.Context, name string, e listing.Entry, depth int, fn WalkFunc) error {
	err := fn(name, e, nil)
	if !isDirectory(e) {
		return err
	}
	if err == fs.SkipDir {
		return nil
	}
	if err != nil {
		return err
	}
	if depth == maxDepth {
		return skipped(fn(name, e, &FileError{Op: "walk", Path: name, Err: errDepth}))
	}
	entries, err := c.ReadDir(ctx, name)
	if err != nil {
		if err := fn(name, e, err); err != nil {
			return skipped(err)
		}
	}
	for _, e := range entries {
		if err := c.walk(ctx, join(name, e.Name), e, depth+1, fn); err != nil {
			return skipped(err)
		}
	}
	return nil
}

// skipped is what is left of fs.SkipDir above the directory.
func skipped(err error) error {
	if err == fs.SkipDir {
		return nil
	}
	return err
}
