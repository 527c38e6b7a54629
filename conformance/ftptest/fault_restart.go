package ftptest

import (
	"io"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// restartFaults are those that a transfer which is resumed or verified meets.
func restartFaults() []deviation {
	var mu sync.Mutex
	var heeded memory[bool]
	return []deviation{
		{name: "rest-ignored-retr", doc: "REST is answered 350, but RETR starts at the beginning",
			restart: ignoredBy("RETR")},
		{name: "rest-heeded-once", doc: "REST is answered 350, but only the first RETR after one begins there",
			restart: func(s *session, offset int64) int64 {
				if s.current.Verb != "RETR" || offset == 0 {
					return offset
				}
				if *heeded.of(s) {
					return 0
				}
				*heeded.of(s) = true
				return offset
			}},
		{name: "rest-ignored-stor", doc: "REST is answered 350, but STOR replaces the file",
			restart: ignoredBy("STOR")},
		{name: "rest-retr-refused", doc: "RETR after REST is refused with 550, in words that fit a missing file",
			command: onCommand("RETR", func(s *session, _ string) bool {
				p := s.machine.Params()
				if p.RestartOffset() == 0 {
					return false
				}
				s.refuseTransfer(550, "Cannot open that")
				return true
			})},
		{name: "rest-stor-refused", doc: "STOR after REST is refused with 451, as by a server that is set up so",
			command: onCommand("STOR", func(s *session, _ string) bool {
				p := s.machine.Params()
				if p.RestartOffset() == 0 {
					return false
				}
				s.refuseTransfer(451, "Append/Restart not permitted, try again")
				return true
			})},
		{name: "appe-overwrites", doc: "APPE writes over the content instead of after it",
			command: instead("APPE", always, (*session).stor)},
		{name: "size-lies", doc: "SIZE says twice the size",
			command: onCommand("SIZE", doubledSize)},
		{name: "retr-endless", doc: "RETR sends zeros without end, whatever the file and SIZE are",
			transfer: onVerb("RETR", func(_ *session, t *transfer) {
				t.wrapSource = func(io.Reader) io.Reader { return zeros{} }
			})},
		{name: "size-busy", doc: "SIZE is refused with 450, as while somebody else writes to the file",
			command: refusing("SIZE", 450, "File is busy")},
		{name: "file-changes-between", doc: "RETR after REST finds a file of other content, though size and time are as before",
			restart: func(s *session, offset int64) int64 {
				if s.current.Verb == "RETR" && offset > 0 {
					mu.Lock()
					defer mu.Unlock()
					scramble(s.host.tree, s.resolve(s.current.Arg))
				}
				return offset
			}},
		{name: "file-grows", doc: "a file has another octet at each RETR of it",
			command: onCommand("RETR", func(s *session, arg string) bool {
				mu.Lock()
				defer mu.Unlock()
				name := s.resolve(arg)
				if data, err := readTree(s.host.tree, name); err == nil {
					writeFile(s.host.tree, name, append(data, 'x'))
				}
				return false
			})},
		{name: "rnto-no-replace", doc: "RNTO is refused with 553 where there is a file of the name",
			command: instead("RNTO", exists(false), says(553, "There is a file of that name"))},
		{name: "hash-unknown", doc: "HASH, XCRC and their kind are neither listed nor implemented",
			features: func(_ *session, lines []string) []string { return without(lines, sumLabels...) },
			command: func(s *session, c protocol.Command) bool {
				if !slices.Contains(sumLabels, string(c.Verb)) || s.machine.State() != protocol.StateAuthorized {
					return false
				}
				s.reply(502, "Command not implemented")
				return true
			}},
		{name: "hash-wrong", doc: "HASH, XCRC and their kind give a wrong sum", reply: wrongSum},
		{name: "hash-slow", doc: "HASH, XCRC and their kind say after a moment what they compute, and the sum after another",
			reply: slowSum},
		{name: "xhash-inclusive", doc: "the end that XCRC and its kind are given is the last octet, not the one after it",
			config: func(c *Config) { c.inclusiveHash = true }},
		{name: "hash-without-rang", doc: "RANG is not implemented",
			features: func(_ *session, lines []string) []string { return without(lines, "RANG") },
			command:  refusing("RANG", 502, "Command not implemented")},
	}
}

// ignoredBy returns a restart hook that forgets the offset of one command.
func ignoredBy(verb protocol.Verb) func(*session, int64) int64 {
	return func(s *session, offset int64) int64 {
		if s.current.Verb == verb {
			return 0
		}
		return offset
	}
}

func doubledSize(s *session, arg string) bool {
	n, err := s.host.tree.stat(s.resolve(arg))
	if err != nil || n.dir || s.ascii() {
		return false
	}
	s.replyf(213, "%d", 2*n.size)
	return true
}

// scramble changes the content of a file and nothing else of it.
func scramble(t tree, name string) {
	n, err := t.stat(name)
	if err != nil {
		return
	}
	data, err := readTree(t, name)
	if err != nil {
		return
	}
	for i := range data {
		data[i] ^= 0x5a
	}
	writeFile(t, name, data)
	t.chtimes(name, n.time)
}

// computing is how long hash-slow takes for a line.
const computing = 50 * time.Millisecond

var sumDigits = regexp.MustCompile(`(?i)\b[0-9a-f]{8,128}\b`)

// sumLabels are the commands that give sums.
var sumLabels = []string{"HASH", "MD5", "XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512"}

// isSum reports whether a reply holds a sum.
func isSum(r *outgoing) bool {
	return slices.Contains(sumLabels, string(r.verb)) && r.code.Class() == 2
}

func wrongSum(_ *session, r *outgoing) {
	if !isSum(r) {
		return
	}
	r.wire = sumDigits.ReplaceAllFunc(r.wire, func(sum []byte) []byte {
		wrong := append([]byte(nil), sum...)
		if wrong[0] == '0' {
			wrong[0] = '1'
		} else {
			wrong[0] = '0'
		}
		return wrong
	})
}

// slowSum sends a reply of several lines, in pieces.
func slowSum(s *session, r *outgoing) {
	if !isSum(r) || len(r.wire) < 4 {
		return
	}
	code := string(r.wire[:3])
	for _, line := range []string{"-Computing digest\r\n", "-Still computing digest\r\n"} {
		s.write([]byte(code + line))
		wait(s.ctx, computing)
	}
}
