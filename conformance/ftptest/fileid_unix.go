//go:build unix

package ftptest

import (
	"fmt"
	"io/fs"
	"syscall"
)

// fileID returns what is the same for all names of a file.
func fileID(fi fs.FileInfo) string {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%xg%x", st.Dev, st.Ino)
	}
	return ""
}
