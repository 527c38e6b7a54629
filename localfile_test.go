package ftpwire_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// What has the name of a part and is no file of ours is an error, and what it leads to is
// left alone.
func TestPartIsLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	for _, dangling := range []bool{false, true} {
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote(noise(1, 1000))
		other := filepath.Join(t.TempDir(), "other")
		if !dangling {
			if err := os.WriteFile(other, []byte(asItWas), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(other, ftpwire.PartialName(r.local)); err != nil {
			t.Fatal(err)
		}
		_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
		if _, ok := errors.AsType[*fs.PathError](err); !ok {
			t.Errorf("dangling %v: %v; want a PathError", dangling, err)
		}
		got, err := os.ReadFile(other)
		if dangling != errors.Is(err, fs.ErrNotExist) || !dangling && string(got) != asItWas {
			t.Errorf("dangling %v: what the link leads to is %q, %v now", dangling, got, err)
		}
		r.wantLocal([]byte(asItWas), true)
	}
}

// A part that can't be given its name is whole, and is kept.
func TestPartNotRenamed(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	content := noise(1, 200_000)
	r.setRemote(content)
	o := &ftpwire.TransferOptions{Resume: true, Progress: once(func() {
		os.Remove(r.local)
		os.MkdirAll(filepath.Join(r.local, "in the way"), 0o700)
	})}
	got, err := r.c.Download(t.Context(), "/f", r.local, o)
	if err == nil || got.Partial != ftpwire.PartialName(r.local) {
		t.Fatalf("%v, left behind %q; want an error, and the part", err, got.Partial)
	}
	if err := os.RemoveAll(r.local); err != nil {
		t.Fatal(err)
	}
	got, err = r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
	if err != nil || got.ResumedFrom != int64(len(content)) {
		t.Errorf("again: %v, from %d on; want nothing to be missing", err, got.ResumedFrom)
	}
	r.wantLocal(content, false)
}
