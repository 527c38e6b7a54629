package ftptest

import (
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkPasswordFaults are defects of what a wrong password gets.
func checkPasswordFaults() []deviation {
	var tried memory[bool]
	var before memory[protocol.Verb]
	accepting := func(name Fault, doc string, when func(s *session, password string) bool) deviation {
		return deviation{name: name, doc: doc,
			command: func(s *session, c protocol.Command) bool {
				last := *before.of(s)
				*before.of(s) = c.Verb
				u := s.host.named(s.name)
				if c.Verb != "PASS" || last != "USER" || u == nil || !when(s, c.Arg) {
					return false
				}
				s.user = u
				s.loggedIn()
				return true
			}}
	}
	delayed := func(name Fault, verb protocol.Verb, doc string, when func(s *session, arg string) bool) deviation {
		return deviation{name: name, doc: doc,
			command: onCommand(verb, func(s *session, arg string) bool {
				if when(s, arg) {
					time.Sleep(500 * time.Millisecond)
				}
				return false
			})}
	}
	return []deviation{
		accepting("any-password", "every password is right", func(*session, string) bool { return true }),
		accepting("second-password", "after a wrong password any other is right", func(s *session, _ string) bool { return s.failures > 0 }),
		accepting("empty-password", "an empty password is right", func(_ *session, password string) bool { return password == "" }),
		{name: "wrong-password-530-in", doc: "PWD is answered after a wrong password",
			reply: func(s *session, r *outgoing) {
				switch {
				case r.verb == "PASS" && r.code == 530:
					*tried.of(s) = true
				case r.verb == "PWD" && r.code == 530 && *tried.of(s):
					r.wire = []byte("257 \"/\" is the current directory\r\n")
				}
			}},
		{name: "wrong-password-unanswered", doc: "a wrong password gets no reply", reply: onCode("PASS", 530, drop)},
		{name: "wrong-password-closes", doc: "the last wrong password is answered with 530, not 421, and the connection is closed",
			reply: onCode("PASS", 421, func(s *session, r *outgoing) {
				if s.failures > 0 {
					r.wire = []byte("530 Login incorrect\r\n")
				}
			})},
		{name: "wrong-passwords-unlimited", doc: "wrong passwords may be tried without end",
			config: func(c *Config) { c.MaxLoginFailures = -1 }},
		{name: "pass-oracle", doc: "PASS says whether there is the user",
			reply: onCode("PASS", 530, func(s *session, r *outgoing) {
				if s.host.named(s.name) == nil {
					r.wire = []byte("530 No such user\r\n")
				}
			})},
		delayed("user-oracle-slow", "USER", "USER takes longer if the name exists",
			func(s *session, name string) bool { return s.host.named(name) != nil }),
		delayed("wrong-password-slow-if-known", "PASS", "a wrong password takes longer if the name exists",
			func(s *session, password string) bool {
				u := s.host.named(s.name)
				return u != nil && password != u.Password
			}),
	}
}
