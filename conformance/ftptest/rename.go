package ftptest

// rnfr is RNFR (RFC 959, Section 4.1.3).
func (s *session) rnfr(arg string) {
	if s.change(arg, func() error {
		_, err := s.host.tree.stat(s.resolve(arg))
		return err
	}) {
		s.reply(350, "Ready for RNTO")
	}
}

// rnto is RNTO. A file in the way is replaced, a directory is not.
func (s *session) rnto(arg string) {
	if !s.mayStore() {
		return
	}
	from := s.machine.Params().RenameFrom
	if err := s.host.tree.rename(s.resolve(from), s.resolve(arg)); err != nil {
		s.refuseError(553, arg, err)
		return
	}
	s.reply(250, "Renamed")
}
