//go:build !unix && !windows

package ftpwire

import (
	"io/fs"
	"os"
)

// openFlags is 0: package syscall has no such flags here.
const openFlags = 0

func linkCount(*os.File, fs.FileInfo) (uint64, error) { return 1, nil }

func planted(*os.File, fs.FileInfo) string { return "" }
