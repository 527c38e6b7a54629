package ftptest

// abor is ABOR (RFC 959, Section 4.1.3). A transfer under way ends with 426 and
// then ABOR with 226; without one, a data port that waits is given up.
func (s *session) abor(string) {
	if s.transfer == nil {
		s.closeEndpoint()
		s.reply(226, "Abort successful")
		return
	}
	s.aborting = true
	s.transfer.cancel() // finish replies to both
}
