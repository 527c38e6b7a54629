package ftptest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A dirTree is a directory on disk. os.Root keeps every access inside it,
// whatever names and symbolic links say.
type dirTree struct{ root *os.Root }

func openDirTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("ftptest: %w", err)
	}
	return &dirTree{root}, nil
}

// local returns name as os.Root wants it.
func local(name string) string {
	if name = strings.TrimPrefix(name, "/"); name == "" {
		return "."
	}
	return filepath.FromSlash(name)
}

func info(name string, fi fs.FileInfo) node {
	n := node{name: name, dir: fi.IsDir(), time: fi.ModTime(), mode: fi.Mode().Perm(), unique: fileID(fi)}
	if !n.dir {
		n.size = fi.Size()
	}
	return n
}

func (t *dirTree) stat(name string) (node, error) {
	fi, err := t.root.Stat(local(name))
	if err != nil {
		return node{}, dirError(err)
	}
	return info(path.Base(name), fi), nil
}

// list shows symbolic links as what they lead to; those that lead out of the
// tree, or nowhere, are not shown.
func (t *dirTree) list(name string) ([]node, error) {
	f, err := t.root.Open(local(name))
	if err != nil {
		return nil, dirError(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, dirError(err)
	}
	if !fi.IsDir() {
		return nil, errNotDir
	}
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, dirError(err)
	}
	var nodes []node
	for _, e := range entries {
		fi, err := t.root.Stat(local(path.Join(name, e.Name())))
		if err == nil && (fi.IsDir() || fi.Mode().IsRegular()) {
			nodes = append(nodes, info(e.Name(), fi))
		}
	}
	sortNodes(nodes)
	return nodes, nil
}

func (t *dirTree) open(name string) (io.ReadSeekCloser, error) {
	f, err := t.openFile(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openFile opens a regular file. It looks before, since opening a pipe waits.
func (t *dirTree) openFile(name string, flag int) (*os.File, error) {
	fi, err := t.root.Stat(local(name))
	switch {
	case err == nil && fi.IsDir():
		return nil, errIsDir
	case err == nil && !fi.Mode().IsRegular():
		return nil, fs.ErrPermission
	case strings.HasSuffix(name, "/"):
		return nil, errIsDir
	}
	f, err := t.root.OpenFile(local(name), flag, 0o644)
	if err != nil {
		return nil, dirError(err)
	}
	return f, nil
}

func (t *dirTree) write(name string, how writeHow, offset int64) (io.WriteCloser, error) {
	flag := os.O_WRONLY | os.O_CREATE
	switch how {
	case writeTruncate:
		flag |= os.O_TRUNC
	case writeNew:
		flag |= os.O_EXCL
	case writeAt:
		if n, err := t.stat(name); offset > 0 && (err != nil || n.size < offset) {
			return nil, errOffset
		}
	}
	f, err := t.openFile(name, flag)
	if err != nil {
		return nil, err
	}
	switch how {
	case writeAppend:
		_, err = f.Seek(0, io.SeekEnd)
	case writeAt:
		if err = f.Truncate(offset); err == nil {
			_, err = f.Seek(offset, io.SeekStart)
		}
	}
	if err != nil {
		f.Close()
		return nil, dirError(err)
	}
	return f, nil
}

func (t *dirTree) mkdir(name string) error { return dirError(t.root.Mkdir(local(name), 0o755)) }

func (t *dirTree) remove(name string) error {
	fi, err := t.root.Stat(local(name)) // a link that leads out is not there
	if err != nil {
		return dirError(err)
	}
	if fi.IsDir() {
		return errIsDir
	}
	return dirError(t.root.Remove(local(name)))
}

func (t *dirTree) rmdir(name string) error {
	if name == "/" {
		return fs.ErrPermission
	}
	fi, err := t.root.Lstat(local(name))
	if err != nil {
		return dirError(err)
	}
	if !fi.IsDir() {
		return errNotDir
	}
	return dirError(t.root.Remove(local(name)))
}

func (t *dirTree) rename(from, to string) error {
	if from == "/" || to == "/" {
		return fs.ErrPermission
	}
	if fi, err := t.root.Lstat(local(to)); err == nil && fi.IsDir() {
		return fs.ErrExist
	}
	return dirError(t.root.Rename(local(from), local(to)))
}

func (t *dirTree) chmod(name string, mode fs.FileMode) error {
	return dirError(t.root.Chmod(local(name), mode.Perm()))
}

func (t *dirTree) chtimes(name string, at time.Time) error {
	return dirError(t.root.Chtimes(local(name), at, at))
}

func (t *dirTree) close() error { return t.root.Close() }

// dirError takes the paths out of an error of package os and gives common
// causes one shape on all systems.
func dirError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOTEMPTY):
		return errNotEmpty
	case errors.Is(err, syscall.ENOTDIR):
		return errNotDir
	case errors.Is(err, syscall.EISDIR):
		return errIsDir
	case errors.Is(err, syscall.ENOSPC):
		return errNoSpace
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case errors.Is(err, fs.ErrExist):
		return fs.ErrExist
	}
	return fs.ErrPermission // the way out of the tree is among what is left
}
