package ftptest

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/protocol"
)

// fewFaults are those of servers, and of networks in front of them, that leave a client few
// ways to work.
func fewFaults() []deviation {
	var sessions atomic.Int32
	return []deviation{
		{name: "epsv-silent", doc: "EPSV gets no reply, and neither does anything after it, as behind some firewalls",
			command: onCommand("EPSV", func(*session, string) bool { return true })},
		{name: "feat-silent", doc: "FEAT gets no reply",
			command: onCommand("FEAT", func(*session, string) bool { return true })},
		{name: "feat-331", doc: "FEAT is answered with 331", reply: onCode("FEAT", 211, sendsBytes("331 Password, please\r\n"))},
		{name: "nlst-silent", doc: "NLST gets no reply, and nothing moves over its data connection, as on accounts that may only upload",
			command: onCommand("NLST", func(*session, string) bool { return true })},
		{name: "auth-begins-334", doc: "AUTH is answered with 334, and TLS begins as after 234",
			reply: onCode("AUTH", 234, sendsBytes("334 Begin the TLS handshake\r\n"))},
		{name: "greeting-text", doc: "two lines without a code come before the greeting",
			reply: onCode("", 220, sendsBytes("*** Welcome ***\r\n\r\n220 ftptest ready\r\n"))},
		{name: "greeting-late", doc: "a second 220 comes in front of the 331 to USER",
			reply: edit("USER", 331, func(_ *session, w string) string { return "220 ftptest ready\r\n" + w })},
		{name: "mlst-one-line", doc: "the entry of MLST stands in the only line of the reply",
			reply: edit("MLST", 250, func(_ *session, w string) string {
				for line := range strings.Lines(w) {
					if entry, ok := strings.CutPrefix(line, " "); ok {
						return "250 " + entry
					}
				}
				return w
			})},
		{name: "eprt-502", doc: "EPRT is not implemented", command: refusing("EPRT", 502, "Command not implemented")},
		{name: "mlsd-502", doc: "MLSD is not implemented, though FEAT lists MLST", command: refusing("MLSD", 502, "Command not implemented")},
		{name: "sscn-502", doc: "SSCN is not implemented, though FEAT lists it", command: refusing("SSCN", 502, "Command not implemented")},
		{name: "cpsv-502", doc: "CPSV is not implemented, though FEAT lists it", command: refusing("CPSV", 502, "Command not implemented")},
		{name: "list-502", doc: "LIST is not implemented", command: refusing("LIST", 502, "Command not implemented")},
		{name: "nlst-502", doc: "NLST is not implemented", command: refusing("NLST", 502, "Command not implemented")},
		{name: "pbsz-prot-500", doc: "PBSZ and PROT are not understood",
			command: func(s *session, c protocol.Command) bool {
				if c.Verb != "PBSZ" && c.Verb != "PROT" {
					return false
				}
				s.reply(500, "Command not understood")
				return true
			}},
		{name: "few-verbs", doc: "every verb but USER, PASS, PORT, RETR, STOR, QUIT, NOOP, TYPE, MODE and STRU is answered with 500",
			command: onlyVerbs(500, "NOOP")},
		{name: "few-verbs-502", doc: "the same with 502", command: onlyVerbs(502, "NOOP")},
		{name: "few-verbs-no-noop", doc: "the same with 500, and without NOOP", command: onlyVerbs(500)},
		{name: "ccc-first", doc: "EPSV, PASV, EPRT and PORT are refused with 533 as long as commands are protected", command: cccFirst},
		{name: "passive-at-127-0-0-2", doc: "passive ports are open at 127.0.0.2 only, which 227 names",
			config: func(c *Config) {
				c.PassiveHost = "127.0.0.2"
				c.Listen = firstThenAt(c.Listen, "127.0.0.2")
			}},
		{name: "active-never", doc: "PORT and EPRT are accepted, and no connection comes of them",
			transfer: func(s *session, t *transfer) { t.neverOpen = t.neverOpen || t.endpoint != nil && t.endpoint.ln == nil }},
		{name: "full-at-first", doc: "the first session is greeted with 421 Too many sessions",
			greeted: func(s *session) { s.full = sessions.Add(1) == 1 }},
		{name: "data-tls13-cut", doc: "data connections over TLS 1.3 are reset after the first piece",
			transfer: cutAfter(func(st tls.ConnectionState) bool { return st.Version == tls.VersionTLS13 })},
		{name: "data-resumed-cut", doc: "data connections that resume the TLS session are reset after the first piece",
			transfer: cutAfter(func(st tls.ConnectionState) bool { return st.DidResume })},
	}
}

// onlyVerbs refuses every verb but the ones without which no file can be moved, and more.
func onlyVerbs(code protocol.Code, more ...protocol.Verb) func(*session, protocol.Command) bool {
	has := append(more, "USER", "PASS", "PORT", "RETR", "STOR", "QUIT", "TYPE", "MODE", "STRU")
	return func(s *session, c protocol.Command) bool {
		if slices.Contains(has, c.Verb) {
			return false
		}
		s.reply(code, "Unknown command")
		return true
	}
}

// cccFirst refuses data connections under protected commands.
func cccFirst(s *session, c protocol.Command) bool {
	if !c.Verb.IsDataAddress() || s.machine.Protection().Control == protocol.GuardCleared {
		return false
	}
	s.reply(533, "Command protection level denied for policy reasons")
	return true
}

// firstThenAt returns a function that listens as given the first time, which is for the
// control connection, and at another address from then on.
func firstThenAt(listen func(network, address string) (net.Listener, error), host string) func(network, address string) (net.Listener, error) {
	if listen == nil {
		listen = net.Listen
	}
	var begun atomic.Bool
	return func(network, address string) (net.Listener, error) {
		_, port, err := net.SplitHostPort(address)
		if err == nil && begun.Swap(true) {
			address = net.JoinHostPort(host, port)
		}
		return listen(network, address)
	}
}

// cutAfter resets data connections after the first piece, if their TLS is of a kind.
func cutAfter(is func(tls.ConnectionState) bool) func(*session, *transfer) {
	return func(_ *session, t *transfer) {
		t.during = func(_ *session, t *transfer) error {
			if c, ok := t.conn.conn.(*tls.Conn); ok && is(c.ConnectionState()) {
				return errReset
			}
			return nil
		}
	}
}
