package ftptest

import (
	"bytes"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkControlFaults are defects of the control connection: odd lines, replies that nobody
// has asked for, limits.
func checkControlFaults() []deviation {
	var idle, pending memory[int]
	var gssapi memory[bool]
	return []deviation{
		{name: "reply-unasked", doc: "a session that is idle for two seconds after the login gets a reply",
			command: func(s *session, _ protocol.Command) bool { *idle.of(s)++; return false },
			reply: func(s *session, _ *outgoing) {
				if s.machine.State() != protocol.StateAuthorized {
					return
				}
				n := *idle.of(s)
				time.AfterFunc(2*time.Second, func() {
					s.call(func() {
						if n == *idle.of(s) && s.transfer == nil {
							s.write([]byte("200 Still there?\r\n"))
						}
					})
				})
			}},
		onLines("type-two-spaces-unanswered", "TYPE and two spaces get no reply", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				if bytes.HasPrefix(b, []byte("TYPE  ")) {
					return nil
				}
				return b
			}
		}),
		onLines("long-line-in-pieces", "every 4 KiB of a line are taken for a line", func(s *session, c *lineConn) {
			n := pending.of(s)
			c.change = func(_ *lineConn, b []byte) []byte {
				var out []byte
				for _, x := range b {
					if out = append(out, x); x == '\n' {
						*n = 0
					} else if *n++; *n == 4<<10 {
						out, *n = append(out, "\r\n"...), 0
					}
				}
				return out
			}
		}),
		{name: "adat-too-long", doc: "AUTH GSSAPI is accepted, and a long ADAT is refused for its length",
			reply: func(s *session, r *outgoing) {
				switch {
				case r.verb == "AUTH" && strings.EqualFold(s.current.Arg, "GSSAPI"):
					*gssapi.of(s) = true
					r.wire = []byte("334 ADAT must follow\r\n")
				case (r.verb == "ADAT" || r.verb == "?") && *gssapi.of(s) && len(s.current.Arg) < 100 && s.current.Verb == "ADAT":
					r.wire = []byte("535 Failed security check\r\n")
				case (r.verb == "ADAT" || r.verb == "?") && *gssapi.of(s):
					r.wire = []byte("500 Line too long\r\n")
				}
			}},
		onLines("empty-line-twice", "an empty line gets two replies", func(_ *session, c *lineConn) {
			c.change = func(c *lineConn, b []byte) []byte {
				if string(b) == "\r\n" && (c.last == '\n' || c.last == 0) {
					return []byte("X\r\nX\r\n")
				}
				return b
			}
		}),
		onLines("bare-lf-twice", "a line that ends in LF alone gets two replies", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte {
				if line, ends := bytes.CutSuffix(b, []byte("\n")); ends && len(line) > 0 && !bytes.HasSuffix(line, []byte("\r")) {
					return bytes.Repeat(append(line, "\r\n"...), 2)
				}
				return b
			}
		}),
		onLines("cr-nul-ends-line", "CR NUL is the end of a line", func(_ *session, c *lineConn) {
			c.change = func(_ *lineConn, b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\x00"), []byte("\r\n")) }
		}),
		{name: "mkd-echo-iac", doc: "the 257 of MKD holds byte 255 of the name as it is",
			reply: onCode("MKD", 257, func(_ *session, r *outgoing) {
				r.wire = bytes.ReplaceAll(r.wire, []byte("\xff\xff"), []byte("\xff"))
			})},
		{name: "iac-stored-twice", doc: "a doubled byte 255 is two in the name of a directory",
			command: instead("MKD", func(_ *session, arg string) bool { return strings.Contains(arg, "\xff") }, func(s *session, arg string) {
				s.mkd(strings.ReplaceAll(arg, "\xff", "\xff\xff"))
			})},
		{name: "long-verb-twice", doc: "an unknown verb of more than five letters gets two replies",
			reply: func(s *session, r *outgoing) {
				if r.code == 500 && len(s.current.Verb) > 5 {
					double(s, r)
				}
			}},
		{name: "anonymous-331-again", doc: "the PASS of an anonymous user is answered with 331",
			reply: onCode("PASS", 530, func(s *session, r *outgoing) {
				if s.name == "anonymous" {
					r.wire = []byte("331 Your address, please\r\n")
				}
			})},
		{name: "sessions-530", doc: "only eight sessions may run at once; one more is refused with 530",
			config: func(c *Config) { c.MaxSessions = 8 },
			reply:  onCode("", 421, sendsBytes("530 Too many sessions\r\n"))},
		{name: "idle-short", doc: "a session ends after a quarter of the time that it may be idle",
			config: func(c *Config) { c.IdleTimeout = c.idleTimeout() / 4 }},
		{name: "idle-for-ever", doc: "a session may be idle for ever",
			config: func(c *Config) { c.IdleTimeout = -1 }},
		{name: "idle-in-transfer", doc: "a session is idle though a transfer is under way",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				time.AfterFunc(s.srv.cfg.idleTimeout(), func() {
					s.call(func() {
						if s.transfer == t {
							t.cancel()
							s.write([]byte("421 Idle for too long, closing\r\n"))
							s.over = true
						}
					})
				})
			})},
	}
}
