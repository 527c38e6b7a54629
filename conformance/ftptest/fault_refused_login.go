package ftptest

import (
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
)

// refusedLogins are replies to PASS. Whether a client may try again depends on the
// words, whatever the code.
var refusedLogins = []struct {
	name Fault
	code protocol.Code
	text string
}{
	{"login-attempts-530", 530, "Too many failed login attempts. Account is locked."},
	{"login-attempts-421", 421, "Too many failed login attempts"},
	{"login-invalid-430", 430, "Invalid username or password"},
	{"login-disabled-454", 454, "This user is disabled"},
	{"login-full-530", 530, "Sorry, the maximum number of clients (3) for this user are already connected."},
	{"login-full-421", 421, "Too many connections (8) from this IP"},
}

// refusedLoginFaults refuse whatever password comes.
func refusedLoginFaults() []deviation {
	all := []deviation{
		{name: "login-locked-later", doc: "PASS is accepted once per server, and then answered with 421 Too many failed login attempts",
			command: onCommand("PASS", func(s *session, _ string) bool {
				if s.srv.count("PASS") < 2 {
					return false
				}
				s.reply(421, "Too many failed login attempts")
				return true
			})},
	}
	for _, r := range refusedLogins {
		all = append(all, deviation{name: r.name, doc: fmt.Sprintf("PASS is answered with %d %s", r.code, r.text), command: refusing("PASS", r.code, r.text)})
	}
	return all
}
