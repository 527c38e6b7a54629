package ftptest

import (
	"crypto/tls"
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// asSent has a download come in TYPE A, or as the file is.
func asSent(t *transfer, ascii bool) {
	f, ok := t.file.(io.Reader)
	if !ok {
		return
	}
	if t.source = f; ascii {
		t.source = mode.EncodeText(f, mode.Format{Type: 'A'}, mode.Options{KeepCR: true})
	}
}

// forgetful returns a fault under which RETR comes in TYPE A from some command on
// until the next TYPE.
func forgetful(name Fault, doc string, when func(s *session, c protocol.Command) bool) deviation {
	var forgot memory[bool]
	return deviation{
		name: name, doc: doc,
		command: func(s *session, c protocol.Command) bool {
			if c.Verb == "TYPE" {
				*forgot.of(s) = false
			}
			if when(s, c) {
				*forgot.of(s) = true
			}
			return false
		},
		transfer: onVerb("RETR", func(s *session, t *transfer) {
			if *forgot.of(s) {
				asSent(t, true)
			}
		}),
	}
}

// stillIn returns a fault under which PWD works in spite of 530 once a session
// has seen a command while logged in.
func stillIn(name Fault, doc string, since protocol.Verb) deviation {
	var in memory[bool]
	return deviation{
		name: name, doc: doc,
		command: func(s *session, c protocol.Command) bool {
			if c.Verb == since {
				*in.of(s) = s.machine.State() == protocol.StateAuthorized
			}
			return false
		},
		reply: onCode("PWD", 530, func(s *session, r *outgoing) {
			if *in.of(s) {
				r.wire = []byte("257 \"/\" is the current directory\r\n")
			}
		}),
	}
}

// checkLoginFaults are defects of login, logout and REIN.
func checkLoginFaults() []deviation {
	var users memory[int]
	var reset memory[bool]
	var cwd memory[string]
	return []deviation{
		{name: "pass-after-noop", doc: "PASS need not follow USER immediately",
			command: instead("PASS", func(s *session, _ string) bool { return s.name != "" }, (*session).pass)},
		stillIn("user-keeps-login", "the earlier login still counts after a second USER", "USER"),
		stillIn("rein-keeps-login", "the login still counts after REIN", "REIN"),
		stillIn("auth-keeps-login", "the login still counts after AUTH", "AUTH"),
		forgetful("user-resets-type", "a second USER sets the type back", func(s *session, c protocol.Command) bool {
			if c.Verb == "USER" {
				*users.of(s)++
			}
			return c.Verb == "USER" && *users.of(s) > 1
		}),
		{name: "user-350", doc: "USER is answered with 350", reply: onCode("USER", 331, sendsBytes("350 Go on\r\n"))},
		{name: "pass-250", doc: "PASS is answered with 250", reply: onCode("PASS", 230, sendsBytes("250 Logged in\r\n"))},
		{name: "pass-332-in", doc: "PASS is answered with 332, and the session is logged in",
			reply: onCode("PASS", 230, sendsBytes("332 Account, please\r\n"))},
		{name: "acct-532-sticks", doc: "STOR of what begins with account is refused with 532, also after ACCT",
			command: onCommand("STOR", func(s *session, arg string) bool {
				if !strings.HasPrefix(arg, "account") {
					return false
				}
				s.refuseTransfer(532, "Need account for storing files")
				return true
			})},
		{name: "rein-keeps-type", doc: "REIN leaves the type at I",
			command: onCommand("REIN", func(s *session, _ string) bool { *reset.of(s) = true; return false }),
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if *reset.of(s) {
					asSent(t, false)
				}
			})},
		{name: "rein-keeps-cwd", doc: "a login after REIN leads to the directory of before",
			command: onCommand("REIN", func(s *session, _ string) bool { *cwd.of(s) = s.cwd; return false }),
			reply: onCode("PASS", 230, func(s *session, _ *outgoing) {
				if dir := *cwd.of(s); dir != "" {
					s.cwd = dir
				}
			})},
		{name: "rein-keeps-tls", doc: "REIN is answered, and TLS stays",
			command: onCommand("REIN", func(s *session, _ string) bool {
				s.write([]byte("220 Ready\r\n"))
				return true
			})},
		{name: "rein-then-auth-534", doc: "AUTH after REIN is refused",
			command: onCommand("REIN", func(s *session, _ string) bool { *reset.of(s) = true; return false }),
			reply: onCode("AUTH", 234, func(s *session, r *outgoing) {
				if *reset.of(s) {
					r.wire = []byte("534 No\r\n")
				}
			})},
		{name: "quit-stays-open", doc: "QUIT is answered, and the connection stays open",
			command: onCommand("QUIT", func(s *session, _ string) bool {
				s.write([]byte("221 Goodbye\r\n"))
				return true
			})},
		{name: "quit-without-close-notify", doc: "TLS on the control connection ends without close_notify",
			reply: onCode("QUIT", 221, func(s *session, r *outgoing) {
				if _, secure := s.conn.(*tls.Conn); secure {
					s.write(r.wire)
					s.conn, r.wire = s.tcp, nil
				}
			})},
	}
}
