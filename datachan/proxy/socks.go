package proxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
)

// The commands that SOCKS 4 and 5 have in common.
const (
	commandConnect = 1
	commandBind    = 2
)

// socks asks a SOCKS proxy for a connection, and returns the address in its reply. It
// does not read past the reply: the bytes after it come from the server.
func (p *Proxy) socks(c net.Conn, command byte, t target) (netip.AddrPort, error) {
	if p.Kind == SOCKS5 {
		if err := p.greet5(c); err != nil {
			return netip.AddrPort{}, err
		}
		if _, err := c.Write(request5(command, t)); err != nil {
			return netip.AddrPort{}, err
		}
		return reply5(c)
	}
	if _, err := c.Write(request4(command, t, p.User)); err != nil {
		return netip.AddrPort{}, err
	}
	return reply4(c)
}

// socksReply reads one more reply to the same request: that of BIND when the server
// has connected.
func (p *Proxy) socksReply(r io.Reader) (netip.AddrPort, error) {
	if p.Kind == SOCKS5 {
		return reply5(r)
	}
	return reply4(r)
}

// request4 returns a request of SOCKS4 or, with a name, of SOCKS4A: that has the
// impossible address 0.0.0.1, and the name after the user.
func request4(command byte, t target, user string) []byte {
	ip := [4]byte{0, 0, 0, 1}
	if t.ip.IsValid() {
		ip = t.ip.As4()
	}
	b := []byte{4, command, byte(t.port >> 8), byte(t.port)}
	b = append(b, ip[:]...)
	b = append(append(b, user...), 0)
	if !t.ip.IsValid() {
		b = append(append(b, t.host...), 0)
	}
	return b
}

func reply4(r io.Reader) (netip.AddrPort, error) {
	var b [8]byte
	if err := readFull(r, b[:]); err != nil {
		return netip.AddrPort{}, err
	}
	if b[0] != 0 {
		return netip.AddrPort{}, notSOCKS("4", b[0])
	}
	switch status := int(b[1]); status {
	case 90:
		ip := netip.AddrFrom4([4]byte(b[4:8]))
		return netip.AddrPortFrom(ip, uint16(b[2])<<8|uint16(b[3])), nil
	case 92:
		return netip.AddrPort{}, refused(status, "the proxy cannot reach identd here, by which it knows users", nil)
	case 93:
		return netip.AddrPort{}, refused(status, "identd here names another user", nil)
	case 91:
		return netip.AddrPort{}, &Error{Stage: StageTarget, Status: status, Reason: "rejected or failed"}
	default:
		return netip.AddrPort{}, broken("its SOCKS4 reply has the unknown status %d", status)
	}
}

// greet5 agrees on a method of authentication, and authenticates (RFC 1928, Section 3;
// RFC 1929).
func (p *Proxy) greet5(c net.Conn) error {
	const none, password, nothing = 0, 2, 0xff
	hello := []byte{5, 1, none}
	if p.User != "" {
		hello = []byte{5, 2, none, password}
	}
	if _, err := c.Write(hello); err != nil {
		return err
	}
	var b [2]byte
	if err := readFull(c, b[:]); err != nil {
		return err
	}
	switch {
	case b[0] != 5:
		return notSOCKS("5", b[0])
	case b[1] == none:
		return nil
	case b[1] == password && p.User != "":
		return p.login5(c)
	case b[1] == nothing && p.User == "":
		return refused(nothing, "the proxy demands credentials", nil)
	case b[1] == nothing:
		return refused(nothing, "the proxy takes neither a password nor nobody", nil)
	}
	return broken("it chose the authentication method %d, which was not offered", b[1])
}

func (p *Proxy) login5(c net.Conn) error {
	b := append([]byte{1, byte(len(p.User))}, p.User...)
	b = append(append(b, byte(len(p.Password))), p.Password...)
	if _, err := c.Write(b); err != nil {
		return err
	}
	var answer [2]byte
	if err := readFull(c, answer[:]); err != nil {
		return err
	}
	// The version should be 1, but some proxies send 5; it does not matter.
	if answer[1] != 0 {
		return refused(int(answer[1]), "the proxy does not accept these credentials", nil)
	}
	return nil
}

// The types of address (RFC 1928, Section 5).
const (
	typeIPv4 = 1
	typeName = 3
	typeIPv6 = 4
)

func request5(command byte, t target) []byte {
	b := []byte{5, command, 0}
	switch {
	case t.ip.Is4():
		b = append(append(b, typeIPv4), t.ip.AsSlice()...)
	case t.ip.IsValid():
		b = append(append(b, typeIPv6), t.ip.AsSlice()...)
	default: // at most 255 bytes: see asciiName
		b = append(append(b, typeName, byte(len(t.host))), t.host...)
	}
	return append(b, byte(t.port>>8), byte(t.port))
}

// reply5 reads a reply (RFC 1928, Section 6). A refusal is only read up to its status:
// some proxies send no more.
func reply5(r io.Reader) (netip.AddrPort, error) {
	var b [4]byte
	if err := readFull(r, b[:2]); err != nil {
		return netip.AddrPort{}, err
	}
	if b[0] != 5 {
		return netip.AddrPort{}, notSOCKS("5", b[0])
	}
	if b[1] != 0 {
		return netip.AddrPort{}, status5(b[1])
	}
	if err := readFull(r, b[2:]); err != nil {
		return netip.AddrPort{}, err
	}
	size := 0
	switch b[3] {
	case typeIPv4:
		size = 4
	case typeIPv6:
		size = 16
	case typeName:
		var n [1]byte
		if err := readFull(r, n[:]); err != nil {
			return netip.AddrPort{}, err
		}
		size = int(n[0])
	default:
		return netip.AddrPort{}, broken("its SOCKS5 reply has an address of the unknown type %d", b[3])
	}
	rest := make([]byte, size+2)
	if err := readFull(r, rest); err != nil {
		return netip.AddrPort{}, err
	}
	ip := netip.IPv4Unspecified() // a name does not give the address
	if b[3] != typeName {
		ip, _ = netip.AddrFromSlice(rest[:size])
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(rest[size])<<8|uint16(rest[size+1])), nil
}

// status5 returns the error for a reply other than 0.
func status5(status byte) error {
	known := map[byte]struct {
		text string
		err  error
	}{
		1: {"general failure of the proxy", nil},
		2: {"not allowed by the proxy's rules", syscall.EACCES},
		3: {"network unreachable", syscall.ENETUNREACH},
		4: {"host unreachable", syscall.EHOSTUNREACH},
		5: {"connection refused", syscall.ECONNREFUSED},
		6: {"time to live expired", syscall.ETIMEDOUT},
		7: {"the proxy does not know the command", errors.ErrUnsupported},
		8: {"the proxy does not know this type of address", syscall.EAFNOSUPPORT},
	}
	k, ok := known[status]
	if !ok {
		k.text = fmt.Sprintf("unknown failure %d", status)
	}
	return &Error{Stage: StageTarget, Status: int(status), Reason: k.text, Err: k.err}
}

func notSOCKS(version string, first byte) error {
	hint := ""
	switch first {
	case 'H':
		hint = ", as an HTTP proxy does"
	case '2':
		hint = ", as an FTP server does"
	}
	return broken("its answer is not one of SOCKS%s: it begins with byte %d%s", version, first, hint)
}

// readFull is io.ReadFull with io.ErrUnexpectedEOF for every early end.
func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
