// Package statefile reads and changes small files that several processes share, such as
// the file of accepted certificates and that of stored connections.
//
// Readers see the old file or the new one, never half of one, and changes of several
// processes follow each other, so that none is lost.
package statefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

const (
	// lockSuffix is added to the name of a file for the name of its lock.
	lockSuffix = ".lock"
	// newSuffix is added to the name of a file for the name under which the new one is
	// written.
	newSuffix = ".new"
)

// ErrUnchanged is returned by the function that [File.Change] calls if there is nothing to
// write. Change then returns nil.
var ErrUnchanged = errors.New("unchanged")

// A File is a small file that several processes may read and change at once.
type File struct {
	// Path is its name. If it is a symbolic link, the link stays, and the file that it
	// leads to is replaced.
	Path string

	// MaxSize bounds the file, in bytes. A larger one is neither read nor written.
	MaxSize int

	// LockWait bounds the wait for another process's change. If zero, only one try is made.
	LockWait time.Duration

	// BeforeRename, if not nil, is called when the new file is complete, just before it
	// takes its name: the moment of a crash in tests.
	BeforeRename func()
}

// A LockedError reports a change that did not begin, as another process held the lock.
type LockedError struct {
	Lock string        // name of the lock file
	Wait time.Duration // how long the lock was waited for
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("locked by another process for %v (lock file %s)", e.Wait, e.Lock)
}

// Read returns the contents of the file, nil if there is none.
func (f *File) Read() ([]byte, error) {
	r, err := os.Open(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(f.MaxSize)+1))
	if err != nil {
		return nil, err
	}
	if len(b) > f.MaxSize {
		return nil, fmt.Errorf("%s is larger than %d bytes", f.Path, f.MaxSize)
	}
	return b, nil
}

// Change gives the contents of the file to edit and writes back what edit returns, under
// the lock. Nobody else can read the new file (mode 0600), and it is on disk when Change
// returns. After an error the file is what it was. The folder is made if it is missing.
func (f *File) Change(edit func(old []byte) ([]byte, error)) error {
	unlock, err := f.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	old, err := f.Read()
	if err != nil {
		return err
	}
	b, err := edit(old)
	if err == ErrUnchanged {
		return nil
	}
	if err != nil {
		return err
	}
	return f.replace(b)
}

// replace replaces the file. The lock must be held.
func (f *File) replace(b []byte) error {
	if len(b) > f.MaxSize {
		return fmt.Errorf("%s would be larger than %d bytes", f.Path, f.MaxSize)
	}
	path := f.target()
	temp := path + newSuffix
	// The holder of the lock is the only writer: a file that exists here was left by a
	// crash. O_EXCL does not follow a link that somebody has put there.
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := writeSynced(temp, b)
	if err == nil {
		if f.BeforeRename != nil {
			f.BeforeRename()
		}
		err = rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// maxLinks bounds the links that lead from one to the next.
const maxLinks = 40

// target returns the file to replace: where the path leads, if it is a link. The file at
// the end of the links need not exist.
func (f *File) target() string {
	path := f.Path
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole
	}
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return f.Path
}

func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// rename tries again for a moment: on Windows a file that is just being read
// cannot be replaced.
func rename(from, to string) error {
	const tries = 20
	for i := 1; ; i++ {
		err := os.Rename(from, to)
		if err == nil || i == tries || !errors.Is(err, fs.ErrPermission) {
			return err
		}
		time.Sleep(patience.RenameAgain.Default)
	}
}

// syncFolder makes a rename durable. Not every system can do that, and the file is
// complete either way, so errors do not matter.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}

// errLocked is returned by tryLock if somebody else holds the lock.
var errLocked = errors.New("locked")

// Lock takes the lock of the file, waiting LockWait at most, and makes the folder if it is
// missing. Change takes it by itself.
func (f *File) Lock() (unlock func(), err error) {
	path := f.target() + lockSuffix
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	pause := time.Millisecond
	for end := time.Now().Add(f.LockWait); ; {
		unlock, err := tryLock(path)
		switch {
		case err == nil:
			return unlock, nil
		case err != errLocked:
			return nil, err
		case !time.Now().Before(end):
			return nil, &LockedError{path, f.LockWait}
		}
		time.Sleep(pause)
		pause = min(2*pause, patience.TrustLockPoll.Default)
	}
}
