//go:build !unix

package ftpwire

import (
	"io/fs"
	"os"
)

func keepOwner(_ *os.File, old fs.FileInfo) fs.FileMode { return old.Mode().Perm() }
