package parse

import (
	"net/netip"
	"strconv"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// maxField is the longest field of an extended address that is read. No address or port is longer, and it
// keeps the search linear.
const maxField = 64

// EPSV returns the port in the text of a 229 reply, which is given without its code: "(|||port|)" with any
// delimiter from ! to ~ that is not a digit (RFC 2428, Section 3). IBM servers use "!". The parentheses
// are required, the port is 1 to 65535 in digits. If several groups fit, the last one counts.
//
// The address of the result is invalid, as the data connection goes to the host of the control connection.
// If a server fills the fields that RFC 2428 keeps empty, the address is returned: the caller may report
// it, but must not use it.
func EPSV(text string) (netip.AddrPort, error) {
	const what = "229 reply"
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] != '(' {
			continue
		}
		x, ok := readExtended(text, i+1)
		if !ok || x.end >= len(text) || text[x.end] != ')' {
			continue
		}
		return x.epsv(what, text)
	}
	return netip.AddrPort{}, NewError(what, text, 0, "no (|||port|)")
}

// EPRT returns the address and port that are the argument of an EPRT command, such as
// "|1|132.235.1.2|6275|" (RFC 2428, Section 2). The address must be of the family named; one of another
// family than 1 or 2 is an error for which errors.Is(err, ErrFamily) holds. An IPv4 address mapped to IPv6
// is unmapped, so that it can be compared. A zone and port 0 are refused.
func EPRT(arg string) (netip.AddrPort, error) {
	const what = "EPRT argument"
	x, ok := readExtended(arg, 0)
	if !ok || x.end != len(arg) {
		return netip.AddrPort{}, NewError(what, arg, min(x.end, len(arg)), "not |family|address|port|")
	}
	if !scan.AllDigits(x.family) {
		return netip.AddrPort{}, NewError(what, arg, x.familyAt, "address family is not a number")
	}
	addr, err := x.addr(what, arg)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := x.portNumber(what, arg)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr.Unmap(), port), nil
}

// FormatEPRT returns ap as the argument of an EPRT command. A zone is dropped, as it means nothing to the
// peer. It panics if the address is invalid.
func FormatEPRT(ap netip.AddrPort) string {
	a := ap.Addr().Unmap().WithZone("")
	if !a.IsValid() {
		panic("parse: BUG: EPRT of an invalid address")
	}
	family := "2"
	if a.Is4() {
		family = "1"
	}
	return "|" + family + "|" + a.String() + "|" + strconv.Itoa(int(ap.Port())) + "|"
}

// FormatEPSV returns port as the text of a 229 reply has it, "(|||port|)".
func FormatEPSV(port uint16) string { return "(|||" + strconv.Itoa(int(port)) + "|)" }

// extended is "|family|address|port|" as found in a text, its values not yet judged.
type extended struct {
	family, address, port       string
	familyAt, addressAt, portAt int
	end                         int // index after the last delimiter, or where reading stopped
}

// readExtended reads three fields in four delimiters at s[i:]. Digits can't delimit: they couldn't be told
// from the port.
func readExtended(s string, i int) (x extended, ok bool) {
	if x.end = i; i >= len(s) || s[i] <= ' ' || s[i] > '~' || scan.IsDigit(s[i]) {
		return x, false
	}
	delim := s[i]
	fields := [3]*string{&x.family, &x.address, &x.port}
	starts := [3]*int{&x.familyAt, &x.addressAt, &x.portAt}
	for n := range fields {
		start := i + 1
		for i = start; i < len(s) && s[i] != delim; i++ {
			if s[i] <= ' ' || s[i] > '~' || i-start >= maxField {
				x.end = i
				return x, false
			}
		}
		if x.end = i; i >= len(s) {
			return x, false
		}
		*fields[n], *starts[n] = s[start:i], start
	}
	x.end = i + 1
	return x, true
}

// epsv judges x as the group of a 229 reply.
func (x extended) epsv(what, text string) (netip.AddrPort, error) {
	port, err := x.portNumber(what, text)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if x.family == "" && x.address == "" {
		return netip.AddrPortFrom(netip.Addr{}, port), nil
	}
	addr, err := x.addr(what, text)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr, port), nil
}

// addr returns the address of x, checked against its family. An empty family fits both.
func (x extended) addr(what, text string) (netip.Addr, error) {
	if x.family != "" && x.family != "1" && x.family != "2" {
		e := NewError(what, text, x.familyAt, "unknown address family")
		e.Err = ErrFamily
		return netip.Addr{}, e
	}
	a, err := netip.ParseAddr(x.address)
	switch {
	case err != nil:
		return a, NewError(what, text, x.addressAt, "not an IP address")
	case a.Zone() != "":
		return a, NewError(what, text, x.addressAt, "address with a zone")
	case x.family == "1" && !a.Is4(), x.family == "2" && !a.Is6():
		return a, NewError(what, text, x.addressAt, "address is not of the family named")
	}
	return a, nil
}

// portNumber returns the port of x: digits only, no sign, 1 to 65535.
func (x extended) portNumber(what, text string) (uint16, error) {
	if !scan.AllDigits(x.port) {
		return 0, NewError(what, text, x.portAt, "port is not a number")
	}
	n, err := strconv.ParseUint(x.port, 10, 16)
	if err != nil || n == 0 || len(x.port) > 5 {
		return 0, NewError(what, text, x.portAt, "port is not 1 to 65535")
	}
	return uint16(n), nil
}
