package ftptest

// mechanismRewrites are defects of single replies about AUTH.
var mechanismRewrites = []rewrite{
	{"auth-ssl-234", "AUTH SSL is answered with 234, and no handshake follows", "AUTH", "SSL", 504, "234 OK"},
	{"user-336-bare", "USER is answered with 336 and no challenge", "USER", "*", 331, "336 "},
}

// checkMechanismFaults are defects of AUTH and of what a server demands of clients
// without it.
func checkMechanismFaults() []deviation {
	return []deviation{
		{name: "auth-tls-c-504", doc: "AUTH TLS-C is refused with 504",
			config: func(c *Config) { c.AuthMechanisms = []string{"TLS"} }},
		{name: "user-232", doc: "USER for a user that there is not is answered with 232",
			command: instead("USER", func(s *session, name string) bool { return s.host.named(name) == nil }, says(232, "Welcome"))},
		{name: "user-in-clear-550", doc: "USER in clear text is refused with 550",
			command: instead("USER", inClear, says(550, "No"))},
		{name: "pass-in-clear-530", doc: "PASS in clear text is refused, USER is not",
			command: instead("PASS", inClear, says(530, "TLS is required"))},
		{name: "epsv-wants-prot", doc: "EPSV is refused under PROT C",
			command: instead("EPSV", func(s *session, _ string) bool {
				return s.machine.Protection().Secured() && !s.private()
			}, says(521, "PROT P is required"))},
	}
}

func inClear(s *session, _ string) bool { return !s.machine.Protection().Secured() }
