package memnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// Ports of the dynamic range (RFC 6335, Section 6), given out in order.
const (
	firstPort = 49152
	lastPort  = 65535
)

// A Network is a set of listeners that can be dialled. Every IP address exists
// in it and belongs to everybody. The zero Network is ready to use; its exported
// fields must not be modified after the first call of a method.
type Network struct {
	// Window is the number of bytes that each direction of a connection holds
	// before its writer blocks. If zero or negative, it is DefaultWindow.
	Window int

	// Backlog is the number of connections that a listener holds until Accept
	// takes them; a further Dial waits. If zero or negative, it is 128.
	Backlog int

	// ResetUnread makes Close of a Conn that holds unread bytes a Reset, as
	// Linux does. A sender that closes without reading what came in, such as
	// TLS session tickets, then loses the end of what it has sent.
	ResetUnread bool

	// Hosts holds the addresses of host names, for DialContext and
	// ListenContext. The name localhost is known without it.
	Hosts map[string]netip.Addr

	mu         sync.Mutex
	listeners  map[netip.AddrPort]*Listener
	blackholes map[netip.AddrPort]bool
	portOffset int // of the next dynamic port to try
}

func (n *Network) window() int {
	if n.Window <= 0 {
		return DefaultWindow
	}
	return n.Window
}

func (n *Network) backlog() int {
	if n.Backlog <= 0 {
		return 128
	}
	return n.Backlog
}

// Listen announces addr. Port 0 stands for the next free port from 49152 on. An
// unspecified address takes connections to every address of its family; the
// IPv6 one also takes IPv4. If the address is taken, the error is a
// [*net.OpError] around EADDRINUSE.
func (n *Network) Listen(addr netip.AddrPort) (*Listener, error) {
	addr = unmap(addr)
	if !addr.Addr().IsValid() {
		return nil, listenError(addr, &net.AddrError{Err: "no address to listen on", Addr: addr.String()})
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if addr.Port() == 0 {
		port, ok := n.nextPort(addr.Addr())
		if !ok {
			return nil, listenError(addr, os.NewSyscallError("bind", syscall.EADDRINUSE))
		}
		addr = netip.AddrPortFrom(addr.Addr(), port)
	}
	if n.taken(addr) {
		return nil, listenError(addr, os.NewSyscallError("bind", syscall.EADDRINUSE))
	}
	l := newListener(n, addr)
	if n.listeners == nil {
		n.listeners = make(map[netip.AddrPort]*Listener)
	}
	n.listeners[addr] = l
	return l, nil
}

// Dial connects from an address to a listener. If from is the zero Addr, it is
// the loopback address of to's family. The local port is the next one from 49152
// on. Dial returns as soon as the listener's backlog holds the connection; it
// does not wait for Accept.
//
// The error is a [*net.OpError] around ECONNREFUSED if nobody listens at to or
// the listener closes before its backlog has room, or around ctx.Err() if ctx
// ends first.
func (n *Network) Dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (*Conn, error) {
	return n.DialFrom(ctx, netip.AddrPortFrom(from, 0), to)
}

// DialFrom is Dial with a chosen local port, such as the default data port 20 of
// a server in active mode (RFC 959, Section 3.2). If the port is 0, it is chosen
// as by Dial. Two connections may have the same pair of addresses.
func (n *Network) DialFrom(ctx context.Context, from, to netip.AddrPort) (*Conn, error) {
	from, to = unmap(from), unmap(to)
	if to.Addr().IsUnspecified() { // as on Linux, the host itself
		to = netip.AddrPortFrom(loopback(to.Addr()), to.Port())
	}
	if !from.Addr().IsValid() {
		from = netip.AddrPortFrom(loopback(to.Addr()), from.Port())
	}
	if from.Addr().Is4() != to.Addr().Is4() || !to.IsValid() {
		return nil, dialError(from, to, os.NewSyscallError("connect", syscall.EAFNOSUPPORT))
	}
	if err := ctx.Err(); err != nil {
		return nil, dialError(from, to, err)
	}
	from, l, hole, err := n.route(from, to)
	switch {
	case err != nil:
		return nil, dialError(from, to, err)
	case hole:
		<-ctx.Done()
		return nil, dialError(from, to, ctx.Err())
	case l == nil:
		return nil, dialError(from, to, os.NewSyscallError("connect", syscall.ECONNREFUSED))
	}
	client, server := newPipe(from, to, n.window())
	client.resetUnread, server.resetUnread = n.ResetUnread, n.ResetUnread
	if err := l.enqueue(ctx, server); err != nil {
		return nil, dialError(from, to, err)
	}
	return client, nil
}

// Blackhole makes later dials to addr hang until their context ends, as a
// firewall does that drops packets. With port 0 it covers every port of the
// address. Connections that exist are not affected.
func (n *Network) Blackhole(addr netip.AddrPort) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.blackholes == nil {
		n.blackholes = make(map[netip.AddrPort]bool)
	}
	n.blackholes[unmap(addr)] = true
}

// route completes from with a port and finds who answers at to.
func (n *Network) route(from, to netip.AddrPort) (_ netip.AddrPort, l *Listener, hole bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from.Port() == 0 {
		port, ok := n.nextPort(from.Addr())
		if !ok {
			return from, nil, false, os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
		}
		from = netip.AddrPortFrom(from.Addr(), port)
	}
	if n.blackholes[to] || n.blackholes[netip.AddrPortFrom(to.Addr(), 0)] {
		return from, nil, true, nil
	}
	for _, a := range []netip.Addr{to.Addr(), unspecified(to.Addr()), netip.IPv6Unspecified()} {
		if l := n.listeners[netip.AddrPortFrom(a, to.Port())]; l != nil {
			return from, l, false, nil
		}
	}
	return from, nil, false, nil
}

// nextPort returns the next dynamic port on which nobody listens at addr.
func (n *Network) nextPort(addr netip.Addr) (uint16, bool) {
	const ports = lastPort - firstPort + 1
	for range ports {
		port := uint16(firstPort + n.portOffset)
		n.portOffset = (n.portOffset + 1) % ports
		if !n.taken(netip.AddrPortFrom(addr, port)) {
			return port, true
		}
	}
	return 0, false
}

// taken reports whether a listener stands in the way of one at ap.
func (n *Network) taken(ap netip.AddrPort) bool {
	if n.listeners[ap] != nil {
		return true
	}
	for other := range n.listeners {
		if other.Port() == ap.Port() && (covers(other.Addr(), ap.Addr()) || covers(ap.Addr(), other.Addr())) {
			return true
		}
	}
	return false
}

// covers reports whether a listener at a takes connections to b.
func covers(a, b netip.Addr) bool {
	return a == b || a.IsUnspecified() && (a.Is6() || b.Is4())
}

func (n *Network) remove(l *Listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[l.addr] == l {
		delete(n.listeners, l.addr)
	}
}

func unmap(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// loopback returns the loopback address of the family of a.
func loopback(a netip.Addr) netip.Addr {
	if a.Is6() {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// unspecified returns the unspecified address of the family of a.
func unspecified(a netip.Addr) netip.Addr {
	if a.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

func listenError(addr netip.AddrPort, err error) error {
	return &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
}

func dialError(from, to netip.AddrPort, err error) error {
	return &net.OpError{Op: "dial", Net: "tcp",
		Source: net.TCPAddrFromAddrPort(from), Addr: net.TCPAddrFromAddrPort(to), Err: err}
}
