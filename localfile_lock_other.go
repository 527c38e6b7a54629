//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package ftpwire

import "os"

// lockFile does nothing where package syscall has no lock: there, the caller must avoid
// two downloads to one file at the same time, both with Resume.
func lockFile(*os.File) error { return nil }

func isInvalid(error) bool { return false }
