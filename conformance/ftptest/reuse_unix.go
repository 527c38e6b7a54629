//go:build unix

package ftptest

import "syscall"

// reuseAddr lets a data connection start at a port where an earlier one is in
// TIME_WAIT: all active ones share it.
func reuseAddr(_, _ string, c syscall.RawConn) error {
	var err error
	if cerr := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}); cerr != nil {
		return cerr
	}
	return err
}
