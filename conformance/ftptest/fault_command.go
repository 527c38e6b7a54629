package ftptest

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// commandFaults are those that do something else than a command says.
func commandFaults() []deviation {
	return []deviation{
		{name: "reply-never", doc: "RETR gets no reply at all",
			command: onCommand("RETR", func(*session, string) bool { return true })},
		{name: "epsv-refused", doc: "EPSV is refused with 502, though FEAT lists it",
			command: refusing("EPSV", 502, "Command not implemented")},
		{name: "auth-refused", doc: "AUTH is refused with 534, though FEAT lists it",
			command: refusing("AUTH", 534, "Request denied for policy reasons")},
		{name: "prot-refused", doc: "PROT P is refused with 534, though FEAT lists PROT",
			command: onCommand("PROT", func(s *session, arg string) bool {
				if arg != "P" && arg != "p" {
					return false
				}
				s.reply(534, "Request denied for policy reasons")
				return true
			})},
		{name: "retr-missing-226", doc: "RETR of a missing file sends nothing and says 226",
			command: onCommand("RETR", retrMissing)},
		{name: "user-keeps-rights", doc: "after a second USER, without its password, the earlier login is still in effect",
			command: onCommand("USER", func(s *session, _ string) bool {
				s.previous = cmp.Or(s.user, s.previous)
				return false
			}),
			illegal: keepRights},
		{name: "feat-lies", doc: "FEAT lists HASH and MODE Z, which the server does not have, and lacks MDTM and SIZE",
			command:  refusing("HASH", 502, "Command not implemented"),
			features: lie},
	}
}

// onCommand returns a command hook for one verb.
func onCommand(verb protocol.Verb, f func(s *session, arg string) bool) func(*session, protocol.Command) bool {
	return func(s *session, c protocol.Command) bool { return c.Verb == verb && f(s, c.Arg) }
}

// refusing returns a command hook that refuses one verb.
func refusing(verb protocol.Verb, code protocol.Code, text string) func(*session, protocol.Command) bool {
	return onCommand(verb, func(s *session, _ string) bool {
		s.reply(code, text)
		return true
	})
}

func retrMissing(s *session, arg string) bool {
	if _, err := s.host.tree.stat(s.resolve(arg)); err == nil {
		return false
	}
	if s.mayTransfer() {
		s.begin(&transfer{source: &bytes.Buffer{}, text: "Opening data connection for RETR"})
	}
	return true
}

// keepRights carries out what needs a login, under that of before USER.
func keepRights(s *session, c protocol.Command, refusal *protocol.SequenceError) bool {
	if _, ok := s.srv.commands[c.Verb]; !ok || refusal.Code != 530 || s.previous == nil {
		return false
	}
	current := s.user
	s.user = s.previous
	s.perform(c)
	s.user = current
	return true
}

func lie(_ *session, lines []string) []string {
	told := []string{"HASH SHA-256*;SHA-1", "MODE Z"}
	for _, l := range lines {
		if l != "MDTM" && l != "SIZE" && !strings.HasPrefix(l, "HASH ") {
			told = append(told, l)
		}
	}
	return told
}
