package tlsx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx/statefile"
)

// errNoTrustStore is returned by methods of a nil *TrustStore that would have to store
// something.
var errNoTrustStore = errors.New("ftp: there is no trust store")

// A Trusted is an accepted certificate: one entry of a [TrustStore].
type Trusted struct {
	Host    string      `json:"host"`    // as NormalizeHost writes it
	Port    int         `json:"port"`    // of the control connection
	SHA256  Fingerprint `json:"sha256"`  // of the certificate
	Reasons Reason      `json:"reasons"` // what was wrong with it and accepted
	Date    time.Time   `json:"date"`    // when it was accepted, to the second
	Subject string      `json:"subject"` // for people only; 512 bytes at most
}

// A TrustStore is a file of accepted certificates, like SSH's known_hosts. It
// holds the exceptions only: a certificate that passes all checks is neither
// looked up nor stored.
//
// An entry is one line of fields separated by spaces:
//
//	host port sha256 reasons date subject
//	ftp.example.com 21 0f5a...c1 self-signed,expired 2026-11-24T10:00:00Z "CN=ftp.example.com"
//
// The host is a name in lower case, with A-labels for an internationalised one, or an
// address without brackets, with its zone if it has one. The SHA-256 of the certificate
// is 64 hexadecimal digits. The reasons are those of [Reason], separated by commas: what
// was wrong with the certificate when it was accepted; anything else that is wrong with
// it later is a new question. The date is that of RFC 3339. The subject is a string in
// Go's syntax; it may be missing. Of several entries for the same host and port the last
// counts. Empty lines, lines that begin with "#" and lines that are not entries are kept
// unchanged. But if a line that is not an entry begins with a host and port, looking them
// up is an error, since the line may be a damaged entry.
//
// Every change takes a lock beside the file (its name with ".lock" added), reads the file
// again, writes the new one with mode 0600 beside it and renames it, so that other
// processes see the old file or the new one. A TrustStore may be used concurrently, and
// so may several of one file. A nil *TrustStore holds nothing and remembers nothing.
type TrustStore struct {
	file statefile.File
	mu   sync.Mutex // orders the changes of this process
}

// OpenTrustStore returns the store in the file of that name. The file and its
// folder need not exist; the first change makes them. It is an error if the
// file exists and cannot be read.
func OpenTrustStore(path string) (*TrustStore, error) {
	if path == "" {
		return nil, errors.New("ftp: trust store: no file name")
	}
	s := &TrustStore{file: statefile.File{Path: path, MaxSize: maxTrustFile, LockWait: patience.TrustLock.Default}}
	if _, err := s.read(); err != nil {
		return nil, err
	}
	return s, nil
}

// Path returns the name of the file, "" for a nil store.
func (s *TrustStore) Path() string {
	if s == nil {
		return ""
	}
	return s.file.Path
}

// Lookup returns the entry for host and port and whether there is one. The host
// may have any form that NormalizeHost takes.
func (s *TrustStore) Lookup(host string, port int) (Trusted, bool, error) {
	if s == nil {
		return Trusted{}, false, nil
	}
	host, err := trustKey(host, port)
	if err != nil {
		return Trusted{}, false, err
	}
	f, err := s.read()
	if err != nil {
		return Trusted{}, false, err
	}
	return f.lookup(s.file.Path, host, port)
}

// Entries returns all entries, in the order of the file. If there are several
// for one host and port, it is the last.
func (s *TrustStore) Entries() ([]Trusted, error) {
	if s == nil {
		return nil, nil
	}
	f, err := s.read()
	if err != nil {
		return nil, err
	}
	return f.entries(), nil
}

// Accept adds an entry for a host and port that has none. If there is an entry for the
// same certificate, the reasons are added to it. An entry for another certificate stays,
// and the error is a *[TrustConflictError]. A zero Date means now.
func (s *TrustStore) Accept(t Trusted) error { return s.set(nil, t) }

// Replace replaces old, an entry that Lookup returned, by new. If the file's entry has
// changed since, to a certificate other than new's, it stays, and the error is a
// *[TrustConflictError]. A zero Date of new means now.
func (s *TrustStore) Replace(old, new Trusted) error { return s.set(&old, new) }

