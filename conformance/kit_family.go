package conformance

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// overIPv6 returns where the server may be found over IPv6, or why nowhere.
func (r *runner) overIPv6() (network, addr, why string) {
	if r.target.OtherAddr != "" {
		return "tcp", r.target.OtherAddr, ""
	}
	host, port, _ := net.SplitHostPort(r.target.Addr)
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "localhost", err == nil && ip.IsLoopback():
		return "tcp", net.JoinHostPort("::1", port), ""
	case err != nil:
		return "tcp6", r.target.Addr, ""
	}
	return "", "", "the control connection is over IPv4, and no address of IPv6 is known"
}

// useIPv6 makes a session over IPv6 the current one: it is that already, or it is one of
// the case's own, as [T.Session] opens it. The case is skipped if there is none.
func (t *T) useIPv6() {
	if isIPv6(t.c) {
		return
	}
	greeting := t.ownGreeting()
	network, addr, why := t.run.overIPv6()
	if why != "" {
		t.Skipf("%s", why)
	}
	ctx, cancel := context.WithTimeout(t.run.ctx, t.run.opts.connectTimeout())
	defer cancel()
	conn, err := t.run.dialBy(ctx, t.run.target.Dial, network, addr)
	if err != nil {
		t.Skipf("the control connection is over IPv4, and over IPv6 nothing answers: %v", err)
	}
	c := t.run.begin(t.tape, conn, addr, t.run.host)
	if err := c.startImplicit(); err != nil {
		t.Skipf("over IPv6 TLS fails: %v", err)
	}
	t.opened = append(t.opened, c)
	t.c = c
	if !isIPv6(c) {
		t.Skipf("the connection to %s is not over IPv6", addr)
	}
	// The password must not go to another server, which may have the port on another
	// address.
	r, err := c.receive(t.run.opts.timeout())
	if err != nil || !slices.Equal(plainWords(r), plainWords(greeting)) {
		c.close()
		t.Skipf("over IPv6 another server answers: its greeting is %s, want %s", brief(r), brief(greeting))
	}
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.AuthTLS()
	}
	t.Login()
	if c.secure {
		t.protect()
	}
	if dir := t.run.workDir; dir != "" {
		if r := t.Ask("CWD " + dir); !ok(r) {
			t.Skipf("over IPv6 other files are served: %s is refused with %s", "CWD "+dir, brief(r))
		}
	}
}

// ownGreeting asks for the server's greeting once more.
func (t *T) ownGreeting() protocol.Reply {
	before := t.c
	t.dial()
	r := t.greeting()
	t.c.depart()
	t.c = before
	return r
}

// plainWords returns the words of a greeting without addresses, times and counts.
func plainWords(r protocol.Reply) []string {
	return slices.DeleteFunc(strings.Fields(r.Text()), func(w string) bool { return strings.ContainsAny(w, "0123456789:") })
}

func isIPv6(c *Conn) bool {
	ap, err := netip.ParseAddrPort(c.tcp.RemoteAddr().String())
	return err == nil && ap.Addr().Is6() && !ap.Addr().Is4In6()
}
