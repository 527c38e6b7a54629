package ftptest

// smnt is SMNT (RFC 959, Section 4.1.1): everything is mounted already.
func (s *session) smnt(arg string) {
	n, err := s.host.tree.stat(s.resolve(arg))
	if err == nil && !n.dir {
		err = errNotDir
	}
	if err != nil {
		s.refuseError(550, arg, err)
		return
	}
	s.reply(202, "Everything is mounted")
}
