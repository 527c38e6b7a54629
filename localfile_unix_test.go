//go:build unix

package ftpwire_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// What somebody has planted where a download keeps its data and its note is refused in
// the same words, at once, and neither read nor written; nor is what it leads to.
func TestPartPlanted(t *testing.T) {
	const victims = "what is not ours"
	plant := map[string]func(t *testing.T, name, victim string) error{
		"is a symbolic link":              func(t *testing.T, name, victim string) error { return os.Symlink(victim, name) },
		"has a second name (a hard link)": func(t *testing.T, name, victim string) error { return os.Link(victim, name) },
		"is a FIFO":                       func(t *testing.T, name, _ string) error { return syscall.Mkfifo(name, 0o666) },
		"is a directory":                  func(t *testing.T, name, _ string) error { return os.Mkdir(name, 0o777) },
	}
	for reason, put := range plant {
		for _, suffix := range []string{"", ".json"} {
			t.Run(reason+suffix, func(t *testing.T) {
				r := newResumePlay(t, ftptest.TLSNone)
				r.setRemote(noise(1, 1000))
				victim := filepath.Join(t.TempDir(), "victim")
				if err := os.WriteFile(victim, []byte(victims), 0o600); err != nil {
					t.Fatal(err)
				}
				name := ftpwire.PartialName(r.local) + suffix
				if err := put(t, name, victim); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
				path, isPath := errors.AsType[*fs.PathError](err)
				part, isPart := errors.AsType[*ftpwire.PartError](err)
				if !isPath || !isPart || path.Path != name || part.Reason != reason {
					t.Errorf("%v; want a PartError of %s: %s", err, name, reason)
				}
				if ftpwire.Temporary(err) {
					t.Error("the error counts as passing")
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("took %v", took)
				}
				if got, err := os.ReadFile(victim); err != nil || string(got) != victims {
					t.Errorf("the other file is %q, %v now", got, err)
				}
				r.wantLocal([]byte(asItWas), true)
				// Once it is gone, all is well.
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
				if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true}); err != nil {
					t.Error(err)
				}
				r.wantLocal(noise(1, 1000), false)
			})
		}
	}
}

// A file has the permissions of the one that it replaces, or those that the umask leaves,
// and is nobody else's business while it grows.
func TestLocalModes(t *testing.T) {
	new := fs.FileMode(0o666)
	if f, err := os.OpenFile(filepath.Join(t.TempDir(), "f"), os.O_CREATE, 0o666); err == nil {
		info, _ := f.Stat()
		new = info.Mode().Perm()
		f.Close()
	}
	for _, resume := range []bool{false, true} {
		for _, old := range []fs.FileMode{0, 0o600, 0o640, 0o444, 0o755} {
			r := newResumePlay(t, ftptest.TLSNone)
			r.setRemote(noise(1, 100_000))
			want := old
			if old == 0 {
				os.Remove(r.local)
				want = new
			} else if err := os.Chmod(r.local, old); err != nil {
				t.Fatal(err)
			}
			if resume { // as an earlier version left it
				if err := os.WriteFile(ftpwire.PartialName(r.local), noise(1, 100), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			seen := 0
			o := &ftpwire.TransferOptions{Resume: resume, Progress: once(func() {
				entries, _ := os.ReadDir(r.dir)
				for _, e := range entries {
					info, err := e.Info()
					if err != nil || e.Name() == "f" {
						continue
					}
					seen++
					if m := info.Mode().Perm(); m != 0o600 {
						t.Errorf("resume %v: %s has mode %o under way", resume, e.Name(), m)
					}
				}
			})}
			if _, err := r.c.Download(t.Context(), "/f", r.local, o); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(r.local)
			if err != nil || info.Mode().Perm() != want || seen == 0 {
				t.Errorf("resume %v, mode %o before: %v, %v after, and %d files under way; want %o", resume, old, info.Mode(), err, seen, want)
			}
			if entries, _ := os.ReadDir(r.dir); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		}
	}
}

// The part that a failure leaves is private, too, and so is the note beside it.
func TestPartMode(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(1, 300_000))
	r.cutter.set(150_000)
	if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true}); err == nil {
		t.Fatal("the connection was cut, and there is no error")
	}
	for _, suffix := range []string{"", ".json"} {
		info, err := os.Stat(ftpwire.PartialName(r.local) + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("part%s: %v, %v; want mode 600", suffix, info.Mode(), err)
		}
	}
}

// A link that has the name of the target is what is replaced, not what it leads to.
func TestDownloadOverLink(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(1, 1000))
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte(asItWas), 0o640); err != nil {
		t.Fatal(err)
	}
	os.Remove(r.local)
	if err := os.Symlink(other, r.local); err != nil {
		t.Fatal(err)
	}
	if _, err := r.c.Download(t.Context(), "/f", r.local, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(r.local)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v; want a file of mode 640", info, err)
	}
	if got, err := os.ReadFile(other); err != nil || string(got) != asItWas {
		t.Errorf("what the link led to is %q, %v now", got, err)
	}
}

func TestReplaceFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte(asItWas), 0o640); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := ftpwire.ReplaceFile(name, func(f *os.File) error { f.WriteString("half"); return broken }); err != broken {
		t.Errorf("%v; want the error of fill", err)
	}
	if got, _ := os.ReadFile(name); string(got) != asItWas {
		t.Errorf("%q after a failure", got)
	}
	if err := ftpwire.ReplaceFile(name, func(f *os.File) error { _, err := f.WriteString("new"); return err }); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(name)
	if got, _ := os.ReadFile(name); string(got) != "new" || err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%q, %v, %v; want the new file with the old permissions", got, info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(name)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// Owners: what another user has left in a directory like /tmp is refused, and a file that is
// replaced gives its owner to the new one where that may be done.
func TestPartOwners(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(1, 1000))
	part := ftpwire.PartialName(r.local)
	if err := errors.Join(os.WriteFile(part, noise(1, 10), 0o666), os.Chown(part, 1, 1), os.Chmod(r.dir, 0o777|fs.ModeSticky)); err != nil {
		t.Fatal(err)
	}
	_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
	// The kernel may refuse it before we do (fs.protected_regular).
	if pe, ok := errors.AsType[*ftpwire.PartError](err); !errors.Is(err, fs.ErrPermission) && (!ok || pe.Reason != "belongs to another user") {
		t.Errorf("%v; want the part to be refused", err)
	}
	r.wantLocal([]byte(asItWas), true)
	if err := errors.Join(os.Chmod(r.dir, 0o755), os.Chmod(r.local, 0o640), os.Chown(r.local, 1, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(r.local)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != 1 || st.Gid != 2 || info.Mode().Perm() != 0o640 {
		t.Errorf("owner %d, group %d, mode %o; want those of the old file", st.Uid, st.Gid, info.Mode().Perm())
	}
}
