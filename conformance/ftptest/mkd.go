package ftptest

import (
	"io/fs"

	"github.com/ftpwire/ftpwire/parse"
)

// mkd is MKD. Its reply holds the absolute name (RFC 959, Appendix II).
func (s *session) mkd(arg string) {
	name := s.resolve(arg)
	if s.change(arg, func() error { return s.host.tree.mkdir(name) }) {
		s.replyf(257, "%s created", parse.QuotePath(name))
	}
}

// rmd is RMD (RFC 959, Section 4.1.3).
func (s *session) rmd(arg string) {
	if s.change(arg, func() error { return s.host.tree.rmdir(s.resolve(arg)) }) {
		s.reply(250, "Directory removed")
	}
}

// dele is DELE (RFC 959, Section 4.1.3).
func (s *session) dele(arg string) {
	if s.change(arg, func() error { return s.host.tree.remove(s.resolve(arg)) }) {
		s.reply(250, "File deleted")
	}
}

// change changes the tree if the user may, and replies 550 if that fails.
func (s *session) change(arg string, f func() error) bool {
	err := error(fs.ErrPermission)
	if s.mayWrite() {
		err = f()
	}
	if err != nil {
		s.refuseError(550, arg, err)
	}
	return err == nil
}
