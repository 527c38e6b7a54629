package ftptest

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// checkBounceFaults are defects by which a server is turned against others.
func checkBounceFaults() []deviation {
	foreign := func(s *session, ap netip.AddrPort) bool { return ap.Addr() != s.newEndpoint().host }
	low := func(_ *session, ap netip.AddrPort) bool { return ap.Port() < 1024 }
	return []deviation{
		dialsFor("port-foreign-200", "PORT takes any address", "PORT", parse.PORT, foreign),
		dialsFor("eprt-foreign-200", "EPRT takes any address", "EPRT", parse.EPRT, foreign),
		dialsFor("port-low-200", "PORT takes any port", "PORT", parse.PORT, low),
		dialsFor("eprt-low-200", "EPRT takes any port", "EPRT", parse.EPRT, low),
		{name: "active-refused-silence", doc: "a transfer whose data connection was refused gets no final reply",
			reply: func(_ *session, r *outgoing) {
				if r.code == 425 && bytes.HasPrefix(r.wire, []byte("425 Cannot open data")) {
					r.wire = nil
				}
			}},
		{name: "passive-takes-anyone", doc: "passive ports serve whoever connects first",
			listening: func(s *session, ln net.Listener) net.Listener {
				return blindListener{ln, s.tcp.RemoteAddr()}
			}},
		{name: "passive-port-stays", doc: "passive ports stay open until the server ends",
			listening: func(s *session, ln net.Listener) net.Listener {
				context.AfterFunc(s.srv.ctx, func() { ln.Close() })
				return keptListener{ln}
			}},
		{name: "passive-ports-few", doc: "there are three passive ports",
			config: func(c *Config) { c.PassivePorts = [2]uint16{31001, 31003} }},
		{name: "passive-waits-forever", doc: "a transfer waits for an hour for its data connection",
			config: func(c *Config) { c.DataTimeout = time.Hour }},
		{name: "no-default-port", doc: "without PORT and PASV no data connection is opened",
			config: func(c *Config) { c.noDefaultPort = true }},
	}
}

// dialsFor returns a fault by which a command takes addresses that it should refuse.
func dialsFor(name Fault, doc string, verb protocol.Verb, read func(string) (netip.AddrPort, error), when func(*session, netip.AddrPort) bool) deviation {
	return deviation{name: name, doc: doc, command: instead(verb, func(s *session, arg string) bool {
		ap, err := read(arg)
		return err == nil && s.machine.State() == protocol.StateAuthorized && when(s, ap)
	}, func(s *session, arg string) {
		s.closeEndpoint()
		s.endpoint = s.newEndpoint()
		s.endpoint.peer, _ = read(arg)
		s.reply(200, "Address accepted")
	})}
}

// A keptListener takes connections after its Close as well, and does nothing with them.
type keptListener struct{ net.Listener }

func (l keptListener) Close() error {
	if d, ok := l.Listener.(interface{ SetDeadline(time.Time) error }); ok {
		return d.SetDeadline(time.Unix(1, 0)) // ends an Accept
	}
	return nil
}

// A blindListener takes every peer for one.
type blindListener struct {
	net.Listener
	peer net.Addr
}

func (l blindListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		conn = blindConn{tcp, l.peer}
	}
	return conn, err
}

type blindConn struct {
	*net.TCPConn
	peer net.Addr
}

func (c blindConn) RemoteAddr() net.Addr { return c.peer }
