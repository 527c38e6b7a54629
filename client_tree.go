package ftpwire

import (
	"context"
	"errors"
	"fmt"
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
