package neterr_test

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/ftpwire/ftpwire/protocol/neterr"
)

func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		err                   error
		cut, refused, noRoute bool
	}{
		{err: errors.New("x")},
		{err: nil},
		{err: syscall.ETIMEDOUT},
		{err: syscall.ECONNRESET, cut: true},
		{err: syscall.ECONNABORTED, cut: true},
		{err: syscall.EPIPE, cut: true},
		{err: syscall.Errno(10053), cut: true}, // Software caused connection abort
		{err: syscall.Errno(10054), cut: true},
		{err: syscall.ECONNREFUSED, refused: true},
		{err: syscall.Errno(10061), refused: true},
		{err: syscall.EHOSTUNREACH, noRoute: true},
		{err: syscall.Errno(10051), noRoute: true},
		{err: syscall.Errno(10065), noRoute: true},
	} {
		for _, err := range []error{tt.err, &net.OpError{Op: "read", Err: os.NewSyscallError("read", tt.err)}} {
			if tt.err == nil && err != nil {
				continue
			}
			if neterr.Cut(err) != tt.cut || neterr.Refused(err) != tt.refused || neterr.NoRoute(err) != tt.noRoute {
				t.Errorf("%v: cut %v, refused %v, no route %v", err, neterr.Cut(err), neterr.Refused(err), neterr.NoRoute(err))
			}
		}
	}
}
