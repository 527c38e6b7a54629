package ftptest

import (
	"io"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkHonestFaults are replies that say the opposite of what was done. They show two
// directories below the root only, so that not everything fails.
func checkHonestFaults() []deviation {
	const where = ", in directories below the second level"
	lost := func(name Fault, verb protocol.Verb) deviation {
		return deviation{name: name, doc: string(verb) + " is answered with 226, and the data are lost" + where,
			transfer: onVerb(verb, func(s *session, t *transfer) {
				if deep(s) {
					t.wrapSink = func(io.Writer) io.Writer { return io.Discard }
				}
			})}
	}
	refusing := func(name Fault, verb protocol.Verb, code protocol.Code) deviation {
		return deviation{name: name, doc: string(verb) + " is answered with 550, and was done" + where,
			reply: onCode(verb, code, func(s *session, r *outgoing) {
				if deep(s) {
					r.wire = []byte("550 No\r\n")
				}
			})}
	}
	done := func(name Fault, verb protocol.Verb, code protocol.Code) deviation {
		return deviation{name: name, doc: string(verb) + " is answered with 550, and was done, everywhere",
			reply: onCode(verb, code, func(_ *session, r *outgoing) { r.wire = []byte("550 No\r\n") })}
	}
	return []deviation{
		done("dele-550-done", "DELE", 250), done("mkd-550-done", "MKD", 257), done("stor-550-done", "STOR", 226),
		lost("stor-lies", "STOR"), lost("appe-lies", "APPE"), lost("stou-lies", "STOU"),
		{name: "mkd-lies", doc: "MKD is answered with 257, and nothing happens" + where,
			command: instead("MKD", func(s *session, arg string) bool { return deep(s) && missing(s, arg) },
				func(s *session, arg string) { s.replyf(257, "%q created", s.resolve(arg)) })},
		{name: "cwd-lies", doc: "CWD is answered with 250, and nothing happens" + where,
			command: instead("CWD", func(s *session, arg string) bool {
				return deep(s) && !strings.HasPrefix(arg, "/") && exists(true)(s, arg)
			},
				says(250, "Directory changed"))},
		refusing("dele-refuses-but-deletes", "DELE", 250),
		refusing("rnto-refuses-but-renames", "RNTO", 250),
		refusing("mkd-refuses-but-makes", "MKD", 257),
		refusing("stor-refuses-but-stores", "STOR", 226),
		{name: "cwd-refuses-but-moves", doc: "CWD is answered with 550, and was done" + where,
			command: onCommand("CWD", func(s *session, arg string) bool {
				if !deep(s) || strings.HasPrefix(arg, "/") || !exists(true)(s, arg) {
					return false
				}
				s.cwd = s.resolve(arg)
				s.reply(550, "No")
				return true
			})},
	}
}

// deep reports whether a session is two directories below the root.
func deep(s *session) bool { return strings.Count(s.cwd, "/") > 1 }
