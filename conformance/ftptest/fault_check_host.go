package ftptest

import (
	"strings"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/protocol"
)

// hostRewrites are defects of single replies to HOST, and of replies to it alone.
var hostRewrites = []rewrite{
	{"host-200", "HOST is answered with 200", "HOST", "*", 220, "200 OK"},
	{"host-after-login-220", "HOST after the login is answered with 220", "HOST", "*", 503, "220 OK"},
	{"host-port-220", "HOST with a port is answered with 220", "HOST", "192.0.2.1:2112", 501, "220 OK"},
	{"host-malformed-550", "HOST with what is no name is answered with 550", "HOST", "-x-", 501, "550 No"},
	{"host-unknown-550", "HOST with an unknown name is answered with 550", "HOST", "no-such.invalid", 504, "550 No"},
	{"host-literal-220", "HOST with the address of another server is answered with 220", "HOST", "192.0.2.77", 504, "220 OK"},
}

// checkHostFaults are defects of HOST (RFC 7151).
func checkHostFaults() []deviation {
	var reset, asked memory[bool]
	var chosen memory[*host]
	var seen atomic.Bool // HOST, in any session
	return []deviation{
		{name: "host-502", doc: "HOST is refused with 502, though FEAT lists it",
			command: refusing("HOST", 502, "Command not implemented")},
		{name: "host-down-504", doc: "HOST with a host that is out of service is answered with 504",
			command: instead("HOST", downHost, says(504, "No such host"))},
		{name: "host-down-stays", doc: "HOST with a host that is out of service is answered with 421, and the connection stays",
			command: instead("HOST", downHost, func(s *session, _ string) { s.write([]byte("421 Try again later\r\n")) })},
		{name: "host-case-sensitive", doc: "HOST knows names in small letters only",
			command: instead("HOST", func(_ *session, arg string) bool { return arg != strings.ToLower(arg) }, says(504, "No such host"))},
		{name: "host-keeps-user", doc: "USER in front of HOST still counts: PASS after it is answered with 230",
			command: onCommand("HOST", func(s *session, _ string) bool { *reset.of(s) = s.name != ""; return false }),
			reply: onCode("PASS", 503, func(s *session, r *outgoing) {
				if *reset.of(s) {
					r.wire = []byte("230 Logged in\r\n")
				}
			})},
		{name: "host-ignores-sni", doc: "HOST need not agree with the server name of TLS",
			command: onCommand("HOST", func(s *session, _ string) bool { s.sni = ""; return false })},
		{name: "host-survives-rein", doc: "the choice of HOST outlives REIN",
			command: onCommand("REIN", func(s *session, _ string) bool { *chosen.of(s) = s.host; return false }),
			reply: onCode("REIN", 220, func(s *session, _ *outgoing) {
				if h := *chosen.of(s); h != nil {
					s.host = h
				}
			})},
		{name: "user-wants-host", doc: "once a client has sent HOST, USER without it is refused",
			command: func(s *session, c protocol.Command) bool {
				switch {
				case c.Verb == "HOST":
					*asked.of(s) = true
					seen.Store(true)
				case c.Verb == "USER" && seen.Load() && !*asked.of(s):
					s.reply(503, "HOST must come first")
					return true
				}
				return false
			}},
	}
}

// downHost is the condition that HOST names a host that is out of service.
func downHost(s *session, arg string) bool {
	h := s.srv.virtualHost(arg)
	return h != nil && h.down
}
