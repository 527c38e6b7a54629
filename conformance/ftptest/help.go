package ftptest

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// help is HELP (RFC 959, Section 4.1.3), alone or with a command.
func (s *session) help(arg string) {
	verb := protocol.Verb(strings.ToUpper(arg))
	if verb == "SITE" {
		s.siteHelp()
		return
	}
	if arg != "" {
		if _, ok := s.srv.commands[verb]; !ok {
			s.reply(501, "There is no such command")
			return
		}
		info, _ := protocol.LookupVerb(verb)
		s.reply(214, strings.TrimSpace("Syntax: "+string(verb)+" "+argumentHelp(info.Arg)))
		return
	}
	lines := []string{"The following commands are implemented"}
	row := ""
	for _, v := range s.srv.verbs() {
		if row += " " + string(v); len(row) > 60 {
			lines, row = append(lines, row), ""
		}
	}
	if row != "" {
		lines = append(lines, row)
	}
	s.replyLines(214, append(lines, "End of help")...)
}

func argumentHelp(a protocol.ArgForm) string {
	switch a {
	case protocol.ArgNone:
		return ""
	case protocol.ArgPath:
		return "<pathname>"
	case protocol.ArgPathOpt:
		return "[<pathname>]"
	case protocol.ArgTextOpt:
		return "[<text>]"
	}
	return "<text>"
}

// syst is SYST (RFC 959, Section 4.1.3). Clients tell the format of LIST by it.
func (s *session) syst(string) {
	if s.srv.cfg.ListStyle == ListDOS {
		s.reply(215, "Windows_NT")
		return
	}
	s.reply(215, "UNIX Type: L8") // publicfile says so as well
}

// noop is NOOP (RFC 959, Section 4.1.3).
func (s *session) noop(string) { s.reply(200, "OK") }

// clnt is CLNT, by which clients tell their name.
func (s *session) clnt(string) { s.reply(200, "Noted") }
