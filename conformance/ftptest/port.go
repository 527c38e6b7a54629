package ftptest

import (
	"errors"
	"net/netip"

	"github.com/ftpwire/ftpwire/parse"
)

// port is PORT (RFC 959, Section 4.1.2).
func (s *session) port(arg string) {
	peer, err := parse.PORT(arg)
	if err != nil {
		s.reply(501, "PORT needs six numbers h1,h2,h3,h4,p1,p2 and a port that is not 0")
		return
	}
	s.activate(peer)
}

// eprt is EPRT (RFC 2428, Section 2).
func (s *session) eprt(arg string) {
	peer, err := parse.EPRT(arg)
	switch {
	case errors.Is(err, parse.ErrFamily):
		s.refuseFamily()
	case err != nil:
		s.reply(501, "EPRT needs |family|address|port|")
	case peer.Addr().Is4() != s.newEndpoint().host.Is4():
		s.refuseFamily()
	default:
		s.activate(peer)
	}
}

// refuseFamily names the family that data connections can have, which is that of
// the control connection (RFC 2428, Section 2).
func (s *session) refuseFamily() {
	list := "(2)"
	if s.newEndpoint().host.Is4() {
		list = "(1)"
	}
	s.reply(522, "Network protocol not supported, use "+list)
}

// activate makes peer the endpoint. It has to be the client's own host, or one of
// Config.ForeignHosts, and no port that a service may have: otherwise anyone could have
// the server connect to third parties (RFC 2577, Section 3).
func (s *session) activate(peer netip.AddrPort) {
	e := s.newEndpoint()
	switch {
	case !e.welcome(peer.Addr()):
		s.reply(504, "Data connections go to your own address, not to another host (FXP)")
		return
	case peer.Port() < 1024:
		s.reply(504, "Only ports from 1024 on are connected to")
		return
	}
	s.closeEndpoint()
	e.peer = peer
	s.endpoint = e
	s.reply(200, "Address accepted")
}
