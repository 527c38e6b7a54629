package tlsx

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
	// maxTrustFile limits the file: tens of thousands of entries.
	maxTrustFile = 8 << 20
	lockSuffix   = ".lock"
	newSuffix    = ".new"
)

// ErrTrustLocked is in the chain of the error of a change if another process held the
// lock of the trust store for too long.
var ErrTrustLocked = errors.New("ftp: trust store: locked by another process")

// read returns the contents of the file; a missing file is empty.
func (s *TrustStore) read() (*trustFile, error) {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return &trustFile{}, nil
	}
	if err != nil {
		return nil, &TrustStoreError{err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxTrustFile+1))
	if err != nil {
		return nil, &TrustStoreError{err}
	}
	if len(b) > maxTrustFile {
		return nil, &TrustStoreError{fmt.Errorf("%s is larger than %d bytes", s.path, maxTrustFile)}
	}
	return parseTrustFile(b), nil
}

// write replaces the contents of the file. At any moment the file is the old one or the
// new one, and the new one is on disk when write returns. The lock must be held.
func (s *TrustStore) write(contents *trustFile) error {
	b := contents.format()
	if len(b) > maxTrustFile {
		return &TrustStoreError{fmt.Errorf("%s would be larger than %d bytes", s.path, maxTrustFile)}
	}
	path := s.target()
	temp := path + newSuffix
	// The holder of the lock is the only writer: a file that exists here was left by a
	// crash. O_EXCL does not follow a link that somebody has put there.
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &TrustStoreError{err}
	}
	err := writeSynced(temp, b)
	if err == nil {
		if s.beforeRename != nil {
			s.beforeRename()
		}
		err = rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return &TrustStoreError{err}
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// target returns the file to replace: where path leads, if it is a link.
func (s *TrustStore) target() string {
	if path, err := filepath.EvalSymlinks(s.path); err == nil {
		return path
	}
	return s.path
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

// lock takes the lock of the store, waiting lockWait at most, and makes the
// folder if it is missing.
func (s *TrustStore) lock() (unlock func(), err error) {
	path := s.target() + lockSuffix
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &TrustStoreError{err}
	}
	pause := time.Millisecond
	for end := time.Now().Add(s.lockWait); ; {
		unlock, err := tryLock(path)
		switch {
		case err == nil:
			return unlock, nil
		case err != errLocked:
			return nil, &TrustStoreError{err}
		case !time.Now().Before(end):
			return nil, fmt.Errorf("%w for %v (lock file %s)", ErrTrustLocked, s.lockWait, path)
		}
		time.Sleep(pause)
		pause = min(2*pause, patience.TrustLockPoll.Default)
	}
}

// errLocked is returned by tryLock if somebody else holds the lock.
var errLocked = errors.New("locked")
