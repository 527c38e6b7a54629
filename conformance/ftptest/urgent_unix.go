//go:build unix

package ftptest

import (
	"net"
	"syscall"
)

// urgentInline keeps urgent data where it stands in the stream, so that Telnet's Synch
// in front of ABOR (RFC 959, Section 4.1.3) is read as a whole.
func urgentInline(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) { // without it the Synch is taken for a part of the command
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_OOBINLINE, 1)
	})
}
