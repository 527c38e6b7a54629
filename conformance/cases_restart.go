package conformance

import (
	"fmt"
	"slices"
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
				t.Must(cmd, 4, 5)
			}
			t.Must("REST 0", 350)
		},
	},
	{
		ID: ownRestart, RFC: "3659 5.3", Level: Must,
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
		Rests:  []string{ownRestart},
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
		Rests:  []string{ownRestart},
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
		Rests:  []string{ownRestart},
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
		Faults: []string{"rest-stor-truncates"},
		Run:    func(t *T) { t.resumed("STOR") },
	},
	{
		ID: "rfc3659-5.3-rest-appe", RFC: "3659 5.3", Level: Must,
		Text:   "APPE after a REST, if allowed, does what STOR does.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Faults: []string{"rest-appe-truncates"},
		Run:    func(t *T) { t.resumed("APPE") },
	},
	{
		ID: "rfc3659-5.3-rest-ascii", RFC: "3659 5.1", Level: May, Full: true,
		Text:   "In TYPE A a restart marker counts the octets of the stream, in which lines end in CR LF.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Rests:  []string{ownRestart},
		Faults: []string{"rest-ascii-raw"},
		Run:    restartInASCII,
	},
	{
		ID: "prac-rest-then-pasv", RFC: "3659 5.3 (undefined)", Level: Info, Full: true,
		Text:   "What a restart marker is worth when the command for the data connection comes after it.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT REST"},
		Rests:  []string{ownRestart},
		Faults: []string{"rest-then-passive-halves"},
		Run:    restartThenConnect,
	},
	{
		ID: "rfc3659-5.4-rest-feat", RFC: "3659 5.4", Level: Must,
		Text:   "FEAT lists REST STREAM if, and only if, a restart in stream mode works.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{ownNoFeatures, ownFEAT, ownRestart},
		Faults: []string{"feat-without-rest"},
		Run: func(t *T) {
			t.needFeat()
			name, data := t.restFile()
			d := t.passive()
			r := t.Ask("REST 5")
			args, has := t.run.feats.Args("REST")
			x := t.beginOn(d, "RETR "+name)
			if x.Refused() && !has {
				t.Unimplf("REST: %s, and RETR after it: %s", brief(r), brief(x.First))
			}
			got := x.Receive()
			works := r.Code == 350 && string(got) == string(data[5:])
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
		Rests:  []string{"rfc959-5.4-cwd", "rfc959-4.2-class-honest"},
		Faults: []string{"tvfs-relative-550"},
		Run: func(t *T) {
			a := t.Dir("tvfs")
			t.Must("MKD "+a+"/b", 2)
			t.Up(a+"/b/f", []byte("x"))
			t.Must("CWD "+a, 2)
			t.Same("RETR b/f", t.Down("b/f"), []byte("x"))
			t.Must("CWD b", 2)
			t.Same("RETR of the absolute path", t.Down(t.here()+"/f"), []byte("x"))
			t.Must("CWD /", 2)
			if dir := t.here(); dir != "/" {
				t.Failf("CWD / led to %q", dir)
			}
		},
	},
	{
		ID: ownNoSlash, RFC: "3659 6.1", Level: Must,
		Text:   "Under TVFS, no name in a listing has a slash in it.",
		Needs:  []string{NeedLogin, NeedWrite, "FEAT TVFS", "FEAT MLST"},
		Faults: []string{"mlsd-full-paths"},
		Run: func(t *T) {
			dir, _, _ := t.mlsdDir()
			t.enter()
			for _, name := range slices.Concat(t.mlsdNames(dir), t.mlsdNames("")) {
				if strings.Contains(name, "/") {
					t.Failf("MLSD has the name %q", name)
				}
			}
		},
	},
}

// Owners of what restarts and names under TVFS rest on.
const (
	ownRestart = "rfc3659-5.3-rest-retr"
	ownNoSlash = "rfc3659-6.1-tvfs-no-slash"
)

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
	t.Ask("REST 0") // a marker that stays is another case
	t.Same("the file after REST and "+cmd, t.Down(name), data)
}

// restartInASCII restarts a text in TYPE A behind its first lines, where the octets of the
// stream and those of the file are no longer the same.
func restartInASCII(t *T) {
	name, raw := t.lfFile()
	t.Type("A")
	whole := t.Down(name)
	if string(whole) == raw {
		t.Skipf("RETR in TYPE A sends the file as it is: there is no other stream to count")
	}
	const n = 6 // in the second line
	d := t.passive()
	r := t.Ask(fmt.Sprintf("REST %d", n))
	if refused(r) {
		t.Infof("REST in TYPE A: %s", brief(r))
		return
	}
	x := t.beginOn(d, "RETR "+name)
	if x.Refused() {
		t.Infof("RETR in TYPE A after REST: %s", brief(x.First))
		return
	}
	switch got := string(x.Receive()); got {
	case string(whole[n:]):
	case string(crlf(raw[n:])), raw[n:]:
		t.Failf("REST %d in TYPE A counts the octets of the file, not of the stream: RETR starts with %q", n, got[:4])
	default:
		t.Failf("RETR after REST %d in TYPE A: got %q, want %q", n, got, whole[n:])
	}
}

// restartThenConnect sends REST before the command for the data connection, as some
// clients do.
func restartThenConnect(t *T) {
	name, data := t.restFile()
	verbs := []string{"EPSV", "PASV"}
	for _, verb := range verbs {
		if !t.run.has[verb] {
			continue
		}
		t.Must("REST 5", 350)
		d := t.passiveBy(verb)
		x := t.beginOn(d, "RETR "+name)
		if x.Refused() {
			t.Infof("after REST and %s, RETR got %s", verb, brief(x.First))
			continue
		}
		switch got := string(x.Receive()); got {
		case string(data):
			t.Infof("%s takes the marker back", verb)
		case string(data[5:]):
			t.Infof("%s leaves the marker", verb)
		default:
			t.Failf("after REST 5 and %s, RETR sends neither the file nor what follows the marker: %q", verb, got)
		}
	}
}

// passiveBy is passive with a given verb.
func (t *T) passiveBy(verb string) *dataConn {
	if verb == "EPSV" {
		return t.connect(t.epsv())
	}
	return t.connect(t.pasv())
}
