//go:build unix

package ftpwire

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner and the group of old, as far as that is allowed, and
// returns the permissions of old without those that would go to another group now.
func keepOwner(f *os.File, old fs.FileInfo) fs.FileMode {
	mode := old.Mode().Perm()
	was, ok := old.Sys().(*syscall.Stat_t)
	info, err := f.Stat()
	if !ok || err != nil {
		return mode
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if !ok || is.Uid == was.Uid && is.Gid == was.Gid {
		return mode
	}
	if f.Chown(int(was.Uid), int(was.Gid)) == nil || is.Gid == was.Gid || f.Chown(-1, int(was.Gid)) == nil {
		return mode
	}
	return mode &^ 0o070
}
