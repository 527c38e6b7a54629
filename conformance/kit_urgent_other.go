//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || solaris)

package conformance

import (
	"errors"
	"net"
)

// sendUrgent sends nothing: this system may have no urgent data.
func sendUrgent(*net.TCPConn, []byte) error { return errors.ErrUnsupported }

const systemHasUrgent = false