func (s *TrustStore) set(old *Trusted, t Trusted) error {
	if s == nil {
		return errNoTrustStore
	}
	t, err := t.normal()
	if err != nil {
		return err
	}
	if old != nil {
		if host, err := NormalizeHost(old.Host); err != nil || host != t.Host || old.Port != t.Port {
			return fmt.Errorf("ftp: trust store: an entry for %q port %d cannot replace one for %q port %d",
				t.Host, t.Port, shorten(old.Host), old.Port)
		}
	}
	return s.change(func(f *trustFile) error {
		found, ok, err := f.lookup(s.file.Path, t.Host, t.Port)
		switch {
		case err != nil:
			return err
		case ok && found.SHA256 == t.SHA256:
			if old == nil || old.SHA256 != t.SHA256 {
				t.Reasons |= found.Reasons // another writer was first
			}
			if found.Reasons.Has(t.Reasons) && t.Reasons.Has(found.Reasons) {
				return errUnchanged
			}
		case ok && (old == nil || found.SHA256 != old.SHA256), !ok && old != nil:
			return &TrustConflictError{Found: found, New: t}
		}
		f.set(t)
		return nil
	})
}

// Remove deletes the entries for host and port, and lines that begin with both but are
// not entries. It reports whether there were any.
func (s *TrustStore) Remove(host string, port int) (bool, error) {
	if s == nil {
		return false, nil
	}
	host, err := trustKey(host, port)
	if err != nil {
		return false, err
	}
	var removed bool
	err = s.change(func(f *trustFile) error {
		if removed = f.remove(host, port); !removed {
			return errUnchanged
		}
		return nil
	})
	return removed && err == nil, err
}

// A TrustConflictError reports a change of the trust store that did not happen, because
// the file does not say what the writer expected: meanwhile somebody else has accepted
// another certificate for the host, or removed it.
type TrustConflictError struct {
	Found Trusted // the file's entry; the zero Trusted if there is none
	New   Trusted // the entry that was not written
}

func (e *TrustConflictError) Error() string {
	where := fmt.Sprintf("ftp: trust store: %s port %d: ", e.New.Host, e.New.Port)
	if e.Found.Host == "" {
		return where + "the entry to replace has been removed"
	}
	return where + fmt.Sprintf("SHA-256 %s stands there, not replaced by %s", e.Found.SHA256, e.New.SHA256)
}

// A TrustFileError reports a line of the trust store that begins with the host and port
// that were looked up, but is not an entry.
type TrustFileError struct {
	Path string // of the file
	Line int    // from 1
	Host string // of the server that was looked up
	Port int    // of its control connection
}

func (e *TrustFileError) Error() string {
	return fmt.Sprintf("ftp: trust store: %s:%d: the line for %s port %d cannot be read; correct or remove it",
		e.Path, e.Line, e.Host, e.Port)
}

// normal returns t in the form of the file.
func (t Trusted) normal() (Trusted, error) {
	host, err := trustKey(t.Host, t.Port)
	switch {
	case err != nil:
		return t, err
	case t.SHA256 == Fingerprint{}:
		return t, errors.New("ftp: trust store: an entry needs the SHA-256 of a certificate")
	case t.Reasons == 0 || !ReasonAny.Has(t.Reasons):
		return t, fmt.Errorf("ftp: trust store: %v is nothing that can be accepted", t.Reasons)
	}
	t.Host = host
	if t.Date.IsZero() {
		t.Date = time.Now()
	}
	t.Date = t.Date.UTC().Truncate(time.Second)
	t.Subject = strings.ToValidUTF8(t.Subject[:min(len(t.Subject), maxText)], "")
	return t, nil
}

func trustKey(host string, port int) (string, error) {
	if port < 1 || port > 65535 {
		return "", fmt.Errorf("ftp: trust store: port %d is not between 1 and 65535", port)
	}
	return NormalizeHost(host)
}

// lookup returns the last entry for host, in normal form, and port.
func (f *trustFile) lookup(path, host string, port int) (Trusted, bool, error) {
	for i, l := range slices.Backward(f.lines) {
		if !l.is(host, port) {
			continue
		}
		if !l.entry {
			return Trusted{}, false, &TrustFileError{Path: path, Line: i + 1, Host: host, Port: port}
		}
		return l.trusted, true, nil
	}
	return Trusted{}, false, nil
}
