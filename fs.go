package ftpwire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// FS returns the tree below the directory dir as a file system for package fs; if dir is "", it is that below the working directory.
// It implements [fs.ReadDirFS], [fs.StatFS], [fs.ReadFileFS], [fs.ReadLinkFS] and [fs.SubFS]. ctx is for all that is done with it, as the
// methods of package fs have none: for a server that answers requests of its own, take one FS for each request, which costs nothing.
//
// Several files may be open, and anything else may be done with the Client meanwhile: what Open returns for a file is an [io.Seeker] and
// an [io.ReaderAt], too, and shares the connection as [File] says. Its transfer begins with the first read.
//
// Mode, time and size are those of MLST and MLSD. Where there is no MLST, Stat and Open list the directory that holds the name, so that
// they agree with ReadDir; use ReadFile where that is too much. Permissions that are not known are 0444, and 0555 for directories. The size
// of a file is -1 if nobody tells it. FileInfo.Sys returns a [listing.Entry], which has the precision and the zone of the time.
//
// A link has [fs.ModeSymlink] in ReadDir and Lstat where the server shows it as one; Stat and Open follow it. Links can lead out of dir, as
// with [os.DirFS].
//
// The errors are *[fs.PathError] with the name in the file system; what is wrapped is what the Client's methods wrap in a *[FileError].
// A name that is none of package fs, and one with a backslash or a control character that commands can't carry, matches [fs.ErrInvalid].
// ReadDir leaves out the entries that have such names, or names that are no UTF-8, and returns the others beside an error that tells of
// them. With the code page of the [Profile], if it is no "auto", names are UTF-8 here.
func (c *Client) FS(ctx context.Context, dir string) fs.FS {
	return &remoteFS{c: c, ctx: ctx, dir: dir}
}

// A remoteFS is what FS returns.
type remoteFS struct {
	c   *Client
	ctx context.Context
	dir string
}

// Open implements [fs.FS].
func (r *remoteFS) Open(name string) (fs.File, error) {
	e, err := r.stat("open", name)
	if err != nil {
		return nil, err
	}
	if isDirectory(e) {
		return &remoteDir{fs: r, name: name, e: e}, nil
	}
	return &remoteFile{r.c.newFile(r.ctx, r.path(name), e), name}, nil
}

// Stat implements [fs.StatFS].
func (r *remoteFS) Stat(name string) (fs.FileInfo, error) {
	e, err := r.stat("stat", name)
	if err != nil {
		return nil, err
	}
	return fileInfo{path.Base(name), e}, nil
}

// Lstat implements [fs.ReadLinkFS].
func (r *remoteFS) Lstat(name string) (fs.FileInfo, error) {
	e, err := r.lstat("lstat", name)
	if errors.Is(err, fs.ErrNotExist) {
		e, err = r.stat("lstat", name) // listings can leave out what is there
	}
	if err != nil {
		return nil, err
	}
	return fileInfo{path.Base(name), e}, nil
}

// ReadLink implements [fs.ReadLinkFS].
func (r *remoteFS) ReadLink(name string) (string, error) {
	e, err := r.lstat("readlink", name)
	switch {
	case err != nil:
		return "", err
	case e.Kind != listing.KindLink:
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	case e.Target == "":
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fmt.Errorf("ftp: the server does not tell where the link leads: %w", errors.ErrUnsupported)}
	}
	return e.Target, nil
}

// ReadFile implements [fs.ReadFileFS].
func (r *remoteFS) ReadFile(name string) ([]byte, error) {
	if err := valid("readfile", name); err != nil {
		return nil, err
	}
	b, err := r.c.ReadFile(r.ctx, r.path(name))
	return b, pathError("readfile", name, err)
}

// ReadDir implements [fs.ReadDirFS].
func (r *remoteFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := valid("readdir", name); err != nil {
		return nil, err
	}
	infos, err := r.list(name)
	if err == nil && len(infos) == 1 && name != "." && infos[0].name == path.Base(name) {
		// LIST of a file is one line about it.
		if e, err := r.stat("readdir", name); err != nil || !isDirectory(e) {
			return nil, cmp.Or(err, error(&fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}))
		}
	}
	entries := make([]fs.DirEntry, len(infos))
	for i, info := range infos {
		entries[i] = fs.FileInfoToDirEntry(info)
	}
	return entries, pathError("readdir", name, err)
}

// Sub implements [fs.SubFS].
func (r *remoteFS) Sub(dir string) (fs.FS, error) {
	if err := valid("sub", dir); err != nil {
		return nil, err
	}
	return &remoteFS{c: r.c, ctx: r.ctx, dir: r.path(dir)}, nil
}

// path returns the pathname of a name on the server.
func (r *remoteFS) path(name string) string {
	switch {
	case name == ".":
		return r.dir
	case r.dir == "" && name[0] == '~':
		return "./" + name // servers take the tilde for somebody's home
	}
	return join(r.dir, name)
}

// valid returns an error if a name can't be used.
func valid(op, name string) error {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\r\n\x00") {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return nil
}

// pathError returns an error of a Client as package fs has it.
func pathError(op, name string, err error) error {
	if err == nil || isType[*fs.PathError](err) {
		return err
	}
	if fe, ok := err.(*FileError); ok && fe.Lost == nil {
		err = fe.Err // it has a name of its own
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
