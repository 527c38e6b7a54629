package ftptest

// allowedFaults are no faults, strictly: servers do so and may, and what checks servers has
// to take it.
func allowedFaults() []deviation {
	return []deviation{
		{name: "stou-two-lines", doc: "the preliminary reply to STOU has two lines, and the name is in the first",
			reply: edit("STOU", 150, func(_ *session, w string) string { return "150-" + w[len("150 "):] + "150 Go on\r\n" })},
		{name: "cwd-wont", doc: "a reply to CWD that refuses it has Telnet's WONT ECHO before it",
			reply: edit("CWD", 550, func(_ *session, w string) string { return "\xff\xfc\x01" + w })},
		{name: "pass-without-user-ends", doc: "PASS before USER ends the session, with 421",
			reply: onCode("PASS", 503, func(s *session, r *outgoing) {
				if s.name == "" {
					s.write([]byte("421 Service not available, closing\r\n"))
					r.wire, s.over = nil, true
				}
			})},
		{name: "retr-missing-late", doc: "RETR of what does not exist is refused after a preliminary reply, and without TLS on the data connection",
			reply: edit("RETR", 550, func(_ *session, w string) string { return "150 Opening data connection\r\n" + w })},
	}
}
