//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || solaris)

package control

import (
	"errors"
	"net"
)

// sendUrgent sends nothing: this system may have no urgent data.
func sendUrgent(*net.TCPConn, []byte) error { return errors.ErrUnsupported }
