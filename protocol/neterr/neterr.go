// Package neterr tells the errors of networks apart, on every system: Windows reports the
// numbers of Winsock, which are none of package syscall's.
package neterr

import (
	"errors"
	"syscall"
)

// The numbers of Winsock. No other system has errors of these numbers.
const (
	wsaENETUNREACH  syscall.Errno = 10051
	wsaECONNABORTED syscall.Errno = 10053
	wsaECONNRESET   syscall.Errno = 10054
	wsaECONNREFUSED syscall.Errno = 10061
	wsaEHOSTUNREACH syscall.Errno = 10065
)

// Cut reports whether the other side, or something on the way, cut a connection off.
func Cut(err error) bool {
	return is(err, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, wsaECONNRESET, wsaECONNABORTED)
}

// Refused reports whether nobody listens at an address.
func Refused(err error) bool { return is(err, syscall.ECONNREFUSED, wsaECONNREFUSED) }

// NoRoute reports whether no way leads to an address.
func NoRoute(err error) bool {
	return is(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaEHOSTUNREACH, wsaENETUNREACH)
}

func is(err error, numbers ...syscall.Errno) bool {
	for _, n := range numbers {
		if errors.Is(err, n) {
			return true
		}
	}
	return false
}
