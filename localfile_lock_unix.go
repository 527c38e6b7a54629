//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ftpwire

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks an open file against others who do the same, until it is closed. It
// forgives file systems without locks.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return err
	}
	return nil
}

func isInvalid(err error) bool { return errors.Is(err, syscall.EINVAL) }
