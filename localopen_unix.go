//go:build unix

package ftpwire

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// openFlags keep an open from following a link and from waiting for a FIFO's other end.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

func linkCount(_ *os.File, info fs.FileInfo) (uint64, error) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink), nil
	}
	return 1, nil
}

// planted returns why a file is taken for another user's, or "". Owners count only where
// everybody may create files and nobody may remove those of others, such as /tmp: some
// network file systems show owners that are not the ones who wrote.
func planted(f *os.File, info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) == os.Geteuid() {
		return ""
	}
	dir, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil || dir.Mode()&fs.ModeSticky == 0 || dir.Mode()&0o022 == 0 {
		return ""
	}
	return "belongs to another user"
}
