package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var factCases = []Case{
	{
		ID: "rfc3659-3.1-mdtm-format", RFC: "3659 3.1, 2.3", Level: Must,
		Text:   "MDTM is answered with one line: 213, a space and a time of 14 digits, perhaps with a fraction.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-trailing-text"},
		Run: func(t *T) {
			t.mdtm(t.File("mdtm"))
		},
	},
	{
		ID: "rfc3659-2.3-mdtm-utc", RFC: "3659 2.3", Level: Must,
		Text:   "The times of MDTM are UTC.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-local-time"},
		Run: func(t *T) {
			t.freshTime("MDTM", t.mdtm(t.File("mdtm")))
		},
	},
	{
		ID: "rfc3659-3.2-mdtm-missing", RFC: "3659 3.2", Level: Should,
		Text:   "MDTM of what does not exist is refused with 550.",
		Needs:  []string{NeedLogin, "FEAT MDTM"},
		Faults: []string{"mdtm-missing-213"},
		Run: func(t *T) {
			t.Grade(t.Ask("MDTM "+t.Missing()), "MDTM of what does not exist", is(550), is(4, 5))
		},
	},
	{
		ID: "rfc3659-3.4-mdtm-literal", RFC: "3659 2.2.2, 3.4", Level: Must,
		Text:   "The argument of MDTM is a pathname as it is; a time in front does not set the time.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-sets-time", "mdtm-set-lies"},
		Run: func(t *T) {
			name := t.File("mdtm")
			before := t.mdtm(name)
			r := t.Ask("MDTM 19990929043300 " + name)
			after := t.mdtm(name)
			if !after.Equal(before) {
				t.Failf("MDTM with a time in front of the name set the time of the file (%s)", brief(r))
			}
			if !refused(r) {
				t.Failf("MDTM of a name that does not exist: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc3659-3.3-mdtm-feat", RFC: "3659 3.3", Level: Must,
		Text:   "FEAT lists MDTM if, and only if, it works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-mdtm", "feat-empty-list", "feat-lies"},
		Run:    func(t *T) { t.listed("MDTM", t.Ask("MDTM "+t.File("mdtm"))) },
	},
	{
		ID: "rfc3659-4-size-image", RFC: "3659 4", Level: Must,
		Text:   "SIZE in TYPE I is the exact number of octets, and nothing else stands in the reply.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"size-off-by-one", "size-trailing-text"},
		Run: func(t *T) {
			for _, n := range []int{0, 1, 65537} {
				name := t.Name("size")
				t.Up(name, payload(n))
				if got := t.size(name); got != n {
					t.Failf("SIZE of a file of %d bytes says %d", n, got)
				}
			}
		},
	},
	{
		ID: "rfc3659-4-size-ascii", RFC: "3659 4", Level: Must,
		Text:   "SIZE in TYPE A is what RETR would send, or is refused; it is never an estimate.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"size-ascii-disk"},
		Run: func(t *T) {
			name, _ := t.lfFile()
			t.Type("A")
			r := t.Ask("SIZE " + name)
			if unknown(r) {
				t.Unimplf("SIZE: %s", brief(r))
			}
			if refused(r) {
				return
			}
			n, before := t.sizeOf(r), len(t.suspects)
			t.suspect("rfc959-3.1.1.1-ascii-retr")
			sent := len(t.Down(name))
			t.suspects = t.suspects[:before]
			if n != sent {
				t.Failf("SIZE in TYPE A says %d, RETR sends %d bytes", n, sent)
			}
		},
	},
	{
		ID: "rfc3659-4.2-size-errors", RFC: "3659 4.2", Level: Should,
		Text:   "SIZE of what does not exist, or is no file, is refused with 550.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT SIZE"},
		Faults: []string{"size-dir-213"},
		Run: func(t *T) {
			t.Grade(t.Ask("SIZE "+t.Missing()), "SIZE of what does not exist", is(550), is(4, 5))
			t.Grade(t.Ask("SIZE "+t.Dir("size")), "SIZE of a directory", is(550), is(4, 5))
		},
	},
	{
		ID: "rfc3659-4.3-size-feat", RFC: "3659 4.3", Level: Must,
		Text:   "FEAT lists SIZE if, and only if, it works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-size", "feat-empty-list", "feat-lies"},
		Run:    func(t *T) { t.listed("SIZE", t.Ask("SIZE "+t.File("size"))) },
	},
}

var (
	timeVal  = regexp.MustCompile(`^[0-9]{14}(\.[0-9]+)?$`)
	onlySize = regexp.MustCompile(`^[0-9]+$`)
)

// mdtm returns the time of a file.
func (t *T) mdtm(name string) time.Time {
	r := t.Ask("MDTM " + name)
	if unknown(r) {
		t.Unimplf("MDTM: %s", brief(r))
	}
	t.WantIn(r, "MDTM", 213)
	if len(r.Lines) != 1 || !timeVal.MatchString(r.Lines[0]) {
		t.Failf("MDTM: got %s, want 213 and a time of 14 digits", brief(r))
	}
	when, _, err := parse.TimeVal(r.Lines[0])
	if err != nil {
		t.Failf("MDTM: %v", err)
	}
	return when
}

// freshTime judges the time of a file that was just stored.
func (t *T) freshTime(what string, when time.Time) {
	const tolerance = 2 * time.Minute
	off := time.Since(when).Abs()
	zone := off.Round(15 * time.Minute)
	switch {
	case off < tolerance:
	case zone != 0 && zone <= 14*time.Hour && (off-zone).Abs() < tolerance:
		t.Failf("%s of a file just stored is off by %s: local time instead of UTC", what, zone)
	default:
		t.Warnf("%s of a file just stored is off by %s", what, off.Round(time.Second))
	}
}

// size returns SIZE of a file.
func (t *T) size(name string) int {
	r := t.Ask("SIZE " + name)
	if unknown(r) {
		t.Unimplf("SIZE: %s", brief(r))
	}
	return t.sizeOf(r)
}

func (t *T) sizeOf(r protocol.Reply) int {
	t.WantIn(r, "SIZE", 213)
	if len(r.Lines) != 1 || !onlySize.MatchString(r.Lines[0]) {
		t.Failf("SIZE: got %s, want 213 and digits", brief(r))
	}
	n, err := strconv.Atoi(r.Lines[0])
	if err != nil {
		t.Failf("SIZE: %s", brief(r))
	}
	return n
}

// listed compares a feature's line in FEAT with what a command got.
func (t *T) listed(name string, r protocol.Reply) {
	switch has := t.run.feats.Has(name); {
	case has && unknown(r):
		t.Failf("FEAT lists %s, but it got %s", name, brief(r))
	case !has && ok(r):
		t.Failf("%s works, but FEAT does not list it", name)
	case !has:
		t.Unimplf("%s: %s", name, fmt.Sprint(brief(r)))
	}
}
