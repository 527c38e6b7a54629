package conformance

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// injectCases are about what a name, or an argument, makes the server do or say.
var injectCases = []Case{
	{
		ID: "rfc2577-9-site-exec", RFC: "2577 9", Level: Should,
		Security: true, Full: true,
		Text:   "SITE EXEC runs no program.",
		Needs:  []string{NeedLogin, NeedWrite, NeedCrowd},
		Faults: []string{"site-exec-runs"},
		Run: func(t *T) {
			word := t.Name("exec")
			r := t.Ask("SITE EXEC echo " + word)
			if !ok(r) {
				return
			}
			for _, line := range r.Lines {
				if strings.Contains(line, word) && !strings.Contains(strings.ToLower(line), "echo") {
					t.Failf("SITE EXEC ran a program, whose output is %q", visible(line))
				}
			}
			t.Warnf("SITE EXEC got %s", brief(r))
		},
	},
	{
		ID: "prac-stat-cwd-list-injection", RFC: "3659 2.2", Level: Must,
		Text:   "A name that holds a line end yields no line of its own in a listing.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"names-hold-lf"},
		Run:    lineEndsInNames,
	},
}

// lineEndsInNames makes a directory whose name holds a line end, if the server takes one,
// and looks for the second half of the name at the beginning of a line.
func lineEndsInNames(t *T) {
	made := false
	for _, end := range []string{"\n", "\r\x00\n"} {
		made = t.lineEndInName(end) || made
	}
	if !made {
		t.Skipf("the server makes no name with a line end in it, and no other way to one is known")
	}
}

func (t *T) lineEndInName(end string) (made bool) {
	t.Session().goodbye = true // a server that takes the line end for one has two commands, and may be out of step
	t.c.odd = true             // it may name what it made, line end and all
	first, second := t.Name("first"), t.Name("second")
	if r := t.askRaw("MKD " + first + end + second + "\r\n"); !ok(r) {
		return false
	}
	t.Defer(func() { t.attempt(func(t *T) { t.Ask("RMD " + first) }) })
	for _, verb := range t.listingVerbs() {
		data, _ := t.fetch(verb)
		for line := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\r' || r == '\n' }) {
			switch {
			case strings.HasPrefix(line, second):
				t.askRaw("RMD " + first + end + second + "\r\n")
				t.Failf("%s: the name %q, which holds a line end, yields the line %q", verb, visible(first+end+second), visible(line))
			case strings.Contains(line, first) && strings.Contains(line, second):
				made = true
			}
		}
	}
	t.askRaw("RMD " + first + end + second + "\r\n")
	return made
}

// askRaw sends bytes that may be one command or two, and returns the first reply.
func (t *T) askRaw(line string) protocol.Reply {
	t.RawWrite(line)
	first := t.Reply()
	for {
		if _, err := t.c.receive(quiet); err != nil {
			return first
		}
	}
}
