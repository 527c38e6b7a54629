package ftpwire

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// growing is the mode of a file that is not complete yet: nobody knows what it will hold,
// and the file that it replaces may be private.
const growing fs.FileMode = 0o600

// newMode returns the permissions that a new file called local would get: 0666 without
// the umask, and whatever else the directory has to say. The umask can't be read without
// changing it for the whole program, so an empty file is created and looked at.
func newMode(local string) (fs.FileMode, error) {
	dir, base := filepath.Split(local)
	f, err := os.OpenFile(dir+"."+shorten(base)+".mode-"+rand.Text()[:8], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	f.Close()
	os.Remove(f.Name())
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// finalMode returns the permissions for the file that is to be called local: those of the
// file that it replaces, or fallback if there is none. It also sets the owner and group
// of that file, as far as that is allowed.
func finalMode(f *os.File, local string, fallback fs.FileMode) fs.FileMode {
	old, err := os.Stat(local)
	if err != nil || !old.Mode().IsRegular() {
		return fallback
	}
	return keepOwner(f, old)
}

// setMode gives an open file its permissions. It forgives file systems without
// permissions, unless others could then read what they could not read before.
func setMode(f *os.File, mode fs.FileMode) error {
	if runtime.GOOS == "windows" {
		return nil // there it is access control lists, which a directory hands down
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm() == mode {
		return err
	}
	if err := f.Chmod(mode); err != nil && info.Mode().Perm()&^mode != 0 {
		return err
	}
	return nil
}
