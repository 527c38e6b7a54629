package ftptest

import (
	"io/fs"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

// mff is MFF (draft-somers-ftp-mfxx): it sets the facts modify and UNIX.mode. All
// of them are checked before the first is set.
func (s *session) mff(arg string) {
	facts, name, ok := strings.Cut(arg, " ")
	if !ok || name == "" || !strings.HasSuffix(facts, ";") {
		s.reply(501, "MFF needs facts and a pathname")
		return
	}
	var changes []func() error
	var done []string
	path := s.resolve(name)
	for fact := range strings.SplitSeq(strings.TrimSuffix(facts, ";"), ";") {
		key, val, _ := strings.Cut(fact, "=")
		switch strings.ToLower(key) {
		case "modify":
			at, precision, err := parse.TimeVal(val)
			if err != nil || precision != parse.PrecisionSecond || len(val) < 14 {
				s.reply(501, "The time is not YYYYMMDDHHMMSS")
				return
			}
			changes = append(changes, func() error { return s.host.tree.chtimes(path, at) })
			done = append(done, "Modify="+parse.FormatTimeVal(at)+";")
		case "unix.mode":
			mode, err := strconv.ParseUint(val, 8, 32)
			if err != nil || mode > 0o777 {
				s.reply(501, "The mode is not octal")
				return
			}
			changes = append(changes, func() error { return s.host.tree.chmod(path, fs.FileMode(mode)) })
			done = append(done, "UNIX.mode="+val+";")
		default:
			s.reply(504, "The fact cannot be set")
			return
		}
	}
	if s.change(name, func() error {
		for _, f := range changes {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}) {
		s.replyf(213, "%s %s", strings.Join(done, ""), name)
	}
}
