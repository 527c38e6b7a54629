package ftptest

import (
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
)

// An outgoing is a reply on its way out.
type outgoing struct {
	verb protocol.Verb // of the command that it answers, "" for the greeting
	code protocol.Code
	wire []byte // the bytes to send; none if empty
}

// reply answers the command that is due. Newlines in text make lines.
func (s *session) reply(code protocol.Code, text string) {
	s.replyTo(s.current.Verb, protocol.NewReply(code, text))
}

// replyf is reply with a format.
func (s *session) replyf(code protocol.Code, format string, args ...any) {
	s.replyTo(s.current.Verb, protocol.Reply{Code: code, Lines: []string{fmt.Sprintf(format, args...)}})
}

// replyLines answers with several lines.
func (s *session) replyLines(code protocol.Code, lines ...string) {
	s.replyTo(s.current.Verb, protocol.Reply{Code: code, Lines: lines})
}

func (s *session) replyTo(verb protocol.Verb, r protocol.Reply) {
	if s.over {
		return
	}
	for i, l := range r.Lines {
		if r.Lines[i] = s.translate(l); s.latin1 {
			r.Lines[i] = latin1(r.Lines[i])
		}
	}
	wire, err := s.machine.Reply(r)
	if err != nil {
		panic("ftptest: BUG: " + err.Error())
	}
	out := outgoing{verb: verb, code: r.Code, wire: wire}
	for _, f := range s.srv.faults {
		if f.reply != nil {
			f.reply(s, &out)
		}
	}
	s.log.Debug("reply", "verb", string(verb), "code", int(r.Code), "text", new(protocol.Redactor).String(r.Text()))
	s.write(out.wire)
}
