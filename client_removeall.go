package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// RemoveAll removes a file, or a directory with everything in it. It is no error if there is nothing of the name. It goes on after
// what it can't remove, and the error, a *[FileError] with the name, is of the first thing that stays.
//
// It never follows links: a link is removed, and what it leads to stays. Where the server shows a link as a directory and does not
// let it be removed, or does not tell, nothing in it is touched, and the error says so. The names "", "/", "." and "..", and names
// with ".." in them, are refused.
//
// If the connection is lost, RemoveAll goes on with a new one.
func (c *Client) RemoveAll(ctx context.Context, name string) error {
	clean := path.Clean(name)
	if name == "" || clean == "/" || clean == "." || slices.Contains(strings.Split(name, "/"), "..") {
		return &FileError{Op: "removeall", Path: name, Err: errors.New("ftp: such a name is too much to remove: name a file or a directory below the working directory or the root")}
	}
	done, err := c.take(ctx)
	if err != nil {
		return &FileError{Op: "removeall", Path: name, Err: err}
	}
	defer done()
	r := removal{c: c}
	r.tree(ctx, clean, listing.KindUnknown, 0)
	return r.err
}

// A removal is one call of RemoveAll.
type removal struct {
	c    *Client
	err  error // of the first thing that stays
	rmd  error // what RMD was answered last, if it was sent
	over bool  // there is no connection, or no time, to go on
}

// tree removes name, and what is in it. kind is what the listing says that it is.
func (r *removal) tree(ctx context.Context, name string, kind listing.Kind, depth int) {
	err := r.one(ctx, name)
	if err == nil || gone(err) {
		return
	}
	if kind != listing.KindFile && kind != listing.KindLink && kind != listing.KindOther && r.mayEnter(ctx, err) {
		err = r.directory(ctx, name, err)
	}
	if err != nil {
		r.keep(ctx, err)
		return
	}
	if depth == maxDepth {
		r.keep(ctx, &FileError{Op: "removeall", Path: name, Err: errDepth})
		return
	}
	var entries []listing.Entry
	err = r.do(ctx, name, func(ctx context.Context) (err error) {
		entries, err = r.c.readDir(ctx, name, r.c.allEntries)
		return err
	})
	if err != nil {
		r.keep(ctx, err)
	}
	for _, e := range entries {
		if r.over {
			return
		}
		r.tree(ctx, join(name, e.Name), e.Kind, depth+1)
	}
	if r.over {
		return
	}
	if err := r.one(ctx, name); err != nil && !gone(err) {
		r.keep(ctx, err)
	}
}

// gone reports whether err says that there is nothing of the name.
func gone(err error) bool { return isType[*FileError](err) && errors.Is(err, fs.ErrNotExist) }

// mayEnter reports whether what could not be removed may be a directory with something in it. RMD of a link to a directory is answered
// that it is none, also by servers that show it as one.
func (r *removal) mayEnter(ctx context.Context, err error) bool {
	return isRefusal(err) && r.c.lost(ctx) == nil && r.rmd != nil && protocol.MeaningIn(r.rmd) != protocol.NotDirectory
}

func (r *removal) keep(ctx context.Context, err error) {
	if r.err == nil {
		r.err = err
	}
	r.over = r.c.lost(ctx) != nil
}

func (r *removal) do(ctx context.Context, name string, try func(context.Context) error) error {
	return operation{c: r.c, op: "removeall", path: name}.run(ctx, try)
}

// one removes a file, a link or an empty directory. DELE comes first, also for what is listed as a directory: some servers list links
// as what they lead to.
func (r *removal) one(ctx context.Context, name string) error {
	return r.do(ctx, name, func(ctx context.Context) (err error) {
		err, r.rmd = r.c.removal(ctx, name)
		return err
	})
}

// directory makes sure that name is a directory and no link, by LIST of the directory that it is in: MLSD and CWD follow links on
// some servers. refusal is why name could not be removed as it is.
func (r *removal) directory(ctx context.Context, name string, refusal error) error {
	up, base := path.Split(name)
	if up != "/" {
		up = strings.TrimSuffix(up, "/")
	}
	kind, found := listing.KindUnknown, false
	err := r.do(ctx, name, func(ctx context.Context) error {
		entries, err := r.c.readDir(ctx, up, r.c.listed)
		if err != nil && entries == nil {
			return err
		}
		for _, e := range entries {
			if e.Name == base {
				kind, found = e.Kind, true
			}
		}
		return nil
	})
	switch {
	case err != nil && !isRefusal(err):
		return err
	case kind == listing.KindDir:
		return nil
	case found && kind != listing.KindUnknown:
		return refusal
	}
	return &FileError{Op: "removeall", Path: name, Err: fmt.Errorf("ftp: LIST does not tell whether it is a directory or a link to one, so that nothing in it is removed: %w", refusal)}
}
