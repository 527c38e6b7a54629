package ftptest

// quit is QUIT (RFC 959, Section 4.1.1). While a transfer runs, the machine holds
// it back until that is over.
func (s *session) quit(string) { s.reply(221, "Goodbye") }

// rein is REIN (RFC 959, Section 4.1.1): everything is as after the greeting,
// without TLS (RFC 4217, Section 13).
func (s *session) rein(string) {
	s.resetLogin()
	s.resetHost()
	s.hash = ""
	s.reply(220, "Ready for a new user")
}
