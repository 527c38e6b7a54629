package statefile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func newFile(t *testing.T) *File {
	t.Helper()
	return &File{Path: filepath.Join(t.TempDir(), "sub", "state"), MaxSize: 1 << 10, LockWait: 10 * time.Second}
}

func write(f *File, text string) error {
	return f.Change(func([]byte) ([]byte, error) { return []byte(text), nil })
}

func TestChange(t *testing.T) {
	f := newFile(t)
	if b, err := f.Read(); b != nil || err != nil {
		t.Errorf("Read of no file = %q, %v", b, err)
	}
	if err := write(f, "one"); err != nil {
		t.Fatal(err)
	}
	err := f.Change(func(old []byte) ([]byte, error) { return append(old, " two"...), nil })
	if b, rerr := f.Read(); string(b) != "one two" || err != nil || rerr != nil {
		t.Errorf("Read = %q, %v, after %v", b, rerr, err)
	}
	refused := errors.New("refused")
	if err := f.Change(func([]byte) ([]byte, error) { return nil, refused }); err != refused {
		t.Errorf("Change = %v, want the function's own error", err)
	}
	if err := f.Change(func([]byte) ([]byte, error) { return nil, ErrUnchanged }); err != nil {
		t.Errorf("Change = %v, want nil where nothing is to be written", err)
	}
	if b, _ := f.Read(); string(b) != "one two" {
		t.Errorf("the file became %q", b)
	}
	if runtime.GOOS != "windows" {
		if info, err := os.Stat(f.Path); err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

func TestMaxSize(t *testing.T) {
	f := newFile(t)
	if err := write(f, strings.Repeat("x", f.MaxSize)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if err := write(f, strings.Repeat("x", f.MaxSize+1)); err == nil || !strings.Contains(err.Error(), f.Path) {
		t.Errorf("above the limit: %v", err)
	}
	f.MaxSize--
	if _, err := f.Read(); err == nil || !strings.Contains(err.Error(), f.Path) {
		t.Errorf("Read above the limit: %v", err)
	}
}

// A link stays, whether or not its target exists.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for _, existing := range []bool{true, false} {
		target, between, link := filepath.Join(dir, "target"), filepath.Join(dir, "between"), filepath.Join(dir, "link")
		os.Remove(between)
		os.Remove(link)
		if err := errors.Join(os.RemoveAll(target), os.Symlink("target", between), os.Symlink(between, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		if existing {
			if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		f := &File{Path: link, MaxSize: 100}
		if err := write(f, "new"); err != nil {
			t.Fatal(err)
		}
		for _, l := range []string{link, between} {
			if info, err := os.Lstat(l); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("target exists: %v: the link %s was replaced: %v", existing, l, err)
			}
		}
		if b, err := os.ReadFile(target); string(b) != "new" || err != nil {
			t.Errorf("target exists: %v: target %q, %v", existing, b, err)
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	if _, err := (&File{Path: loop, MaxSize: 100}).Read(); err == nil {
		t.Error("a link to itself can be read")
	}
}

func TestLocked(t *testing.T) {
	f := newFile(t)
	unlock, err := f.Lock()
	if err != nil {
		t.Fatal(err)
	}
	f.LockWait = 0
	locked, ok := errors.AsType[*LockedError](write(f, "x"))
	if !ok || !strings.HasSuffix(locked.Lock, lockSuffix) {
		t.Errorf("while locked: %v", locked)
	}
	unlock()
	if err := write(f, "x"); err != nil {
		t.Errorf("after that: %v", err)
	}
}
