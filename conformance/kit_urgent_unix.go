//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || solaris

package conformance

import (
	"net"
	"syscall"
)

// sendUrgent sends b, the last byte of which is urgent.
func sendUrgent(conn *net.TCPConn, b []byte) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var sent error
	err = raw.Write(func(fd uintptr) bool {
		sent = syscall.Sendmsg(int(fd), b, nil, nil, syscall.MSG_OOB)
		return sent != syscall.EAGAIN && sent != syscall.EINTR
	})
	if err != nil {
		return err
	}
	return sent
}

const systemHasUrgent = true
