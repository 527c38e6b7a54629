package ftpwire

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
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
	c   *Client
	err error // of the first thing that stays
	rmd error // what RMD was answered last, if it was sent

	kinds map[string]map[string]listing.Kind // what LIST showed, by directory

	over bool // there is no connection, or no time, to go on
}

// tree removes name, and what is in it. kind is what the listing says that it is.
func (r *removal) tree(ctx context.Context, name string, kind listing.Kind, depth int) {
	err := r.one(ctx, name)
	if err == nil {
		return
	}
	if r.mayLook(ctx, err) {
		err = r.look(ctx, name, kind, err)
	}
	if err == errNothing {
		return
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
	delete(r.kinds, name)
	if err := r.one(ctx, name); err != nil && (!r.mayLook(ctx, err) || !r.gone(ctx, name, err)) {
		r.keep(ctx, err)
	}
}

// mayLook reports whether err is a refusal for good, after which the server can be asked what there is.
func (r *removal) mayLook(ctx context.Context, err error) bool { return r.c.refusedForGood(ctx, err) }

// errNothing says that there is nothing to remove.
var errNothing = errors.New("ftp: it is gone")

// look finds out why name could not be removed. It returns nil if that is because name is a directory with something in it, and
// otherwise errNothing or what to tell the caller. kind is what the listing said, and refusal how the removal was refused.
func (r *removal) look(ctx context.Context, name string, kind listing.Kind, refusal error) error {
	if r.gone(ctx, name, refusal) {
		return errNothing
	}
	if kind == listing.KindFile || kind == listing.KindLink || kind == listing.KindOther || protocol.MeaningIn(r.rmd) == protocol.NotDirectory {
		return refusal // RMD of a link to a directory is answered so, also by servers that show it as a directory
	}
	return r.directory(ctx, name, refusal)
}

// gone reports whether there is nothing of the name. Words alone do not tell: vsftpd has the same ones for all that it can't remove.
func (r *removal) gone(ctx context.Context, name string, refusal error) bool {
	if !errors.Is(refusal, fs.ErrNotExist) {
		return false
	}
	up, base := split(name)
	delete(r.kinds, up) // it may be old
	kinds, err := r.list(ctx, up)
	if _, there := kinds[base]; there || err != nil && !isRefusal(err) {
		return false
	}
	listed := err == nil && !strings.HasPrefix(base, ".") // LIST may hide such names
	err = r.do(ctx, name, func(ctx context.Context) error {
		_, err := r.c.stat(ctx, name)
		return err
	})
	return isRefusal(err) && (errors.Is(err, fs.ErrNotExist) || listed && !errors.Is(err, fs.ErrPermission)) // inetutils-ftpd: "not a plain file"
}

// split returns the directory that name is in, and the rest.
func split(name string) (up, base string) {
	up, base = path.Split(name)
	if up != "/" {
		up = strings.TrimSuffix(up, "/")
	}
	return up, base
}

// list returns what LIST shows in a directory.
func (r *removal) list(ctx context.Context, dir string) (map[string]listing.Kind, error) {
	if kinds, ok := r.kinds[dir]; ok {
		return kinds, nil
	}
	kinds := map[string]listing.Kind{}
	err := r.do(ctx, dir, func(ctx context.Context) error {
		entries, err := r.c.readDir(ctx, dir, r.c.listed)
		if err != nil && entries == nil {
			return err
		}
		for _, e := range entries {
			kinds[e.Name] = e.Kind
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.kinds == nil {
		r.kinds = map[string]map[string]listing.Kind{}
	}
	r.kinds[dir] = kinds
	return kinds, nil
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
	up, base := split(name)
	kinds, err := r.list(ctx, up)
	kind, found := kinds[base]
	switch {
	case err != nil && !isRefusal(err):
		return err
	case kind == listing.KindDir:
		return nil
	case found && kind != listing.KindUnknown:
		return refusal
	}
	if cause, ok := errors.AsType[*FileError](refusal); ok {
		refusal = cause.Err
	}
	return &FileError{Op: "removeall", Path: name, Err: errtext.Errorf("ftp: LIST does not tell whether it is a directory or a link to one, so that nothing in it is removed: %w", refusal)}
}
