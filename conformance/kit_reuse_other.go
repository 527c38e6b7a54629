//go:build !unix

package conformance

import "syscall"

// reuseAddr does nothing: on these systems the option means something else.
func reuseAddr(_, _ string, _ syscall.RawConn) error { return nil }
