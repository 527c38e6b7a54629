package conformance

import (
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
)

var factCases = []Case{
	{
		ID: "rfc3659-3.1-mdtm-format", RFC: "3659 3.1, 2.3", Level: Must,
		Text:   "MDTM is answered with one line: 213, a space and a time of 14 digits, perhaps with a fraction.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-trailing-text"},
		Run: func(t *T) {
			r := t.Ask("MDTM " + t.File("mdtm"))
			if unknown(r) || refused(r) && !t.run.feats.Has("MDTM") {
				t.Unimplf("MDTM: %s", brief(r))
			}
			t.WantIn(r, "MDTM", 213)
			if len(r.Lines) != 1 || !timeVal.MatchString(r.Lines[0]) {
				t.Failf("MDTM: got %s, want 213 and a time of 14 digits", brief(r))
			}
			if _, _, err := parse.TimeVal(r.Lines[0]); err != nil {
				t.Failf("MDTM: %v", err)
			}
		},
	},
	{
		ID: ownUTC, RFC: "3659 2.3", Level: Must,
		Text:   "The times of MDTM are UTC, of the last change, and in the order of the changes.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-local-time", "mdtm-half-minute", "mdtm-now"},
		Run:    modificationTimes,
	},
	{
		ID: "rfc3659-3.2-mdtm-missing", RFC: "3659 3.2", Level: Should,
		Text:   "MDTM of what does not exist is refused with 550, and MDTM of nothing with 501.",
		Needs:  []string{NeedLogin},
		Faults: []string{"mdtm-missing-213"},
		Run: func(t *T) {
			r := t.Ask("MDTM " + t.Missing())
			if unknown(r) {
				t.Unimplf("MDTM: %s", brief(r))
			}
			t.Grade(r, "MDTM of what does not exist", is(550), is(4, 5))
			t.Grade(t.Ask("MDTM"), "MDTM without an argument", is(501, 500), is(4, 5))
		},
	},
	{
		ID: "prac-mdtm-dir", RFC: "3659 3.1", Level: May, Full: true,
		Text:   "What MDTM says of a directory: its time, or 550.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-dir-no-time"},
		Run: func(t *T) {
			r := t.Ask("MDTM " + t.Dir("mdtm"))
			switch {
			case unknown(r):
				t.Unimplf("MDTM: %s", brief(r))
			case r.Code == 213 && someTime.MatchString(r.LastLine()), refused(r):
				t.Infof("MDTM of a directory: %s", brief(r))
			default:
				t.Failf("MDTM of a directory: got %s, want 213 and a time, or 550", brief(r))
			}
		},
	},
	{
		ID: "rfc3659-3.4-mdtm-literal", RFC: "3659 2.2.2, 3.4", Level: Must,
		Text:   "The argument of MDTM is a pathname as it is; a time in front does not set the time.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mdtm-sets-time", "mdtm-set-lies"},
		Run: func(t *T) {
			t.suspect("rfc3659-3.2-mdtm-missing")
			name := t.File("mdtm")
			before := t.mdtm(name)
			long := setTime + " " + name
			r := t.Ask("MDTM " + long)
			if after := t.mdtm(name); !after.Equal(before) {
				t.Warnf("MDTM with a time in front of the name sets the time of the file: %s", brief(r))
				return
			}
			if !refused(r) {
				t.Failf("MDTM of a name that does not exist: %s", brief(r))
			}
			t.Type("I")
			x := t.Begin("STOR " + long)
			if x.Refused() || !ok(x.Store([]byte("x"))) {
				return // no blanks in names
			}
			if r := t.Ask("MDTM " + long); r.Code == 213 && strings.Contains(r.LastLine(), setTime) {
				t.Failf("MDTM of a file whose name begins with a time says that time: %s", brief(r))
			} else if r.Code != 213 {
				t.Failf("MDTM of a file whose name begins with a time: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc3659-3.3-mdtm-feat", RFC: "3659 3.3", Level: Must,
		Text:   "FEAT lists MDTM if, and only if, it works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-mdtm", "feat-lies"},
		Rests:  []string{ownNoFeatures, ownFEAT},
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
				r := t.Ask("SIZE " + name)
				if unknown(r) || refused(r) && !t.run.feats.Has("SIZE") {
					t.Unimplf("SIZE: %s", brief(r))
				}
				t.WantIn(r, "SIZE in TYPE I", 213)
				if len(r.Lines) != 1 || r.Lines[0] != fmt.Sprint(n) {
					t.Failf("SIZE of a file of %d bytes: got %s", n, brief(r))
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
			n, before := r.LastLine(), len(t.suspects)
			t.suspect("rfc959-3.1.1.1-ascii-retr")
			sent := len(t.Down(name))
			t.suspects = t.suspects[:before]
			if someSize.FindString(n) != fmt.Sprint(sent) {
				t.Failf("SIZE in TYPE A says %s, RETR sends %d bytes", visible(n), sent)
			}
		},
	},
	{
		ID: "rfc3659-4.2-size-errors", RFC: "3659 4.2", Level: Should,
		Text:   "SIZE of what does not exist, or is no file, is refused with 550, and SIZE of nothing with 501.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"size-dir-213"},
		Run: func(t *T) {
			r := t.Ask("SIZE " + t.Missing())
			if unknown(r) {
				t.Unimplf("SIZE: %s", brief(r))
			}
			t.Grade(r, "SIZE of what does not exist", is(550), is(4, 5))
			t.Grade(t.Ask("SIZE"), "SIZE without an argument", is(501, 500), is(4, 5))
			t.Grade(t.Ask("SIZE "+t.Dir("size")), "SIZE of a directory", is(550), is(4, 5))
		},
	},
	{
		ID: "rfc3659-4.3-size-feat", RFC: "3659 4.3", Level: Must,
		Text:   "FEAT lists SIZE if, and only if, it works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-size", "feat-lies"},
		Rests:  []string{ownNoFeatures, ownFEAT},
		Run:    func(t *T) { t.listed("SIZE", t.Ask("SIZE "+t.File("size"))) },
	},
}
