package datachan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// A PortRange is a range of TCP ports, including First and Last. The zero range holds
// none.
type PortRange struct{ First, Last uint16 }

// ParsePortRange reads "50000-50010", or one port.
func ParsePortRange(s string) (PortRange, error) {
	from, to, two := strings.Cut(s, "-")
	if !two {
		to = from
	}
	first, err1 := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
	last, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
	if err1 != nil || err2 != nil || first == 0 || last < first {
		return PortRange{}, fmt.Errorf("%q is no range of ports such as 50000-50010", s)
	}
	return PortRange{First: uint16(first), Last: uint16(last)}, nil
}

// String returns the range as [ParsePortRange] reads it, "" for the zero range.
func (r PortRange) String() string {
	switch r {
	case PortRange{}:
		return ""
	case PortRange{r.First, r.First}:
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// Contains reports whether port is in the range.
func (r PortRange) Contains(port uint16) bool {
	return port != 0 && r.First <= port && port <= r.Last
}

// ErrPortsBlocked is the cause of an OpenError if the server offered only ports in
// BlockedPorts.
var ErrPortsBlocked = errors.New("the server offers only ports that are blocked here")

// listenIn listens at host on a port of the range, beginning with a random one: a port
// that can be predicted can be taken by others (RFC 2577, Section 8).
func (c *Config) listenIn(host netip.Addr, r PortRange) (net.Listener, error) {
	if r == (PortRange{}) {
		return c.listen("tcp", netip.AddrPortFrom(host, 0).String())
	}
	if r.First == 0 || r.Last < r.First {
		return nil, fmt.Errorf("%d-%d is no range of ports", r.First, r.Last)
	}
	n := int(r.Last) - int(r.First) + 1
	start := rand.IntN(n)
	var inUse error
	for i := range n {
		port := r.First + uint16((start+i)%n)
		ln, err := c.listen("tcp", netip.AddrPortFrom(host, port).String())
		if err == nil || !portTaken(err) {
			return ln, err
		}
		inUse = err
	}
	return nil, fmt.Errorf("no port of %s is free: %w", r, inUse)
}

// portTaken reports whether the error of a listen is about the port, so that another port
// may work. Windows has its own error numbers, and reserves ports.
func portTaken(err error) bool {
	const wsaEADDRINUSE, wsaEACCES = 10048, 10013
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES) {
		return true
	}
	no, ok := errors.AsType[syscall.Errno](err)
	return ok && (no == wsaEADDRINUSE || no == wsaEACCES)
}
