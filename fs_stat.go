package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// stat describes what a name leads to: by MLST, or by the listing that has the name, which tells more than SIZE and MDTM do.
func (r *remoteFS) stat(op, name string) (listing.Entry, error) {
	if name == "." {
		return r.root(op)
	}
	if err := valid(op, name); err != nil {
		return listing.Entry{}, err
	}
	e, told, err := r.byMLST(name)
	if told || err != nil {
		return e, pathError(op, name, err)
	}
	switch e, err = r.lstat(op, name); {
	case err == nil && e.Kind != listing.KindLink && e.Kind != listing.KindUnknown:
		return e, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return e, err
	}
	missing := err
	if e, err = r.byParts(name); err != nil && missing != nil && isRefusal(err) {
		return e, missing // SIZE may be refused in other words
	}
	return e, pathError(op, name, err) // it is a link, or the listing leaves it out
}

// byMLST describes what a name leads to, if the server has MLST and it tells the kind.
func (r *remoteFS) byMLST(name string) (e listing.Entry, told bool, err error) {
	c, p := r.c, r.path(name)
	err = c.do(r.ctx, "stat", p, func(ctx context.Context) (err error) {
		if told = c.usesMLST(); !told {
			return nil
		}
		if e, err = c.stat(ctx, p); err != nil && !c.usesMLST() {
			told = false // it turned out not to know it
			return c.lost(ctx)
		}
		if err == nil && e.Kind == listing.KindLink {
			e, err = c.statByParts(ctx, p)
		}
		return err
	})
	return e, told, err
}

// isHiddenLink reports whether MLST called a link a file: ProFTPD does, with the size and the permissions of the link itself.
func (c *Client) isHiddenLink(ctx context.Context, path string, e listing.Entry) bool {
	if e.Kind != listing.KindFile || e.Mode != "rwxrwxrwx" || !c.binary() {
		return false
	}
	size, err := c.size(ctx, path)
	return err == nil && size != e.Size
}

// byParts describes what a name leads to by SIZE, MDTM and CWD.
func (r *remoteFS) byParts(name string) (e listing.Entry, err error) {
	p := r.path(name)
	err = r.c.do(r.ctx, "stat", p, func(ctx context.Context) (err error) {
		e, err = r.c.statByParts(ctx, p)
		return err
	})
	return e, err
}

// lstat describes a name as the listing of its directory does.
func (r *remoteFS) lstat(op, name string) (listing.Entry, error) {
	if name == "." {
		return r.root(op)
	}
	if err := valid(op, name); err != nil {
		return listing.Entry{}, err
	}
	infos, err := r.list(path.Dir(name))
	if i, ok := slices.BinarySearchFunc(infos, path.Base(name), func(i fileInfo, name string) int { return strings.Compare(i.name, name) }); ok {
		return infos[i].e, nil
	}
	if err == nil || len(infos) > 0 {
		err = fs.ErrNotExist // what could not be read has another name
	}
	return listing.Entry{}, pathError(op, name, err)
}

// root describes the directory of r.
func (r *remoteFS) root(op string) (e listing.Entry, err error) {
	if r.dir == "" {
		_, err = r.c.Getwd(r.ctx)
		return listing.Entry{Name: ".", Kind: listing.KindDir, Size: -1}, pathError(op, ".", err)
	}
	err = r.c.do(r.ctx, "stat", r.dir, func(ctx context.Context) (err error) {
		e, err = r.c.stat(ctx, r.dir)
		return err
	})
	if err == nil && !isDirectory(e) {
		err = syscall.ENOTDIR
	}
	return e, pathError(op, ".", err)
}

// list returns the entries of a directory with the names that they have here, sorted by these.
func (r *remoteFS) list(name string) (infos []fileInfo, err error) {
	entries, err := r.c.ReadDir(r.ctx, r.path(name))
	bad := []error{err}
	if fe, ok := err.(*FileError); ok && fe.Lost == nil {
		bad[0] = fe.Err
	}
	for _, e := range entries {
		local, ok := r.nameOf(e)
		if !ok {
			bad = append(bad, fmt.Errorf("ftp: the name %q can't be used in a file system of package fs", e.Name))
			continue
		}
		if e.Kind == listing.KindUnknown {
			more, err := r.byParts(path.Join(name, local))
			if err != nil && !isRefusal(err) && !isType[*KindError](err) {
				return nil, err
			}
			if err == nil {
				e.Kind, e.Size, e.Time, e.Precision, e.Zone = more.Kind, more.Size, more.Time, more.Precision, more.Zone
			}
		}
		infos = append(infos, fileInfo{local, e})
	}
	slices.SortFunc(infos, func(a, b fileInfo) int { return strings.Compare(a.name, b.name) })
	if len(bad) == 1 {
		return infos, bad[0]
	}
	return infos, errors.Join(bad...)
}

// nameOf returns the name of an entry in the file system, and whether there is one that leads back to it.
func (r *remoteFS) nameOf(e listing.Entry) (string, bool) {
	name := e.Name
	if page := r.c.list.Lines.CodePage; page != nil && page.Name() != "UTF-8" && page.Fallback() == nil && e.Text != "" {
		if name, err := page.Encode(e.Text); err != nil || name != e.Name {
			return "", false
		}
		name = e.Text
	}
	return name, utf8.ValidString(name) && name != "." && !strings.Contains(name, "/") && valid("", name) == nil
}
