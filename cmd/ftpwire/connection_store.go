package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx/statefile"
)

// maxStore limits the file: thousands of connections.
const maxStore = 4 << 20

// storeHeading is what a new file begins with.
const storeHeading = "# Connections of ftpwire; see \"ftpwire help connections\". Comments are kept.\n"

const noConfigFile = "Name one with --config or the environment variable FTPWIRE_CONFIG; without both it is in the directory XDG_CONFIG_HOME, or below HOME."

// The kinds of tables in the file.
const (
	kindConnection  = "connection"
	kindCertificate = "certificate"
	kindTrusted     = "trusted"
)

var storeKinds = []string{kindConnection, kindCertificate, kindTrusted}

// A store is the file of stored connections.
type store struct {
	file statefile.File
	home string // the home directory, "" if it is not known
}

// A storeError reports something in the file that can't be used.
type storeError struct {
	file   string
	line   int // 0 if there is none
	reason string
	hint   string
}

func (e *storeError) Error() string {
	if e.line == 0 {
		return e.file + ": " + e.reason
	}
	return fmt.Sprintf("%s:%d: %s", e.file, e.line, e.reason)
}

// store returns the file of stored connections, which need not exist.
func (a *app) store() (*store, error) {
	path := a.config
	if path == "" {
		path, _ = a.env("FTPWIRE_CONFIG")
	}
	if dir := a.configDir(); path == "" && dir != "" {
		path = filepath.Join(dir, "ftpwire", "connections.toml")
	}
	if path == "" {
		return nil, &usageError{err: errors.New("there is no file for stored connections"), hint: noConfigFile}
	}
	home, _ := a.env("HOME")
	return &store{statefile.File{Path: path, MaxSize: maxStore, LockWait: patience.StoreLock.Default}, home}, nil
}

// read returns what is in the file, an empty document if there is none.
func (s *store) read() (*tomledit.Document, error) {
	b, err := s.file.Read()
	if err != nil {
		return nil, cannot(err)
	}
	return s.parse(b)
}

// readStore returns the file of stored connections and what is in it.
func (a *app) readStore() (*store, *tomledit.Document, error) {
	s, err := a.store()
	if err != nil {
		return nil, nil, err
	}
	d, err := s.read()
	return s, d, err
}

// parse checks what has been read, and that nobody else may read or write it.
func (s *store) parse(b []byte) (*tomledit.Document, error) {
	d, err := tomledit.Parse(b)
	if err != nil {
		return nil, s.located(err)
	}
	for _, kind := range d.Kinds() {
		if !slices.Contains(storeKinds, kind) {
			line := 0
			if names := d.Names(kind); len(names) > 0 {
				line = d.Line(kind, names[0])
			}
			return nil, s.fault(line, fmt.Sprintf("unknown kind of table [%s.NAME]", kind), suggestion(nearNames(kind, storeKinds), "There are [connection.NAME], [certificate.NAME] and [trusted.NAME]."))
		}
	}
	return d, s.checkMode(d)
}

// located makes an error about the text of the file one about the file.
func (s *store) located(err error) error {
	if e, ok := errors.AsType[*tomledit.Error](err); ok {
		return s.fault(e.Line, e.Reason, "")
	}
	if _, said := errors.AsType[*usageError](err); said {
		return err
	}
	return cannot(err)
}

func (s *store) fault(line int, reason, hint string) error {
	return &usageError{err: &storeError{s.file.Path, line, reason, hint}, hint: hint}
}

// checkMode refuses a file with passwords that others can read, and one with commands that
// others can write.
func (s *store) checkMode(d *tomledit.Document) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(s.file.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return cannot(err)
	}
	hint := "Only you may: chmod 600 " + shellWord(s.file.Path)
	switch mode := info.Mode().Perm(); {
	case mode&0o022 != 0:
		return s.fault(0, "can be changed by others, and says where to log in and what to run", hint)
	case mode&0o044 != 0 && holdsSecrets(d):
		return s.fault(0, "holds passwords and can be read by others", hint)
	}
	return nil
}

// holdsSecrets reports whether a table of d holds a password.
func holdsSecrets(d *tomledit.Document) bool {
	for _, kind := range d.Kinds() {
		for _, name := range d.Names(kind) {
			values, _ := d.Values(kind, name)
			if slices.ContainsFunc(tomledit.Flatten(values), func(k tomledit.Key) bool {
				_, secret := masked(k.Path, k.Value)
				return secret
			}) {
				return true
			}
		}
	}
	return false
}

// change edits the file under its lock.
func (s *store) change(edit func(*tomledit.Document) (*tomledit.Document, error)) error {
	err := s.file.Change(func(old []byte) ([]byte, error) {
		d, err := s.parse(old)
		if err != nil {
			return nil, err
		}
		if d, err = edit(d); err != nil {
			return nil, s.located(err)
		}
		text := d.Text()
		switch {
		case bytes.Equal(text, old):
			return nil, statefile.ErrUnchanged
		case len(old) == 0:
			text = append([]byte(storeHeading+"\n"), text...)
		}
		return text, nil
	})
	if _, locked := errors.AsType[*statefile.LockedError](err); locked {
		return s.fault(0, err.Error(), "Another ftpwire is changing it; try again.")
	}
	if _, said := errors.AsType[*usageError](err); said || err == nil {
		return err
	}
	if !strings.Contains(err.Error(), filepath.Base(s.file.Path)) {
		return s.fault(0, err.Error(), "")
	}
	return cannot(err)
}

// unknown is the error about a name that is not stored.
func (s *store) unknown(what, name string, stored []string) error {
	if len(stored) == 0 {
		return &usageError{err: fmt.Errorf("no %s %q: none is stored in %s", what, name, s.file.Path), hint: `"ftpwire connection add NAME URL" stores one.`}
	}
	some := stored
	more := ""
	if len(some) > 12 {
		some, more = some[:12], ", …"
	}
	hint := ""
	if near := nearNames(name, stored); len(near) > 0 && len(near) <= 3 {
		hint = "Did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{err: fmt.Errorf("no %s %q; stored: %s%s", what, name, strings.Join(some, ", "), more), hint: hint}
}
