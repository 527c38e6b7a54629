package ftptest

import (
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// stat is STAT (RFC 959, Section 4.1.3): the status of the session, and of the
// transfer under way; with an argument, a listing over the control connection.
func (s *session) stat(arg string) {
	if arg == "" {
		s.replyLines(211, s.status()...)
		return
	}
	if s.machine.State() != protocol.StateAuthorized {
		s.reply(530, "Not logged in")
		return
	}
	nodes, dir, err := s.listing(s.dropOptions(arg))
	if err != nil {
		s.refuseError(450, arg, err)
		return
	}
	code := protocol.Code(213)
	if dir {
		code = 212
	}
	lines := []string{"Status of " + arg}
	for _, n := range nodes {
		lines = append(lines, s.listLine(n))
	}
	s.replyLines(code, append(lines, "End of status")...)
}

func (s *session) status() []string {
	p := s.machine.Params()
	lines := []string{"Status of ftptest", " Connected from " + s.tcp.RemoteAddr().String()}
	if s.machine.State() == protocol.StateAuthorized {
		lines = append(lines, " Logged in as "+s.name)
	} else {
		lines = append(lines, " Not logged in")
	}
	format := ""
	if p.Type == 'A' {
		format = " " + string(p.Format)
	} else if p.Type == 'L' {
		format = fmt.Sprintf(" %d", p.ByteSize)
	}
	lines = append(lines, fmt.Sprintf(" TYPE %c%s, STRU %c, MODE %c", p.Type, format, p.Stru, p.Mode))
	if p := s.machine.Protection(); p.Secured() && s.srv.cfg.Mechanism != nil {
		lines = append(lines, " Control connection protected by "+p.Mechanism)
	} else if p.Secured() {
		lines = append(lines, " Control connection protected by "+tlsx.VersionName(s.version()))
	}
	if s.transfer != nil {
		lines = append(lines, fmt.Sprintf(" %s in progress, %d bytes so far", s.transfer.verb, s.transfer.moved.Load()))
	}
	return append(lines, "End of status")
}
