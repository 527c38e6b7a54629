package conformance

import (
	"bytes"
	"regexp"

	"github.com/ftpwire/ftpwire/protocol"
)

// markerCases are those of restart markers, in block mode.
var markerCases = []Case{
	{
		ID: "rfc1123-4.1.3.4-marker-110", RFC: "1123 4.1.3.4", Level: Should,
		Text:   "A restart marker in an upload is answered with 110 MARK ssss = rrrr, or passed over; it is no part of the file.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"marker-110-form", "marker-stored"},
		Run: func(t *T) {
			t.optional("MODE B")
			name := t.Name("marker")
			t.Type("I")
			t.with("MODE B")
			answers := t.uploadMarked(name)
			t.plain()
			t.Same("the file", t.Down(name), []byte("one and two"))
			if len(answers) == 0 {
				t.Infof("restart markers are passed over")
			}
			for _, r := range answers {
				if m := mark110.FindStringSubmatch(r.LastLine()); m == nil || m[1] != "mk1" {
					t.Failf("got %s, want 110 MARK mk1 = and a marker of the server's", brief(r))
				}
			}
		},
	},
	{
		ID: "rfc1123-4.1.3.4-marker-resume", RFC: "1123 4.1.3.4", Level: Should,
		Text:   "REST with the marker of a 110, and STOR, go on where the marker was.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"rest-stor-truncates", "rest-sticks", "marker-110-form", "stor-reset-226", "stor-cut-silence"},
		Run:    resumeAtMarker,
	},
	{
		ID: "rfc1123-4.1.3.4-marker-async", RFC: "1123 4.1.3.4", Level: MustNot,
		Text:   "A sender of restart markers does not wait for an answer.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenBlocks(), "marker-waits"),
		Run: func(t *T) {
			f, data := t.marked()
			t.Same("the file", f.file, data)
			if len(f.markers) == 0 {
				t.Infof("no restart markers are sent")
			}
		},
	},
	{
		ID: "rfc959-3.4.2-marker-printable", RFC: "959 3.4.2", Level: Must,
		Text:   "Restart markers are printable characters without blanks.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: append(brokenBlocks(), "marker-waits"),
		Run: func(t *T) {
			f, _ := t.marked() // which fails at any other
			if len(f.markers) == 0 {
				t.Infof("no restart markers are sent")
			}
		},
	},
}

var mark110 = regexp.MustCompile(`^MARK (\S+) = ([!-~]+)$`)

// uploadMarked stores a file with a restart marker in it and returns the answers to it.
func (t *T) uploadMarked(name string) (answers []protocol.Reply) {
	x := t.Begin("STOR " + name).Accepted()
	if x.d.tls != nil {
		x.d.tls.Drain()
	}
	x.d.Write(bytes.Join([][]byte{
		block(0, []byte("one ")), block(blockMarker, []byte("mk1")), block(0, []byte("and two")), block(blockEOF, nil),
	}, nil))
	x.d.CloseWrite()
	for {
		r := t.Reply()
		if r.Code.Class() != 1 {
			t.WantIn(r, x.cmd, 226, 250)
			x.d.Close()
			return answers
		}
		if r.Code == 110 {
			answers = append(answers, r)
		}
	}
}

// resumeAtMarker breaks an upload off after a marker and takes it up again.
func resumeAtMarker(t *T) {
	t.optional("MODE B")
	name := t.Name("marker")
	t.Type("I")
	t.with("MODE B")
	x := t.Begin("STOR " + name).Accepted()
	x.d.Write(append(block(0, []byte("one ")), block(blockMarker, []byte("mk1"))...))
	r, err := t.c.receive(t.closing())
	for err == nil && r.Code.Class() == 1 && r.Code != 110 {
		r, err = t.c.receive(t.closing())
	}
	if err != nil {
		x.d.Close()
		t.WantIn(x.Final(), "STOR of half a file", 4, 5)
		t.Unimplf("restart markers are not answered")
	}
	m := mark110.FindStringSubmatch(r.LastLine())
	if r.Code != 110 || m == nil {
		t.Failf("got %s, want 110 MARK mk1 = and a marker of the server's", brief(r))
	}
	x.d.Write(block(0, []byte("lost"))) // the client cannot know whether it has arrived
	x.d.Close()
	t.WantIn(x.Final(), "STOR of half a file", 4, 5)
	d := t.passive()
	t.Must("REST "+m[2], 350)
	t.WantIn(t.beginOn(d, "STOR "+name).Store(block(blockEOF, []byte("and two"))), "STOR after REST", 226, 250)
	t.plain()
	t.Same("the file", t.Down(name), []byte("one and two"))
}

// marked retrieves a file that is large enough for restart markers.
func (t *T) marked() (*codedFile, []byte) {
	t.optional("MODE B")
	name, data := t.Name("marked"), payload(200_001)
	t.Up(name, data)
	t.with("MODE B")
	return t.downCoded(name, inBlocks), data
}
