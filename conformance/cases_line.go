package conformance

import (
	"slices"
	"strings"
)

var lineCases = []Case{
	{
		ID: "rfc2640-3.1-single-space", RFC: "2640 3.1, 3659 2.2", Level: Must,
		Text:   "Exactly one space separates a verb from a pathname; further spaces belong to the name.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"path-trim-leading", "rnfr-missing-350"},
		Run:    func(t *T) { t.spacedName(" " + t.Name("lead")) },
	},
	{
		ID: "rfc3659-2.2-trailing-space", RFC: "3659 2.2", Level: Must,
		Text:   "Spaces before the line end belong to the pathname.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT MLST"},
		Faults: []string{"path-trim-trailing", "rnfr-missing-350"},
		Run:    func(t *T) { t.spacedName(t.Name("tail") + " ") },
	},
	{
		ID: "rfc1123-4.1.2.12-refuse-do", RFC: "1123 4.1.2.12", Level: Must, Lenient: true,
		Hurts:  "clients that speak Telnet in earnest and wait for the answer",
		Text:   "Telnet DO is refused with WONT.",
		Faults: []string{"telnet-ignored", "verb-case-sensitive"},
		Run:    func(t *T) { t.negotiate("DO", "\xff\xfd\x01", "\xff\xfc\x01") },
	},
	{
		ID: "rfc1123-4.1.2.12-refuse-will", RFC: "1123 4.1.2.12", Level: Must, Lenient: true,
		Hurts:  "clients that speak Telnet in earnest and wait for the answer",
		Text:   "Telnet WILL is refused with DONT.",
		Faults: []string{"telnet-ignored"},
		Run:    func(t *T) { t.negotiate("WILL", "\xff\xfb\x18", "\xff\xfe\x18") },
	},
	{
		ID: "rfc854-no-ack-wont-dont", RFC: "854, 1123 3.2.1", Level: Must,
		Text:   "Telnet WONT and DONT for an option that is off are not answered.",
		Faults: []string{"telnet-acks-wont"},
		Run:    func(t *T) { t.negotiate("WONT and DONT", "\xff\xfc\x01\xff\xfe\x01", "") },
	},
	{
		ID: "sec-no-reply-injection", RFC: "practice, 854", Level: Must,
		Security: true,
		Text:     "Echoed arguments cannot break the stream of replies.",
		Needs:    []string{NeedLogin},
		Faults:   []string{"cwd-echo-iac", "cwd-stays"},
		Run: func(t *T) {
			before := len(t.c.watch.neg)
			const do = "\xff\xfd\x01"
			for _, arg := range []string{"x" + do + "y", "a\tb", "a\x1b[2Jb", "\xe9\x80"} {
				t.Must("CWD "+arg, 4, 5)
				t.barrier("after an odd argument")
			}
			// A server that takes it for a command of Telnet answers with WONT, as it must.
			if strings.Contains(t.c.watch.neg[before:], do) {
				t.Failf("the reply holds a Telnet command made of our argument")
			}
		},
	},
}

// spacedName stores a file whose name has a blank at one end and wants to see
// it under that name.
func (t *T) spacedName(name string) {
	trimmed := strings.TrimSpace(name)
	dir := t.Dir("space")
	t.Must("CWD "+dir, 2)
	t.tryUp(name, []byte("x"))
	var names []string
	for _, listed := range t.mlsdNames("") {
		names = append(names, lastElement(listed))
	}
	if names == nil { // that MLSD leaves it out is another case
		names, _ = t.listLines("NLST")
	}
	if !slices.Contains(names, name) {
		t.Failf("stored as %q, listed are %q", name, names)
	}
	if r := t.Ask("RNFR " + trimmed); !refused(r) {
		t.Failf("%q was accepted for %q: %s", trimmed, name, brief(r))
	}
	t.Must("RNFR "+name, 350)
}

// mayBeTelnet says that what goes wrong from now on, until it is taken back, may come of
// the server's not knowing Telnet at all.
func (t *T) mayBeTelnet() (takeBack func()) {
	before := len(t.suspects)
	t.suspect(ownTelnet)
	return func() { t.suspects = t.suspects[:before] }
}

// negotiate sends a Telnet negotiation in front of a NOOP and wants it answered.
func (t *T) negotiate(what, sent, want string) {
	t.Open()
	t.RawWrite(sent + "NOOP\r\n")
	clean := t.mayBeTelnet()
	r := t.Reply()
	if !ok(r) && r.Code != 530 && r.Code != t.run.noop {
		t.lenient = false
		t.Failf("Telnet %s spoils the command after it: %s", what, brief(r))
	}
	clean()
	if got := t.c.watch.neg; got != want {
		t.Failf("Telnet %s: the answer is %q, want %q", what, got, want)
	}
}
