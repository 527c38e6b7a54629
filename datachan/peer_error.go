package datachan

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// networkFaults are errors of a copy between a file and a socket that only the socket can
// cause.
var networkFaults = []error{
	syscall.ECONNRESET, syscall.EPIPE, syscall.ETIMEDOUT, syscall.ECONNABORTED, syscall.ENOTCONN,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.ENETRESET, os.ErrDeadlineExceeded, net.ErrClosed,
}

// PeerClosed reports whether err says that the peer has closed the connection, with or
// without a reset: nothing can be sent on it any more.
func PeerClosed(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN)
}

// ofPeer returns an error of a kernel copy with the name of the side that caused it.
// Package os puts the file's name on every error of a copy to it, even if the connection
// was reset.
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
