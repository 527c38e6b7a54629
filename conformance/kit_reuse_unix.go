//go:build unix

package conformance

import "syscall"

// reuseAddr lets the port of a control connection be listened on as well, which is the
// default data port (RFC 959, Section 3.2).
func reuseAddr(_, _ string, c syscall.RawConn) error {
	var err error
	if cerr := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}); cerr != nil {
		return cerr
	}
	return err
}
