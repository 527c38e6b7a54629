package ftptest

import "github.com/ftpwire/ftpwire/parse"

// cwdCommand is CWD (RFC 959, Section 4.1.1).
func (s *session) cwdCommand(arg string) {
	name := s.resolve(arg)
	n, err := s.host.tree.stat(name)
	if err == nil && !n.dir {
		err = errNotDir
	}
	if err != nil {
		s.refuseError(550, arg, err)
		return
	}
	s.cwd = name
	s.reply(250, "Directory changed")
}

// cdup is CDUP. Its reply is that of CWD (RFC 959, Section 4.1.1 and erratum 4869).
func (s *session) cdup(string) { s.cwdCommand("..") }

// pwd is PWD (RFC 959, Appendix II).
func (s *session) pwd(string) { s.replyf(257, "%s is the current directory", parse.QuotePath(s.cwd)) }
