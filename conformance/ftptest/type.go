package ftptest

import (
	"strings"
)

// typeCommand is TYPE (RFC 959, Section 4.1.2): A N, I and L 8, and A T, which
// means the same as A N here (RFC 1123, Section 4.1.2.2).
func (s *session) typeCommand(arg string) {
	switch f := strings.Fields(strings.ToUpper(arg)); strings.Join(f, " ") {
	case "A", "A N", "A T", "I", "L 8":
		s.replyf(200, "Type is %s", strings.Join(f, " "))
	case "L":
		s.reply(501, "TYPE L needs a byte size")
	default:
		s.reply(504, "Type not implemented")
	}
}

// stru is STRU (RFC 959, Section 4.1.2): files without structure only.
func (s *session) stru(arg string) { s.parameter(arg, "F", "Structure") }

// mode is MODE (RFC 959, Section 4.1.2): stream only.
func (s *session) mode(arg string) { s.parameter(arg, "S", "Mode") }

func (s *session) parameter(arg, only, what string) {
	switch {
	case len(arg) != 1:
		s.reply(501, "One letter is needed")
	case !strings.EqualFold(arg, only):
		s.reply(504, what+" not implemented")
	default:
		s.replyf(200, "%s is %s", what, only)
	}
}

// allo is ALLO (RFC 959, Section 4.1.3), for which there is nothing to do.
func (s *session) allo(arg string) {
	f := strings.Fields(strings.ToUpper(arg))
	if len(f) == 1 && digits(f[0]) || len(f) == 3 && digits(f[0]) && f[1] == "R" && digits(f[2]) {
		s.reply(202, "No storage allocation necessary")
		return
	}
	s.reply(501, "ALLO needs a number")
}

// rest is REST in stream mode (RFC 3659, Section 5). Whether the file is long
// enough shows at the transfer.
func (s *session) rest(arg string) {
	if !digits(arg) || len(arg) > 18 {
		s.reply(501, "REST needs a number of octets")
		return
	}
	s.replyf(350, "Restarting at %s", arg)
}

// restart returns the offset that the transfer starts at.
func (s *session) restart() int64 {
	p := s.machine.Params()
	offset := p.RestartOffset()
	for _, f := range s.srv.faults {
		if f.restart != nil {
			offset = f.restart(s, offset)
		}
	}
	return offset
}

func (s *session) ascii() bool {
	p := s.machine.Params()
	return !p.Binary()
}

// digits reports whether v is a number without a sign.
func digits(v string) bool {
	return v != "" && strings.Trim(v, "0123456789") == ""
}
