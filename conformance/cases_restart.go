package conformance

import (
	"fmt"
	"strings"
)

var restartCases = []Case{
	{
		ID: "rfc3659-5.3-rest-350", RFC: "3659 5.3", Level: Must,
		Text:   "REST with digits is answered with 350; anything else is an error at once.",
		Needs:  []string{NeedLogin, "FEAT REST"},
		Faults: []string{"rest-negative-350"},
		Run: func(t *T) {
			t.Type("I")
			t.Must("REST 0", 350)
			t.Must("REST 5", 350)
			for _, cmd := range []string{"REST x", "REST -1", "REST 1 2", "REST"} {
				t.Must(cmd, 5)
			}
			t.Must("REST 0", 350)
		},
	},
	{
		ID: "rfc3659-5.3-rest-retr", RFC: "3659 5.3", Level: Must,
		Text:   "RETR after REST n leaves out exactly n octets.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-off-by-one"},
		Run: func(t *T) {
			name, data := t.restFile()
			for _, n := range []int{1, len(data) / 2, len(data) - 1} {
				t.Same(fmt.Sprintf("RETR after REST %d", n), t.downFrom(name, n), data[n:])
			}
		},
	},
	{
		ID: "rfc3659-5.3-rest-eof", RFC: "3659 5.3", Level: Should,
		Text:   "A restart at the end gives nothing and succeeds; one beyond is refused by RETR.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-beyond-226"},
		Run: func(t *T) {
			name, data := t.restFile()
			t.Same("RETR from the end", t.downFrom(name, len(data)), nil)
			d := t.passive()
			t.Must(fmt.Sprintf("REST %d", len(data)+1), 350)
			x := t.beginOn(d, "RETR "+name)
			soft := is(2, 4, 5)
			if !x.dead {
				if x.d.rest() > 0 {
					soft = is(4, 5)
				}
				x.d.goodbye()
			}
			t.Grade(x.Final(), "RETR from beyond the end", is(554, 550, 551, 451), soft)
		},
	},
	{
		ID: "rfc3659-5.3-rest-once", RFC: "3659 5.3", Level: Must,
		Text:   "A restart marker is for one transfer only.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-sticks"},
		Run: func(t *T) {
			name, data := t.restFile()
			t.Same("RETR after REST 5", t.downFrom(name, 5), data[5:])
			t.Same("the next RETR", t.Down(name), data)
		},
	},
	{
		ID: "rfc3659-5.3-rest-zero", RFC: "3659 5.3", Level: Must,
		Text:   "REST 0 takes a marker back.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-zero-ignored"},
		Run: func(t *T) {
			name, data := t.restFile()
			d := t.passive()
			t.Must("REST 5", 350)
			t.Must("REST 0", 350)
			t.Same("RETR after REST 5 and REST 0", t.beginOn(d, "RETR "+name).Receive(), data)
		},
	},
	{
		ID: "rfc3659-5.3-rest-stor", RFC: "3659 5.3", Level: Must,
		Text:   "STOR after a REST to the size completes the file.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-stor-truncates", "rest-sticks"},
		Run:    func(t *T) { t.resumed("STOR") },
	},
	{
		ID: "rfc3659-5.3-rest-appe", RFC: "3659 5.3", Level: Must,
		Text:   "APPE after a REST, if allowed, does what STOR does.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-appe-truncates", "rest-sticks"},
		Run:    func(t *T) { t.resumed("APPE") },
	},
	{
		ID: "rfc3659-5.4-rest-feat", RFC: "3659 5.4", Level: Must,
		Text:   "FEAT lists REST STREAM if, and only if, a restart in stream mode works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"feat-without-rest", "feat-empty-list"},
		Run: func(t *T) {
			name, data := t.restFile()
			d := t.passive()
			r := t.Ask("REST 5")
			got := t.beginOn(d, "RETR "+name).Receive()
			works := r.Code == 350 && string(got) == string(data[5:])
			args, has := t.run.feats.Args("REST")
			switch {
			case has && !strings.EqualFold(args, "STREAM"):
				t.Failf("FEAT has the line REST %s, want REST STREAM", args)
			case has && !works:
				t.Failf("FEAT lists REST STREAM, but REST 5 got %s and RETR %d of %d bytes", brief(r), len(got), len(data))
			case works && !has:
				t.Failf("REST works, but FEAT does not list REST STREAM")
			case !works:
				t.Unimplf("REST: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc3659-6-tvfs", RFC: "3659 6", Level: Must,
		Text:   "Under TVFS, pathnames with slashes work from every directory.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT TVFS"},
		Faults: []string{"tvfs-relative-550"},
		Run: func(t *T) {
			a := t.Dir("tvfs")
			t.Must("MKD "+a+"/b", 2)
			t.Up(a+"/b/f", []byte("x"))
			t.Must("CWD "+a, 2)
			t.Same("RETR b/f", t.Down("b/f"), []byte("x"))
			t.Must("CWD b", 2)
			t.Same("RETR of the absolute path", t.Down(t.pwd()+"/f"), []byte("x"))
			t.Must("CWD /", 2)
			if dir := t.pwd(); dir != "/" {
				t.Failf("CWD / led to %q", dir)
			}
		},
	},
}

func (t *T) restFile() (name string, data []byte) {
	name, data = t.Name("rest"), []byte("0123456789abcdefghij")
	t.Up(name, data)
	return name, data
}

// downFrom retrieves a file from an offset on.
func (t *T) downFrom(name string, offset int) []byte {
	d := t.passive()
	t.Must(fmt.Sprintf("REST %d", offset), 350)
	return t.beginOn(d, "RETR "+name).Receive()
}

// resumed stores a file in two halves, the second with REST and cmd.
func (t *T) resumed(cmd string) {
	name, data := t.restFile()
	t.Up(name, data[:10])
	d := t.passive()
	t.Must("REST 10", 350)
	x := t.beginOn(d, cmd+" "+name)
	if x.Refused() {
		t.Ask("REST 0")
		if cmd == "STOR" {
			t.end(Note, "STOR after REST is refused: %s", brief(x.First))
		}
		return
	}
	t.WantIn(x.Store(data[10:]), cmd+" after REST", 226, 250)
	t.Same("the file after REST and "+cmd, t.Down(name), data)
}
