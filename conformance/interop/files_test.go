package interop

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// TestFileOperations does what package os does with local files on each server. RemoveAll meets a link to a directory that must stay.
func TestFileOperations(t *testing.T) {
	t.Parallel()
	for _, name := range append(peer.Names(), peer.ClearNames()...) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			fileOperations(t, s, way{s: s, data: dataModes[0]}.client(t))
		})
	}
}

func fileOperations(t *testing.T, s *peer.Server, c *ftpwire.Client) {
	s.WriteFile(t, "keep", []byte("as it was"))
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v\n%s", what, err, s.Log())
		}
	}
	must("MkdirAll", c.MkdirAll(soon(t), "x/y/z"))
	must("MkdirAll, again", c.MkdirAll(soon(t), "x/y"))
	must("MkdirAll, elsewhere", c.MkdirAll(soon(t), "out"))
	must("WriteFile", c.WriteFile(soon(t), "out/f", []byte("stays")))
	must("WriteFile", c.WriteFile(soon(t), "x/y/f", []byte("0123456789")))
	w, err := c.Append(soon(t), "x/y/f")
	must("Append", err)
	_, err = io.WriteString(w, "abc")
	must("Append", errors.Join(err, w.Close()))
	must("Rename", c.Rename(soon(t), "x/y/f", "x/y/z/g"))
	got, err := c.ReadFile(soon(t), "x/y/z/g")
	must("ReadFile", err)
	if string(got) != "0123456789abc" {
		t.Errorf("ReadFile: %q", got)
	}
	if err := c.Remove(soon(t), "x/y"); err == nil || errors.Is(err, fs.ErrNotExist) || !isFileError(err) {
		t.Errorf("Remove of a directory that is not empty: %v", err)
	}
	r, err := c.OpenAt(soon(t), "x/y/z/g", 10)
	if err == nil {
		got, err = io.ReadAll(r)
	}
	if must("OpenAt", err); string(got) != "abc" {
		t.Errorf("OpenAt: %q", got)
	}
	if err := c.Chtimes(soon(t), "x/y/z/g", time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Chtimes: %v", err)
	}
	if err := c.Chmod(soon(t), "x/y/z/g", 0o640); err != nil && !isFileError(err) {
		t.Errorf("Chmod: %v", err)
	}
	var walked []string
	for w, err := range c.Walk(soon(t), "x") {
		must("Walk", err)
		walked = append(walked, w.Path)
	}
	if diff := cmp.Diff([]string{"x", "x/y", "x/y/z", "x/y/z/g"}, walked); diff != "" {
		t.Errorf("Walk: %s", diff)
	}
	for what, err := range map[string]error{
		"ReadFile": func() error { _, err := c.ReadFile(soon(t), "none"); return err }(),
		"Remove":   c.Remove(soon(t), "none"), "Rename": c.Rename(soon(t), "none", "some"),
	} {
		if !errors.Is(err, fs.ErrNotExist) || !isFileError(err) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
	linked := os.Symlink("../../out", filepath.Join(s.Home, "x", "y", "l")) == nil
	err = c.RemoveAll(soon(t), "x")
	if fe, ok := errors.AsType[*ftpwire.FileError](err); linked && ok && fe.Path == "x/y/l" {
		t.Logf("the link stays: %v", err) // inetutils-ftpd removes no links to directories
		must("Remove", os.Remove(filepath.Join(s.Home, "x", "y", "l")))
		err = c.RemoveAll(soon(t), "x")
	}
	must("RemoveAll", err)
	must("RemoveAll, again", c.RemoveAll(soon(t), "x"))
	if _, err := os.Lstat(filepath.Join(s.Home, "x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("RemoveAll leaves it: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Home, "out", "f")); err != nil {
		t.Errorf("RemoveAll, with a link (%v): %v", linked, err)
	}
}

func isFileError(err error) bool {
	_, ok := errors.AsType[*ftpwire.FileError](err)
	return ok
}
