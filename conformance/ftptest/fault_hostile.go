package ftptest

import (
	"bytes"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// hostileFaults are replies that attack the client: too long, too many, too slow, or not
// what they seem. NOOP and FEAT stand for any command.
func hostileFaults() []deviation {
	all := []deviation{
		{name: "reply-unsolicited", doc: "a reply 226 that nobody asked for follows the one to PASS in the same segment",
			reply: onCode("PASS", 230, also("226 Transfer complete\r\n"))},
		{name: "reply-flood", doc: "a hundred thousand replies that nobody asked for follow the one to NOOP",
			reply: onCode("NOOP", 200, func(s *session, r *outgoing) {
				s.write(r.wire)
				r.wire = nil
				flood("200 OK\r\n", 100_000)(s, r)
			})},
		{name: "preliminary-flood", doc: "RETR is answered with a million preliminary replies",
			reply: onCode("RETR", 150, flood("150 Just a moment\r\n", 1_000_000))},
		{name: "reply-endless-line", doc: "the reply to FEAT is a line of a hundred megabytes",
			reply: onCode("FEAT", 211, flood("211 and so on ", 100<<20/14))},
		{name: "reply-endless-lines", doc: "the reply to FEAT has a million lines",
			reply: onCode("FEAT", 211, flood("211-And so on\r\n", 1_000_000))},
		{name: "reply-long-line", doc: "the reply to NOOP is a line of 9 KiB",
			reply: onCode("NOOP", 200, sendsBytes("200 "+strings.Repeat("x", 9<<10)+"\r\n"))},
		{name: "reply-drip", doc: "the reply to FEAT comes at one byte every 50 milliseconds",
			reply: onCode("FEAT", 211, drip)},
		{name: "reply-nul", doc: "the reply to NOOP has a NUL in it",
			reply: onCode("NOOP", 200, sendsBytes("200 O\x00K\r\n"))},
		{name: "syst-nul", doc: "the reply to SYST has a NUL in it",
			reply: onCode("SYST", 215, sendsBytes("215 UNIX\x00 Type: L8\r\n"))},
		{name: "reply-controls", doc: "replies 5yz begin with terminal escapes, C1 controls and a change of writing direction",
			reply: func(_ *session, r *outgoing) {
				if r.code.Class() == 5 && len(r.wire) > 4 {
					r.wire = append(append(bytes.Clone(r.wire[:4]), terminal...), r.wire[4:]...)
				}
			}},
		{name: "reply-telnet", doc: "the reply to NOOP has Telnet options and a doubled IAC in it",
			reply: onCode("NOOP", 200, sendsBytes("2\xff\xfd\x0100 \xff\xfa\x18\x01\xff\xf0O\xff\xffK\xff\xfb\x03\r\n"))},
		{name: "reply-nested-codes", doc: "the reply to NOOP has lines in it that look like the ends of other replies",
			reply: onCode("NOOP", 200, sendsBytes("200-first\r\n226 Transfer complete\r\n200x\r\n 200 not yet\r\n421 not true\r\n200 last\r\n"))},
		{name: "noop-twice", doc: "NOOP gets two final replies",
			reply: onCode("NOOP", 200, double)},
		{name: "noop-twice-late", doc: "NOOP gets a second final reply 100 milliseconds after the first",
			reply: onCode("NOOP", 200, func(s *session, r *outgoing) { s.later(100*time.Millisecond, r.wire) })},
		{name: "pwd-unclosed", doc: "the name in the reply to PWD has no closing quote",
			reply: onCode("PWD", 257, sendsBytes("257 \"/abc is the current directory\r\n"))},
		{name: "pwd-controls", doc: "the name in the reply to PWD has a CR and an escape in it",
			reply: onCode("PWD", 257, sendsBytes("257 \"/a\r\x1b[2Jb\" is the current directory\r\n"))},
	}
	for _, c := range []struct{ name, doc, wire string }{
		{"code-000", "NOOP is answered with the code 000", "000 OK"},
		{"code-099", "NOOP is answered with the code 099", "099 OK"},
		{"code-99", "NOOP is answered with a code of two digits", "99 OK"},
		{"code-633", "NOOP is answered with 633, a protected reply without a mechanism", "633 AAAA"},
		{"code-700", "NOOP is answered with the code 700", "700 OK"},
		{"code-spaced", "NOOP is answered with a blank in the code", "2 00 OK"},
		{"noop-150", "NOOP is answered with a preliminary reply", "150 OK"},
		{"noop-331", "NOOP is answered with an intermediate reply", "331 OK"},
	} {
		all = append(all, deviation{name: Fault(c.name), doc: c.doc, reply: onCode("NOOP", 200, sendsBytes(c.wire+"\r\n"))})
	}
	return append(all, deviation{name: "rnfr-250", doc: "RNFR is answered with a completion reply",
		reply: onCode("RNFR", 350, sendsBytes("250 Ready\r\n"))},
		deviation{name: "abor-silent", doc: "ABOR gets no reply, and neither does the transfer that it ends",
			reply: func(s *session, r *outgoing) {
				if r.verb == "ABOR" || s.aborting && r.code.Class() != 1 {
					r.wire = nil
				}
			}},
		deviation{name: "quit-silent", doc: "QUIT gets no reply, and the connection stays open",
			command: onCommand("QUIT", func(*session, string) bool { return true })},
		deviation{name: "abor-421", doc: "ABOR is answered with 421, and the connection is closed",
			command: refusing("ABOR", 421, "Service not available, closing")})
}

// terminal is what a terminal should not be told: a window title, a clear screen,
// a C1 control and a right-to-left override.
const terminal = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"

// also returns a reply hook that appends bytes.
func also(wire string) func(*session, *outgoing) {
	return func(_ *session, r *outgoing) { r.wire = append(r.wire, wire...) }
}

// later sends bytes after a while, if the session has not ended.
func (s *session) later(d time.Duration, wire []byte) {
	wire = bytes.Clone(wire)
	s.wg.Go(func() {
		wait(s.ctx, d)
		s.call(func() { s.write(wire) })
	})
}

// drip sends a reply byte by byte.
func drip(s *session, r *outgoing) {
	for i := range r.wire {
		s.write(r.wire[i : i+1])
		wait(s.ctx, 50*time.Millisecond)
	}
	r.wire = nil
}

// replying returns a command hook that answers one verb and argument with bytes and
// leaves the session as if it had been refused.
func replying(verb protocol.Verb, arg, wire string, code protocol.Code) func(*session, protocol.Command) bool {
	return onCommand(verb, func(s *session, given string) bool {
		if arg != "" && !strings.EqualFold(given, arg) {
			return false
		}
		if _, err := s.machine.Reply(protocol.NewReply(code, "")); err != nil {
			panic("ftptest: BUG: " + err.Error())
		}
		s.write([]byte(wire))
		return true
	})
}
