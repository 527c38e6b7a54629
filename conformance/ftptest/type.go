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

// stru is STRU (RFC 959, Section 4.1.2): files without structure, and records.
// Pages are a thing of TOPS-20 (RFC 1123, Section 4.1.2.3).
func (s *session) stru(arg string) { s.parameter(arg, "FR", "Structure") }

// mode is MODE (RFC 959, Section 4.1.2): stream only.
func (s *session) mode(arg string) { s.parameter(arg, "S", "Mode") }

func (s *session) parameter(arg, known, what string) {
	arg = strings.ToUpper(arg)
	switch {
	case len(arg) != 1:
		s.reply(501, "One letter is needed")
	case !strings.Contains(known, arg):
		s.reply(504, what+" not implemented")
	default:
		s.replyf(200, "%s is %s", what, arg)
	}
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

// records reports whether files go in records (STRU R).
func (s *session) records() bool { return s.machine.Params().Stru == 'R' }

// digits reports whether v is a number without a sign.
func digits(v string) bool {
	return v != "" && strings.Trim(v, "0123456789") == ""
}
