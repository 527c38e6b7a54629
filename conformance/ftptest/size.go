package ftptest

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// sizeCommand is SIZE (RFC 3659, Section 4). In TYPE A it is refused: the answer
// would have to be the size after conversion.
func (s *session) sizeCommand(arg string) {
	n, err := s.host.tree.stat(s.resolve(arg))
	if err == nil && n.dir {
		err = errIsDir
	}
	switch {
	case err != nil:
		s.refuseError(550, arg, err)
	case s.ascii():
		s.reply(550, "SIZE is not known in TYPE A")
	default:
		s.reply(213, strconv.FormatInt(n.size, 10))
	}
}

// mdtm is MDTM (RFC 3659, Section 3). All of its argument is a pathname, one that
// begins with a time as well.
func (s *session) mdtm(arg string) {
	n, err := s.host.tree.stat(s.resolve(arg))
	if err != nil {
		s.refuseError(550, arg, err)
		return
	}
	s.reply(213, parse.FormatTimeVal(n.time))
}

// mfmt is MFMT (draft-somers-ftp-mfxx): it sets the time of modification.
func (s *session) mfmt(arg string) {
	val, name, ok := strings.Cut(arg, " ")
	at, precision, err := parse.TimeVal(val)
	switch {
	case !ok || name == "":
		s.reply(501, "MFMT needs a time and a pathname")
	case err != nil || precision != parse.PrecisionSecond || len(val) < 14:
		s.reply(501, "MFMT needs a time YYYYMMDDHHMMSS")
	case s.change(name, func() error { return s.host.tree.chtimes(s.resolve(name), at) }):
		s.replyf(213, "Modify=%s; %s", parse.FormatTimeVal(at), name)
	}
}
