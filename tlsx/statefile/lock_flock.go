//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package statefile

import (
	"os"
	"syscall"
)

// tryLock takes the lock in a separate file, which is never removed: a lock on a file
// that is renamed or removed would not keep anybody out. The system releases it when the
// process ends, for whatever reason.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	switch err = flock(f); err {
	case nil:
		return func() { f.Close() }, nil
	case syscall.EWOULDBLOCK:
		f.Close()
		return nil, errLocked
	}
	f.Close()
	return nil, &os.PathError{Op: "flock", Path: path, Err: err}
}

func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			return err
		}
	}
}

// LockOpened locks an open file against other processes that do the same, until it is
// closed. It returns an error if another one has it, and forgives file systems without
// locks. Where package syscall has no flock, it does nothing.
func LockOpened(f *os.File) error {
	if flock(f) == syscall.EWOULDBLOCK {
		return errLocked
	}
	return nil
}
