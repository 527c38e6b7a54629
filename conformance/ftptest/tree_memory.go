package ftptest

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A memoryTree is a tree in memory. One lock is enough for a test server.
type memoryTree struct {
	now  func() time.Time
	mu   sync.Mutex
	root *memoryNode
	last int // number of the newest node
}

// A memoryNode is a directory if children is not nil.
type memoryNode struct {
	id       int
	children map[string]*memoryNode
	data     []byte
	time     time.Time
	mode     fs.FileMode
}

func newMemoryTree(now func() time.Time) *memoryTree {
	t := &memoryTree{now: now}
	t.root = t.newNode(true)
	return t
}

func (t *memoryTree) newNode(dir bool) *memoryNode {
	t.last++
	n := &memoryNode{id: t.last, time: t.now(), mode: 0o644}
	if dir {
		n.children, n.mode = map[string]*memoryNode{}, 0o755
	}
	return n
}

// find returns the node of a name.
func (t *memoryTree) find(name string) (*memoryNode, error) {
	n := t.root
	for elem := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		if elem == "" {
			continue
		}
		if n.children == nil {
			return nil, errNotDir
		}
		if n = n.children[elem]; n == nil {
			return nil, fs.ErrNotExist
		}
	}
	return n, nil
}

// parent returns the directory that holds name, and its last element.
func (t *memoryTree) parent(name string) (*memoryNode, string, error) {
	dir, base := path.Split(name)
	n, err := t.find(dir)
	switch {
	case err != nil:
		return nil, "", err
	case n.children == nil:
		return nil, "", errNotDir
	case base == "":
		return nil, "", fs.ErrExist
	}
	return n, base, nil
}

func (n *memoryNode) info(name string) node {
	return node{
		name: name, dir: n.children != nil, size: int64(len(n.data)), time: n.time, mode: n.mode,
		unique: "m" + strconv.Itoa(n.id),
	}
}

func (t *memoryTree) stat(name string) (node, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name)
	if err != nil {
		return node{}, err
	}
	return n.info(path.Base(name)), nil
}

func (t *memoryTree) list(name string) ([]node, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name)
	if err != nil {
		return nil, err
	}
	if n.children == nil {
		return nil, errNotDir
	}
	nodes := make([]node, 0, len(n.children))
	for elem, child := range n.children {
		nodes = append(nodes, child.info(elem))
	}
	sortNodes(nodes)
	return nodes, nil
}

func (t *memoryTree) open(name string) (io.ReadSeekCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name)
	if err != nil {
		return nil, err
	}
	if n.children != nil {
		return nil, errIsDir
	}
	return &memoryFile{tree: t, node: n}, nil
}

func (t *memoryTree) write(name string, how writeHow, offset int64) (io.WriteCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if name == "/" {
		return nil, errIsDir
	}
	dir, base, err := t.parent(name)
	if err != nil {
		return nil, err
	}
	n := dir.children[base]
	switch {
	case n == nil && how == writeAt && offset > 0:
		return nil, errOffset
	case n == nil:
		n = t.newNode(false)
		dir.children[base] = n
		dir.time = t.now()
	case n.children != nil:
		return nil, errIsDir
	case how == writeNew:
		return nil, fs.ErrExist
	case how == writeTruncate:
		n.data = nil
	case how == writeAt && offset > int64(len(n.data)):
		return nil, errOffset
	case how == writeAt:
		n.data = slices.Clip(n.data[:offset]) // a reader keeps what it has
	}
	n.time = t.now()
	return &memoryFile{tree: t, node: n}, nil
}

func (t *memoryTree) mkdir(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	dir, base, err := t.parent(name)
	if err != nil {
		return err
	}
	if dir.children[base] != nil {
		return fs.ErrExist
	}
	dir.children[base] = t.newNode(true)
	dir.time = t.now()
	return nil
}

func (t *memoryTree) remove(name string) error {
	return t.unlink(name, func(n *memoryNode) error {
		if n.children != nil {
			return errIsDir
		}
		return nil
	})
}

func (t *memoryTree) rmdir(name string) error {
	return t.unlink(name, func(n *memoryNode) error {
		switch {
		case n.children == nil:
			return errNotDir
		case len(n.children) > 0:
			return errNotEmpty
		}
		return nil
	})
}

func (t *memoryTree) unlink(name string, check func(*memoryNode) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if name == "/" {
		return fs.ErrPermission
	}
	dir, base, err := t.parent(name)
	if err != nil {
		return err
	}
	n := dir.children[base]
	if n == nil {
		return fs.ErrNotExist
	}
	if err := check(n); err != nil {
		return err
	}
	delete(dir.children, base)
	dir.time = t.now()
	return nil
}

func (t *memoryTree) rename(from, to string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if from == "/" || to == "/" || strings.HasPrefix(to, from+"/") {
		return fs.ErrPermission // a directory cannot move into itself
	}
	fromDir, fromBase, err := t.parent(from)
	if err != nil {
		return err
	}
	toDir, toBase, err := t.parent(to)
	if err != nil {
		return err
	}
	n, old := fromDir.children[fromBase], toDir.children[toBase]
	switch {
	case n == nil:
		return fs.ErrNotExist
	case n == old:
		return nil
	case old != nil && (old.children != nil || n.children != nil):
		return fs.ErrExist
	}
	delete(fromDir.children, fromBase)
	toDir.children[toBase] = n
	fromDir.time = t.now()
	toDir.time = fromDir.time
	return nil
}

func (t *memoryTree) chmod(name string, mode fs.FileMode) error {
	return t.change(name, func(n *memoryNode) { n.mode = mode.Perm() })
}

func (t *memoryTree) chtimes(name string, at time.Time) error {
	return t.change(name, func(n *memoryNode) { n.time = at })
}

func (t *memoryTree) change(name string, f func(*memoryNode)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(name)
	if err == nil {
		f(n)
	}
	return err
}

func (t *memoryTree) close() error { return nil }

// A memoryFile is an open file: it reads at its own position and writes at the end.
type memoryFile struct {
	tree *memoryTree
	node *memoryNode
	pos  int64
}

func (f *memoryFile) Read(b []byte) (int, error) {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	if f.pos >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.node.data[f.pos:])
	f.pos += int64(n)
	return n, nil
}

func (f *memoryFile) Seek(offset int64, whence int) (int64, error) {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		offset += f.pos
	case io.SeekEnd:
		offset += int64(len(f.node.data))
	}
	if offset < 0 {
		return 0, fs.ErrInvalid
	}
	f.pos = offset
	return offset, nil
}

func (f *memoryFile) Write(b []byte) (int, error) {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	f.node.data = append(f.node.data, b...)
	f.node.time = f.tree.now()
	return len(b), nil
}

func (f *memoryFile) Close() error { return nil }
