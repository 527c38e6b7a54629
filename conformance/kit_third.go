package conformance

import (
	"net"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// ourAddress returns our end of the control connection.
func (t *T) ourAddress() netip.Addr { return addressOf(t.c.tcp.LocalAddr()) }

func addressOf(a net.Addr) netip.Addr {
	ap, _ := netip.ParseAddrPort(a.String())
	return ap.Addr().Unmap()
}

// thirdAddress returns an address of this machine that is neither end of the control
// connection, and to which the server may be able to connect.
func (t *T) thirdAddress() (netip.Addr, bool) {
	ours, theirs := t.ourAddress(), addressOf(t.c.tcp.RemoteAddr())
	if ours.IsLoopback() && ours.Is4() {
		third := ours.Next()
		if third == theirs {
			third = third.Next()
		}
		return third, third.IsLoopback()
	}
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		third := p.Addr().Unmap()
		if third.Is4() == ours.Is4() && third.IsGlobalUnicast() && third != ours && third != theirs {
			return third, true
		}
	}
	return netip.Addr{}, false
}

// exampleAddress is an address that is for examples alone (RFC 5737, RFC 3849).
func exampleAddress(v4 bool) netip.Addr {
	if v4 {
		return netip.MustParseAddr("192.0.2.1")
	}
	return netip.MustParseAddr("2001:db8::1")
}

// listenAt is tryListen on any address of ours.
func (t *T) listenAt(addr netip.AddrPort) (*dataConn, error) {
	listen := t.run.target.Listen
	if listen == nil {
		listen = net.Listen
	}
	ln, err := listen("tcp", addr.String())
	if err != nil {
		return nil, err
	}
	t.run.track(ln)
	d := t.newData(ln.Addr().(*net.TCPAddr).Port)
	d.ln = ln
	d.event("listening on %s", ln.Addr())
	return d, nil
}

// argument returns the argument by which PORT or EPRT names an address.
func argument(verb string, ap netip.AddrPort) string {
	if verb == "PORT" {
		return parse.FormatPORT(ap)
	}
	return parse.FormatEPRT(ap)
}

// arrives reports whether the server connects within the time.
func (d *dataConn) arrives(wait time.Duration) bool {
	if d.tcp != nil {
		return true
	}
	ln, bounded := d.ln.(interface{ SetDeadline(time.Time) error })
	if !bounded {
		return false
	}
	ln.SetDeadline(time.Now().Add(wait))
	conn, err := d.ln.Accept()
	if err != nil {
		return false
	}
	d.t.run.track(conn)
	d.tcp = conn
	d.event("the server connected from %s", conn.RemoteAddr())
	return true
}

// glance is how long a look takes for what may have come.
const glance = 100 * time.Millisecond

// watchDial sends a transfer command and reports whether the server connects to d, and its
// last reply, which is zero if none came.
func (t *T) watchDial(d *dataConn, cmd string) (dialled bool, last protocol.Reply) {
	t.Send(cmd)
	for deadline := time.Now().Add(t.run.opts.timeout()); time.Now().Before(deadline); {
		if dialled = d.arrives(glance); dialled {
			d.Close()
			break
		}
		r, err := t.c.receive(glance)
		if err == nil {
			last = r
		}
		if t.c.ended || err == nil && r.Code.Class() != 1 {
			return d.arrives(glance), last
		}
	}
	for last.Code.Class() < 2 { // the transfer fails, as nobody takes its data
		r, err := t.c.receive(t.run.opts.timeout())
		if err != nil {
			break
		}
		last = r
	}
	return dialled, last
}
