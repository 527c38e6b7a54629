package ftptest

import (
	"bytes"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkReplyFaults are defects of replies that depend on more than the command.
func checkReplyFaults() []deviation {
	return []deviation{
		{name: "mlsd-150-twice", doc: "MLSD has two preliminary replies",
			reply: onCode("MLSD", 150, double)},
		{name: "stat-unpadded-names", doc: "STAT of a directory lists bare names, not padded",
			reply: edit("STAT", 212, unpadded)},
		{name: "pipelined-dropped", doc: "a NOOP gets no reply if another command is waiting after it",
			reply: onCode("NOOP", 200, func(s *session, r *outgoing) {
				if s.machine.Pending() > 0 {
					r.wire = nil
				}
			})},
		{name: "unknown-verb-200", doc: "unknown verbs are answered with 200",
			command: func(s *session, c protocol.Command) bool {
				_, known := protocol.LookupVerb(c.Verb)
				if _, ok := s.srv.commands[c.Verb]; known || ok || c.Verb == "ALGS" {
					return false
				}
				s.reply(200, "OK")
				return true
			}},
		{name: "cwd-echo-iac", doc: "the 550 of CWD holds byte 255 of the argument as it is",
			reply: onCode("CWD", 550, func(_ *session, r *outgoing) {
				r.wire = bytes.ReplaceAll(r.wire, []byte("\xff\xff"), []byte("\xff"))
			})},
		{name: "syst-needs-login", doc: "SYST before the login is answered with 530",
			reply: onCode("SYST", 215, notLoggedIn)},
		{name: "help-needs-login", doc: "HELP before the login is answered with 530",
			reply: onCode("HELP", 214, notLoggedIn)},
		{name: "feat-needs-login", doc: "FEAT before the login is answered with 530",
			reply: onCode("FEAT", 211, notLoggedIn)},
		{name: "user-oracle", doc: "USER with an unknown name is answered with 530",
			reply: onCode("USER", 331, func(s *session, r *outgoing) {
				for _, u := range s.host.users {
					if u.Name == s.name {
						return
					}
				}
				r.wire = []byte("530 No such user\r\n")
			})},
		{name: "pass-without-user-331", doc: "PASS before USER is answered with 331",
			reply: onCode("PASS", 503, func(s *session, r *outgoing) {
				if s.name == "" {
					r.wire = []byte("331 Go on\r\n")
				}
			})},
	}
}

func notLoggedIn(s *session, r *outgoing) {
	if s.machine.State() != protocol.StateAuthorized {
		r.wire = []byte("530 Not logged in\r\n")
	}
}

func unpadded(s *session, _ string) string {
	var b strings.Builder
	b.WriteString("212-Status\r\n")
	nodes, _ := s.host.tree.list(s.cwd)
	for _, n := range nodes {
		b.WriteString(n.name + "\r\n")
	}
	b.WriteString("212 End\r\n")
	return b.String()
}
