package ftptest

import (
	"crypto/tls"
	"strconv"
	"strings"
)

// auth is AUTH (RFC 2228, Section 3; RFC 4217, Section 4). TLS and TLS-C leave
// data connections in clear until PROT says otherwise. SSL and TLS-P, which meant
// private ones at once, are not in RFC 4217.
func (s *session) auth(arg string) {
	if s.srv.cfg.TLS != TLSExplicit {
		s.reply(502, "AUTH is not available")
		return
	}
	switch strings.ToUpper(arg) {
	case "TLS", "TLS-C":
		s.reply(234, "Begin the TLS handshake")
	default:
		s.reply(504, "Security mechanism not supported, use TLS")
	}
}

// pbsz is PBSZ (RFC 2228, Section 3). TLS has no protection buffer: its size is 0
// (RFC 4217, Section 9).
func (s *session) pbsz(arg string) {
	n, err := strconv.ParseUint(arg, 10, 32)
	switch {
	case !digits(arg) || err != nil:
		s.reply(501, "PBSZ needs a number below 2^32")
	case n == 0:
		s.reply(200, "OK")
	default:
		s.reply(200, "PBSZ=0")
	}
}

// prot is PROT (RFC 2228, Section 3). TLS gives integrity and privacy together or
// none of them.
func (s *session) prot(arg string) {
	switch strings.ToUpper(arg) {
	case "C":
		s.reply(200, "Data connections are in clear")
	case "P":
		s.reply(200, "Data connections are protected")
	case "S", "E":
		s.reply(536, "Level not supported by TLS, use C or P")
	default:
		s.reply(504, "Unknown level, use C or P")
	}
}

// ccc is CCC (RFC 4217, Section 5), for clients behind firewalls that want to
// read along.
func (s *session) ccc(string) {
	if s.srv.cfg.RequireTLS || s.srv.cfg.TLS == TLSImplicit {
		s.reply(534, "The control connection stays protected")
		return
	}
	s.reply(200, "Clearing the control connection")
}

// version returns the TLS version of the control connection, 0 in clear.
func (s *session) version() uint16 {
	if c, ok := s.conn.(*tls.Conn); ok {
		return c.ConnectionState().Version
	}
	return 0
}
