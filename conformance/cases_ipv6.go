package conformance

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// families returns the numbers of RFC 2428 for the family of the control connection, and
// for the other one.
func (t *T) families() (own, other string) {
	if isIPv6(t.c) {
		return "2", "1"
	}
	return "1", "2"
}

// epsvProtocols asks for both families by their numbers.
func epsvProtocols(t *T) {
	own, other := t.families()
	r := t.Ask("EPSV " + own)
	if !ok(r) {
		t.Failf("EPSV %s, which is that of the control connection: %s", own, brief(r))
	}
	t.beginOn(t.connect(t.portOf229(r)), t.listing()).Receive()
	r = t.Ask("EPSV " + other)
	if !ok(r) {
		t.Grade(r, "EPSV "+other, is(522), is(4, 5))
		return
	}
	port := t.portOf229(r)
	host := map[string]string{"127.0.0.1": "::1", "::1": "127.0.0.1"}[t.run.peer(t.c)]
	if host == "" {
		t.Infof("EPSV %s is accepted; whether the port is open for that protocol can't be seen from here", other)
		return
	}
	conn, err := t.run.dialData(t.run.ctx, net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		t.Failf("EPSV %s: got %s, but the port is not open at %s", other, brief(r), host)
	}
	t.run.untrack(conn)
	conn.Close()
}

// pasvOverIPv6 asks for a port with PASV, which has no room for an address of IPv6.
func pasvOverIPv6(t *T) {
	t.useIPv6()
	r := t.Ask("PASV")
	t.Infof("PASV over IPv6: %s", brief(r))
	if r.Code != 227 {
		return
	}
	ap, err := parse.PASV(r.LastLine())
	if err != nil {
		t.Warnf("227 over IPv6: %v", err)
		return
	}
	if d, err := t.tryConnect(int(ap.Port())); err == nil {
		d.Close()
		return
	}
	if ap.Addr().IsLoopback() {
		if conn, err := t.run.dialData(t.run.ctx, ap.String()); err == nil {
			t.run.untrack(conn)
			conn.Close()
			return
		}
	}
	t.Warnf("%s over IPv6, but the port is not open there", brief(r))
}

// transfersOverIPv6 carries out every kind of transfer over IPv6.
func transfersOverIPv6(t *T) {
	t.useIPv6()
	epsv := func(cmd string) *Transfer { return t.beginOn(t.connect(t.epsv()), cmd) }
	name, data := t.Name("ipv6"), payload(100_000)
	t.Type("I")
	t.WantIn(epsv("STOR "+name).Store(data[:70_000]), "STOR over IPv6", 226, 250)
	t.WantIn(epsv("APPE "+name).Store(data[70_000:]), "APPE over IPv6", 226, 250)
	t.Same("the file over IPv6", epsv("RETR "+name).Receive(), data)
	cmds := []string{"LIST", "NLST"}
	if t.run.feats.Has("MLST") {
		cmds = append(cmds, "MLSD")
	}
	for _, cmd := range cmds {
		if !hasLine(t.lines(epsv(cmd).Receive()), name) {
			t.Failf("%s over IPv6: no line for %q", cmd, name)
		}
	}
}

// longReply finds the numbers of a 228 (RFC 1639): family, lengths, address and port.
var longReply = regexp.MustCompile(`\(?([0-9]{1,3}(?:,[0-9]{1,3}){4,})\)?`)

// longAddresses tries LPSV and LPRT.
func longAddresses(t *T) {
	r := t.Ask("LPSV")
	if refused(r) {
		t.Infof("LPSV: %s", brief(r))
	} else {
		t.WantIn(r, "LPSV", 228)
		m := longReply.FindStringSubmatch(r.LastLine())
		if m == nil {
			t.Failf("LPSV: %s has no address", brief(r))
		}
		ap, err := longAddr(m[1])
		if err != nil {
			t.Failf("LPSV: %s: %v", brief(r), err)
		}
		t.beginOn(t.connect(int(ap.Port())), t.listing()).Receive()
	}
	if t.run.noActive != "" {
		return
	}
	d, err := t.listen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	if r = t.Ask("LPRT " + formatLong(d.local())); refused(r) {
		t.Infof("LPRT: %s", brief(r))
		return
	}
	t.WantIn(r, "LPRT", 200)
	t.beginOn(d, t.listing()).Receive()
}

// formatLong returns the argument of LPRT (RFC 1639, Section 3).
func formatLong(ap netip.AddrPort) string {
	family, octets := 4, ap.Addr().AsSlice()
	if len(octets) == 16 {
		family = 6
	}
	numbers := []string{fmt.Sprint(family), fmt.Sprint(len(octets))}
	for _, o := range octets {
		numbers = append(numbers, fmt.Sprint(o))
	}
	return fmt.Sprintf("%s,2,%d,%d", strings.Join(numbers, ","), ap.Port()>>8, ap.Port()&0xff)
}

// longAddr is the reverse.
func longAddr(s string) (netip.AddrPort, error) {
	var octets []byte
	for _, word := range strings.Split(s, ",") {
		n, err := strconv.ParseUint(word, 10, 8)
		if err != nil {
			return netip.AddrPort{}, err
		}
		octets = append(octets, byte(n))
	}
	wrong := fmt.Errorf("%q is no address of RFC 1639", s)
	if len(octets) < 2 || !slices.Contains([]byte{4, 16}, octets[1]) || len(octets) != int(octets[1])+5 || octets[len(octets)-3] != 2 {
		return netip.AddrPort{}, wrong
	}
	addr, _ := netip.AddrFromSlice(octets[2 : 2+octets[1]])
	return netip.AddrPortFrom(addr, uint16(octets[len(octets)-2])<<8|uint16(octets[len(octets)-1])), nil
}
