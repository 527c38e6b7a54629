package tlsx

import (
	"errors"
	"fmt"

	"github.com/ftpwire/ftpwire/tlsx/statefile"
)

// maxTrustFile limits the file: tens of thousands of entries.
const maxTrustFile = 8 << 20

// ErrTrustLocked is in the chain of the error of a change if another process held the
// lock of the trust store for too long.
var ErrTrustLocked = errors.New("ftp: trust store: locked by another process")

// read returns the contents of the file; a missing file is empty.
func (s *TrustStore) read() (*trustFile, error) {
	b, err := s.file.Read()
	if err != nil {
		return nil, &TrustStoreError{err}
	}
	return parseTrustFile(b), nil
}

// errUnchanged tells change that there is nothing to write.
var errUnchanged = statefile.ErrUnchanged

// change runs f on the contents of the file and writes them back, under the
// lock.
func (s *TrustStore) change(f func(*trustFile) error) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var refused error
	err = s.file.Change(func(old []byte) ([]byte, error) {
		contents := parseTrustFile(old)
		if refused = f(contents); refused != nil {
			return nil, refused
		}
		return contents.format(), nil
	})
	if locked, ok := errors.AsType[*statefile.LockedError](err); ok {
		return fmt.Errorf("%w for %v (lock file %s)", ErrTrustLocked, locked.Wait, locked.Lock)
	}
	if err == nil || err == refused {
		return err
	}
	return &TrustStoreError{err}
}
