package datachan

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// networkFaults are the errors of a copy between a file and a socket that can only be
// about the socket.
var networkFaults = []error{
	syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT, syscall.ECONNABORTED, syscall.ENOTCONN,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.ENETRESET, os.ErrDeadlineExceeded, net.ErrClosed,
}

// ofPeer returns an error of a kernel copy under the name of whom it is about. Package os
// puts the file's name on whatever ends a copy to it, a connection that the network has
// reset included.
func (c *Conn) ofPeer(op string, err error) error {
	pe, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return err
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok {
		return oe
	}
	for _, fault := range networkFaults {
		if errors.Is(err, fault) {
			return &net.OpError{Op: op, Net: "tcp", Source: c.raw.LocalAddr(), Addr: c.raw.RemoteAddr(), Err: pe.Err}
		}
	}
	return err
}
