//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package tlsx

import (
	"errors"
	"io/fs"
	"os"
)

// tryLock takes the lock by making a file that must not be there. A process
// that is killed leaves it behind; the error of a change then names the file to
// delete, which is better than to guess that nobody holds it.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	f.Close()
	return func() { os.Remove(path) }, nil
}
