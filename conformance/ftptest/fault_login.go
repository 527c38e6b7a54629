package ftptest

import (
	"net/url"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// loginFaults are those of USER, PASS and ACCT that a client must survive.
func loginFaults() []deviation {
	return []deviation{
		{name: "login-loop", doc: "PASS is answered with 332 and ACCT with 331, so that the login never ends",
			reply: func(_ *session, r *outgoing) {
				switch r.verb {
				case "PASS":
					r.wire = []byte("332 Account required\r\n")
				case "ACCT":
					r.wire = []byte("331 Password required\r\n")
				}
			}},
		{name: "login-331-again", doc: "PASS is answered with 331, whatever the password",
			reply: func(_ *session, r *outgoing) {
				if r.verb == "PASS" {
					r.wire = []byte("331 Password required\r\n")
				}
			}},
		{name: "secret-in-331", doc: "the reply to USER holds the user's password",
			reply: onCode("USER", 331, func(s *session, r *outgoing) {
				if u := s.host.named(s.name); u != nil {
					r.wire = []byte("331 Password for " + s.name + " (it is " + u.Password + ")\r\n")
				}
			})},
		{name: "secret-in-530", doc: "the reply to PASS is 530 and holds the password as it came, quoted and percent-encoded",
			command: onCommand("PASS", func(s *session, arg string) bool {
				s.reply(530, "No login with "+arg+", \""+arg+"\" or "+url.PathEscape(arg))
				return true
			})},
		{name: "secret-in-replies", doc: "replies to SYST, SMNT, MODE and CWD hold the user's password, one of them after a long text, one in a line of its own",
			reply: secretReplies},
		{name: "otp-stuck", doc: "the sequence number of one-time passwords does not go down, so that a password works twice",
			greeted: func(s *session) {
				s.srv.otp.mu.Lock()
				s.srv.otp.stuck = true
				s.srv.otp.mu.Unlock()
			}},
	}
}

func secretReplies(s *session, r *outgoing) {
	if s.user == nil {
		return
	}
	secret := s.user.Password
	switch {
	case r.verb == "SYST" && r.code == 215:
		r.wire = []byte("215 UNIX " + strings.Repeat("x", 67) + " " + secret + "\r\n")
	case r.verb == "SMNT":
		r.wire = []byte(secret + "\r\n580 \"" + secret + "\" is no volume\r\n")
	case r.verb == "MODE" && r.code == 200:
		r.wire = []byte("207 Mode set, " + secret + "\r\n")
	case r.verb == "CWD" && r.code == 550:
		r.wire = []byte("550 No, " + secret + "\r\n")
	}
}

// steps are commands of a usual session, in its order: what a server can do to
// any of them it can do anywhere.
var steps = []protocol.Verb{"AUTH", "USER", "PASS", "PBSZ", "PROT", "FEAT", "TYPE", "EPSV", "RETR", "STOR", "LIST", "PWD", "QUIT"}

// insteadFaults end the session at each step: with 421, which may come in place of
// any reply (RFC 959, Section 4.2.1), and without a word.
func insteadFaults() []deviation {
	var all []deviation
	for _, v := range steps {
		name := strings.ToLower(string(v))
		all = append(all,
			deviation{name: Fault("421-at-" + name), doc: string(v) + " is answered with 421, and the connection is closed",
				command: refusing(v, 421, "Service not available, closing")},
			deviation{name: Fault("closed-at-" + name), doc: "the connection is closed in place of a reply to " + string(v),
				command: onCommand(v, func(s *session, _ string) bool {
					s.over = true
					return true
				})})
	}
	return all
}
