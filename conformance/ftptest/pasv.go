package ftptest

import (
	"net/netip"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// pasv is PASV (RFC 959, Section 4.1.2), which knows IPv4 only.
func (s *session) pasv(string) {
	host := addrPort(s.tcp.LocalAddr()).Addr()
	if !host.Is4() {
		s.reply(425, string(s.current.Verb)+" is for IPv4, use EPSV")
		return
	}
	port, err := s.listenPassive()
	if err != nil {
		s.reply(425, "Cannot open a passive port")
		return
	}
	s.endpoint.reversed = s.current.Verb == "CPSV"
	if other, err := netip.ParseAddr(s.srv.cfg.PassiveHost); err == nil && other.Unmap().Is4() {
		host = other.Unmap()
	}
	s.reply(227, "Entering Passive Mode "+parse.FormatPASV(netip.AddrPortFrom(host, port)))
}

// epsv is EPSV (RFC 2428, Section 3): alone, with a protocol number, or ALL.
func (s *session) epsv(arg string) {
	own := "2"
	if addrPort(s.tcp.LocalAddr()).Addr().Is4() {
		own = "1"
	}
	switch {
	case strings.EqualFold(arg, "ALL"):
		s.closeEndpoint()
		s.reply(200, "EPSV ALL accepted")
	case arg == "" || arg == own:
		port, err := s.listenPassive()
		if err != nil {
			s.reply(425, "Cannot open a passive port")
			return
		}
		s.reply(229, "Entering Extended Passive Mode "+parse.FormatEPSV(port))
	case digits(arg):
		s.refuseFamily()
	default:
		s.reply(501, "EPSV needs a protocol number or ALL")
	}
}
