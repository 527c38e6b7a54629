package conformance

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// oddCases are those of command lines that no client sends.
var oddCases = []Case{
	{
		ID: "rfc959-5.3-multi-space", RFC: "959 5.3", Level: May,
		Full:   true,
		Text:   "Several spaces may separate a verb from an argument that is no pathname.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-two-spaces-unanswered"},
		Run: func(t *T) {
			r := t.Ask("TYPE  I")
			if !ok(r) && !refused(r) {
				t.Failf("TYPE and two spaces: got %s", brief(r))
			}
			t.Infof("TYPE, two spaces and I: %s", brief(r))
		},
	},
	{
		ID: "rfc959-4.2.1-line-too-long", RFC: "959 4.2.1", Level: May,
		Full:   true,
		Text:   "A line that is too long is a syntax error, answered once.",
		Faults: []string{"long-line-in-pieces"},
		Run:    longLine,
	},
	{
		ID: "rfc2228-10-long-base64", RFC: "2228 10", Level: Must,
		Text:   "Lines of base64 (ADAT) are not refused for their length.",
		Needs:  []string{NeedClear},
		Faults: []string{"adat-too-long"},
		Run:    longBase64,
	},
	{
		ID: "rfc959-4.2-empty-line", RFC: "959 5.3", Level: Info,
		Full:   true,
		Text:   "What an empty line gets; the replies stay in step.",
		Faults: []string{"empty-line-twice"},
		Run: func(t *T) {
			t.Open()
			t.RawWrite("\r\n")
			if r, come := t.within(time.Second); come {
				t.Infof("an empty line gets %s", brief(r))
			} else {
				t.Infof("an empty line is passed over")
			}
			t.Quiet("after an empty line")
		},
	},
	{
		ID: "prac-bare-lf", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "Whether LF alone ends a command line, which lets other protocols' texts hold commands.",
		Faults: []string{"bare-lf-twice"},
		Run: func(t *T) {
			t.Open()
			t.c.odd = true
			t.RawWrite("NOOP\n")
			if r, come := t.within(time.Second); come {
				t.Infof("LF alone ends a line: NOOP got %s", brief(r))
				t.Quiet("after a line that ends in LF alone")
				return
			}
			t.RawWrite("\r\n")
			r, come := t.within(t.run.opts.timeout())
			if !come {
				t.c.goodbye = true // nothing more can be learned from it
				t.end(Note, "LF alone does not end a line, and after it CR LF does not either")
			}
			if _, more := t.within(quiet); !more && t.c.garbled != nil {
				t.end(Warn, "the reply to a line with LF in it is cut in two there, so that a client's text can look like a reply: %s", brief(r))
			}
			t.Infof("LF alone does not end a line; after NOOP, LF and CR LF: %s", brief(r))
		},
	},
	{
		ID: "rfc3659-2.2-iac-escape", RFC: "3659 2.2, 854", Level: Must, Lenient: true,
		Hurts:  "clients of names that are not in UTF-8 and hold byte 255",
		Text:   "Byte 255 in a pathname is doubled on the control connection, and only there.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"mkd-echo-iac", "iac-stored-twice"},
		Run:    escapedIAC,
	},
	{
		ID: "rfc2640-3.1-cr-nul", RFC: "2640 3.1", Level: Info,
		Full:   true,
		Text:   "How CR NUL in a pathname is read: as CR, or as the end of the line.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"cr-nul-ends-line"},
		Run:    literalCR,
	},
	{
		ID: "sec-http-verb", RFC: "practice", Level: Info,
		Security: true,
		Full:     true,
		Text:     "A request of HTTP is not carried out as FTP.",
		Faults:   []string{"unknown-verb-200"},
		Run: func(t *T) {
			t.Open()
			t.c.goodbye = true // a server may end the session of whoever does so
			t.RawWrite("POST / HTTP/1.1\r\nHost: x\r\n\r\n")
			n := 0
			for wait := t.run.opts.timeout(); n < 10; wait = min(wait, time.Second) {
				r, come := t.within(wait)
				if !come {
					break
				}
				if n++; !refused(r) {
					t.Failf("a request of HTTP: line %d got %s", n, brief(r))
				}
			}
			switch {
			case t.c.ended:
				t.Infof("the connection is closed after %d replies", n)
			case n == 0:
				t.Failf("a request of HTTP gets no reply within %s", t.run.opts.timeout())
			default:
				t.Infof("each line is refused, %d in all; the connection stays open", n)
			}
		},
	},
}

// within waits for a reply that need not come. The end of the connection is none.
func (t *T) within(wait time.Duration) (protocol.Reply, bool) {
	r, err := t.c.receive(wait)
	if err != nil && !errors.Is(err, errSilence) && !errors.Is(err, errEnded) {
		t.lost("", err)
	}
	return r, err == nil
}

