//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || solaris)

package control

import (
	"errors"
	"net"
)

// sendUrgent sends nothing: the system is not known to have urgent data.
func sendUrgent(*net.TCPConn, []byte) error { return errors.ErrUnsupported }
