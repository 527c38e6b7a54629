package ftptest

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// A tree is what the server serves. Names are absolute, clean and separated by
// slashes. Errors match fs.ErrNotExist, fs.ErrExist, fs.ErrPermission or one of
// those below. A tree may be used concurrently.
type tree interface {
	stat(name string) (node, error)
	list(name string) ([]node, error) // sorted by name
	open(name string) (io.ReadSeekCloser, error)
	write(name string, how writeHow, offset int64) (io.WriteCloser, error)
	mkdir(name string) error
	remove(name string) error // a file
	rmdir(name string) error  // an empty directory
	rename(from, to string) error
	chmod(name string, mode fs.FileMode) error
	chtimes(name string, t time.Time) error
	close() error
}

// A writeHow says what becomes of the content that a file has.
type writeHow int

const (
	writeTruncate writeHow = iota // replaced
	writeAppend                   // kept, the new content goes after it
	writeAt                       // kept up to the offset
	writeNew                      // there must be no file
)

// A node is a file or a directory.
type node struct {
	name   string // last element, "/" for the root
	dir    bool
	size   int64
	time   time.Time
	mode   fs.FileMode // permissions
	unique string      // the same for all names of one file
}

// Errors of a tree besides those of io/fs.
var (
	errIsDir    = errors.New("is a directory")
	errNotDir   = errors.New("not a directory")
	errNotEmpty = errors.New("directory not empty")
	errOffset   = errors.New("offset beyond the end of the file")
	errQuota    = errors.New("quota exceeded")
	errNoSpace  = errors.New("no space left")
)

// newTree returns the tree of a directory, or an empty one in memory.
func newTree(root string, now func() time.Time) (tree, error) {
	if root == "" {
		return newMemoryTree(now), nil
	}
	return openDirTree(root)
}

// writeFile stores a file, with the directories above it.
func writeFile(t tree, name string, data []byte) error {
	name = path.Join("/", name)
	if err := mkdirAll(t, path.Dir(name)); err != nil {
		return err
	}
	w, err := t.write(name, writeTruncate, 0)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// mkdirAll makes a directory and those above it.
func mkdirAll(t tree, name string) error {
	n, err := t.stat(name)
	switch {
	case err == nil && n.dir:
		return nil
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: name, Err: errNotDir}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := mkdirAll(t, path.Dir(name)); err != nil {
		return err
	}
	return t.mkdir(name)
}

func sortNodes(nodes []node) {
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.name, b.name) })
}

// usage returns the total size of the files below a directory.
func usage(t tree, dir string) (total int64) {
	nodes, err := t.list(dir)
	if err != nil {
		return 0
	}
	for _, n := range nodes {
		if n.dir {
			total += usage(t, path.Join(dir, n.name))
		} else {
			total += n.size
		}
	}
	return total
}