func longLine(t *T) {
	t.Open()
	t.c.goodbye = true // a server may end the session
	line := "NOOP " + strings.Repeat("A", 64<<10) + "\r\n"
	t.c.transmit([]byte(line), line, func() {}) // which a server may break off
	t.c.ended = false
	r, come := t.within(t.run.opts.timeout())
	switch {
	case !come && t.c.ended:
		t.Failf("a line of 64 KiB ends the connection without a reply")
	case !come:
		t.Failf("a line of 64 KiB gets no reply within %s", t.run.opts.timeout())
	case r.Code.Class() != 5 && r.Code != 421:
		t.Infof("a line of 64 KiB gets %s", brief(r))
	}
	if second, come := t.within(time.Second); come {
		t.Failf("a line of 64 KiB gets two replies: %s, and %s", brief(r), brief(second))
	}
	if t.c.ended {
		t.end(Note, "a line of 64 KiB gets %s, and the connection is closed", brief(r))
	}
	t.Quiet("after a line of 64 KiB")
}

// longBase64 looks for a mechanism that has ADAT, and sends it a long line.
func longBase64(t *T) {
	mechanism, why := t.withADAT()
	if mechanism == "" {
		t.Skipf("no mechanism with ADAT is found: %s", why)
	}
	line := "ADAT " + strings.Repeat("QUFB", 2<<10)
	t.c.goodbye = true // the exchange comes to nothing
	t.Send(line)
	r, come := t.within(t.run.opts.timeout())
	if !come {
		t.Failf("AUTH %s, and ADAT of 8 KiB: no reply", mechanism)
	}
	if r.Code == 421 {
		t.Failf("AUTH %s, and ADAT of 8 KiB: got %s", mechanism, brief(r))
	}
	if r.Code != 500 {
		return
	}
	t.Fresh()
	t.c.goodbye = true
	t.Must("AUTH "+mechanism, 334)
	if short := t.Ask("ADAT QUFB"); short.Code == 500 || short.Code == 502 {
		t.Unimplf("ADAT: %s", brief(short))
	}
	t.Failf("AUTH %s, and ADAT of 8 KiB: got %s; a short one is not refused like that", mechanism, brief(r))
}

// withADAT opens a connection on which AUTH has been answered with 334, which asks for
// ADAT.
func (t *T) withADAT() (mechanism, why string) {
	tried := []string{"GSSAPI", "KERBEROS_V4"}
	for label, args := range t.run.feats.All() {
		if label == "AUTH" {
			tried = append(tried, strings.FieldsFunc(args, func(r rune) bool { return r == ' ' || r == ';' || r == ',' })...)
		}
	}
	for i, m := range tried {
		if strings.HasPrefix(m, "TLS") || m == "SSL" || slices.Contains(tried[:i], m) {
			continue
		}
		t.Fresh()
		r := t.Ask("AUTH " + m)
		if r.Code == 334 {
			return m, ""
		}
		t.c.goodbye = true
		why = "AUTH " + m + " got " + brief(r)
	}
	return "", why
}

func escapedIAC(t *T) {
	dir := t.Dir("iac")
	t.Must("CWD "+dir, 2)
	stem := t.Name("iac")
	name := stem + "\xffb"
	r := t.Ask("MKD " + name) // which doubles it
	if refused(r) {
		t.Skipf("the server refuses a name with byte 255: %s", brief(r))
	}
	defer t.Ask("RMD " + name)
	there := ""
	for _, line := range t.namesHere() {
		if i := strings.Index(line, stem); i >= 0 {
			there = line[i:]
		}
	}
	switch there {
	case name:
	case "":
		t.Skipf("the directory is in no listing")
	case stem + "\xff\xffb":
		t.Failf("a doubled byte 255 is two in the name")
	case stem + "b":
		t.Failf("a doubled byte 255 is missing from the name")
	default:
		t.Skipf("the server keeps another name: %q", there)
	}
	if text := r.Text(); strings.Contains(text, stem) && !strings.Contains(text, name) {
		t.Failf("byte 255 is not doubled in the reply to MKD: %s", brief(r))
	}
}

func literalCR(t *T) {
	shared := t.c
	defer t.Use(shared)
	dir := path.Join(t.run.workDir, t.Dir("cr"))
	t.Session() // of its own: some servers end it
	t.Must("CWD "+dir, 2)
	t.c.odd = true
	stem := t.Name("cr")
	line := " " + stem + "\r\x00b\r\n"
	t.RawWrite("MKD" + line)
	r, come := t.within(t.run.opts.timeout())
	if !come {
		t.c.goodbye = true
		t.end(Warn, "a name with CR NUL gets no reply%s", map[bool]string{true: ", and the connection ends", false: ""}[t.c.ended])
	}
	if second, come := t.within(time.Second); come {
		t.Ask("RMD " + stem)
		t.Failf("CR NUL ends the line, and what follows is taken for a command: %s, and %s", brief(r), brief(second))
	}
	if t.c.watch.bare {
		t.Warnf("the reply holds a bare CR: %s", brief(r))
	}
	if refused(r) {
		t.end(Note, "a name with CR NUL is refused: %s", brief(r))
	}
	if ok(t.Ask("RMD " + stem)) {
		t.end(Note, "CR NUL in a name ends the name")
	}
	t.RawWrite("RMD" + line)
	if r, come := t.within(time.Second); !come || refused(r) {
		t.Ask("RMD " + stem + "_b") // some servers put an underscore in its place
	}
	t.Infof("CR NUL in a name is part of it")
}
