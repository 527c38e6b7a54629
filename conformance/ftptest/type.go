package ftptest

import (
	"strings"
)

// typeCommand is TYPE (RFC 959, Section 4.1.2): A, E, I and L 8. The formats T and C
// mean the same as N here: nothing is printed (RFC 1123, Section 4.1.2.2).
func (s *session) typeCommand(arg string) {
	switch f := strings.Fields(strings.ToUpper(arg)); strings.Join(f, " ") {
	case "A", "A N", "A T", "A C", "E", "E N", "E T", "E C", "I", "L 8":
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

// mode is MODE (RFC 959, Section 4.1.2): stream, block and compressed, and Z
// (draft-preston-ftpext-deflate).
func (s *session) mode(arg string) { s.parameter(arg, "SBCZ", "Mode") }

// optsMode is OPTS MODE Z: LEVEL from 1 to 9, or nothing, which sets it back.
func (s *session) optsMode(options string) {
	f := strings.Fields(strings.ToUpper(options))
	level := 0
	switch {
	case s.transfer != nil:
		s.reply(503, "Not during a transfer")
		return
	case len(f) == 1 && f[0] == "Z":
	case len(f) == 3 && f[0] == "Z" && f[1] == "LEVEL" && len(f[2]) == 1 && f[2] >= "1" && f[2] <= "9":
		level = int(f[2][0] - '0')
	default:
		s.reply(501, "Options are MODE Z LEVEL n, n from 1 to 9")
		return
	}
	s.level = level
	s.reply(200, "MODE Z options are set")
}

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

// rest is REST: a number of octets in stream mode (RFC 3659, Section 5), and so are the
// restart markers that this server gives in block and compressed mode. Whether the file is long
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
