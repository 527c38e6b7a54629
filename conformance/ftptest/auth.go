package ftptest

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mechanisms returns what AUTH takes.
func (c *Config) mechanisms() []string {
	if c.AuthMechanisms == nil {
		return []string{"TLS", "TLS-C"}
	}
	return c.AuthMechanisms
}

func (c *Config) checkMechanisms() error {
	for _, m := range c.mechanisms() {
		if !slices.Contains([]string{"TLS", "TLS-C", "TLS-P", "SSL"}, m) {
			return fmt.Errorf("ftptest: there is no mechanism %q for AUTH", m)
		}
	}
	return nil
}

// auth is AUTH (RFC 2228, Section 3; RFC 4217, Section 4). TLS and TLS-C leave
// data connections in clear until PROT says otherwise. SSL and TLS-P, which are not
// in RFC 4217, mean private ones at once (draft-murray-auth-ftp-ssl).
func (s *session) auth(arg string) {
	mechanism := strings.ToUpper(arg)
	switch {
	case s.srv.cfg.Mechanism != nil:
		s.security()
	case s.srv.cfg.TLS != TLSExplicit:
		s.reply(502, "AUTH is not available")
	case !slices.Contains(s.srv.cfg.mechanisms(), mechanism):
		s.reply(504, "Security mechanism not supported, use "+strings.Join(s.srv.cfg.mechanisms(), " or "))
	default:
		s.implied = mechanism == "SSL" || mechanism == "TLS-P"
		s.reply(234, "Begin the TLS handshake")
	}
}

// pbsz is PBSZ (RFC 2228, Section 3). TLS has no protection buffer: its size is 0
// (RFC 4217, Section 9).
func (s *session) pbsz(arg string) {
	n, err := strconv.ParseUint(arg, 10, 32)
	switch {
	case s.srv.cfg.Mechanism != nil:
		s.security()
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
	if s.srv.cfg.Mechanism != nil {
		s.security()
		return
	}
	switch strings.ToUpper(arg) {
	case "C":
		s.implied = false
		s.reply(200, "Data connections are in clear")
	case "P":
		s.implied = false
		s.reply(200, "Data connections are protected")
	case "S", "E":
		s.reply(536, "Level not supported by TLS, use C or P")
	default:
		s.reply(504, "Unknown level, use C or P")
	}
}

// version returns the TLS version of the control connection, 0 in clear.
func (s *session) version() uint16 {
	if c, ok := s.conn.(*tls.Conn); ok {
		return c.ConnectionState().Version
	}
	return 0
}
