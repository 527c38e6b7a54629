package conformance

import (
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

var loginCases = []Case{
	{
		ID: "rfc959-5.4-pass-without-user", RFC: "959 5.4", Level: Must,
		Text:   "PASS before USER is a sequence error.",
		Rests:  []string{"rfc959-5.4-greeting-once"},
		Faults: []string{"pass-without-user-331"},
		Run: func(t *T) {
			t.Open()
			t.c.goodbye = true // a server may end the session of whoever does so
			t.Grade(t.Ask("PASS x"), "PASS before USER", is(503), is(530, 500, 501, 421))
		},
	},
	{
		ID: "rfc959-4.1.1-pass-immediate", RFC: "959 4.1.1", Level: Must, Lenient: true,
		Hurts:  "nobody, unless a session is shared: a password counts for a user who was named earlier",
		Text:   "PASS must directly follow USER.",
		Faults: []string{"pass-after-noop"},
		Run: func(t *T) {
			t.Open()
			user := t.Ask("USER " + t.run.target.user())
			if user.Code != 331 {
				t.Skipf("USER got %s", brief(user))
			}
			t.Ask("NOOP")
			t.WantIn(t.pass(user), "PASS after USER and NOOP", 503, 530)
		},
	},
	{
		ID: "rfc959-5.4-user-noarg", RFC: "959 5.4", Level: Should,
		Text:   "USER without an argument is a parameter error.",
		Rests:  []string{"rfc959-5.4-greeting-once"},
		Faults: []string{"user-noarg-331", "user-232"},
		Run: func(t *T) {
			t.Open()
			t.c.goodbye = true // a refused login may end the session
			t.Grade(t.Ask("USER"), "USER without an argument", is(501), is(4, 5))
		},
	},
	{
		ID: "rfc959-4.1.1-user-flushes", RFC: "959 4.1.1", Level: Must,
		Text:   "If a second USER is accepted, the earlier login no longer counts.",
		Faults: []string{"user-keeps-login"},
		Run: func(t *T) {
			t.Session()
			t.userAgain()
			t.Must("PWD", 530, 503)
		},
	},
	{
		ID: "rfc959-4.1.1-user-keeps-params", RFC: "959 4.1.1", Level: Must,
		Text:   "Transfer parameters survive a new USER.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Faults: []string{"user-resets-type"},
		Run: func(t *T) {
			name, text := t.lfFile()
			t.Session()
			t.Type("I")
			// A third USER in place of the password is more than every server takes.
			if r := t.pass(t.userAgain()); !ok(r) {
				t.Skipf("the login behind a second USER ended with %s", brief(r))
			}
			t.c.loggedIn = true
			if t.c.secure {
				t.protect() // whether the level survives too is another question
			}
			t.enter()
			t.Same("RETR in the TYPE I of before the second USER", t.Down(name), []byte(text))
		},
	},
	{
		ID: "rfc959-5.4-530-gate", RFC: "959 5.4", Level: Must,
		Text:   "Commands about files and parameters are refused before the login.",
		Faults: []string{"mkd-before-login", "size-before-login"},
		Run:    gate,
	},
	{
		ID: "rfc959-5.4-prelogin-open", RFC: "959 5.4", Level: Should,
		Text:   "NOOP and SYST work before the login.",
		Faults: []string{"syst-needs-login"},
		Run: func(t *T) {
			t.Open()
			if noop := t.Ask("NOOP"); t.run.noop.Class() == 2 { // else it is missing after the login, too
				t.Grade(noop, "NOOP before the login", is(2), is(4, 5))
			}
			t.Grade(t.Ask("SYST"), "SYST before the login", is(215), is(4, 5))
		},
	},
	{
		ID: "rfc959-4.1.3-help-prelogin", RFC: "959 4.1.3", Level: Should,
		Text:   "HELP works before the login.",
		Faults: []string{"help-502", "help-needs-login"},
		Run: func(t *T) {
			t.Open()
			t.Grade(t.Ask("HELP"), "HELP before the login", is(211, 214), is(4, 5))
		},
	},
	{
		ID: "rfc3659-11-feat-prelogin", RFC: "3659 11", Level: Should,
		Text:   "FEAT is usable before the login.",
		Faults: []string{"feat-needs-login"},
		Run: func(t *T) {
			t.Open()
			r := t.Ask("FEAT")
			if unknown(r) {
				t.Unimplf("FEAT: %s", brief(r))
			}
			t.Grade(r, "FEAT before the login", is(211), is(4, 5))
		},
	},
	{
		ID: "rfc959-5.4-quit", RFC: "959 5.4, 4.1.1", Level: Must,
		Text:   "QUIT is answered with 221 and the server closes.",
		Faults: []string{"quit-stays-open"},
		Run: func(t *T) {
			t.Open()
			t.Grade(t.Ask("QUIT"), "QUIT", is(221), is(500))
			t.WantEnd("after QUIT")
		},
	},
	{
		ID: "rfc959-4.1.1-quit-in-transfer", RFC: "959 4.1.1", Level: Must,
		Text:   "QUIT during a transfer lets the transfer and its result reply finish; then the server closes.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"quit-kills-transfer", "quit-stays-open"},
		Run:    quitInTransfer,
	},
	{
		ID: "rfc959-4.1.1-drop-means-abort", RFC: "959 4.1.1, 3.2", Level: Must,
		Text:   "The loss of the control connection aborts the transfer and closes the data connection.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"transfer-survives-control"},
		Run: func(t *T) {
			t.big()
			t.dropControl("closed")
			t.dropControl("reset")
		},
	},
	{
		ID: "rfc959-4.1.1-rein-resets", RFC: "959 4.1.1", Level: Must,
		Text:   "A successful REIN returns to the state just after the greeting.",
		Needs:  []string{NeedLogin, NeedWrite, NeedUnix},
		Rests:  []string{"rfc4217-13-rein-tls", "rfc4217-13-reuse-not-mandated-after-rein"},
		Faults: []string{"rein-keeps-login", "rein-keeps-type", "rein-keeps-cwd", "ascii-retr-raw", "ascii-retr-end-lf"},
		Run:    reinResets,
	},
	{
		ID: "rfc959-5.4-rein-replies", RFC: "959 5.4", Level: May,
		Full:   true,
		Text:   "REIN, if done at all, is answered with 220, or with 120 and then 220.",
		Faults: []string{"rein-200"},
		Run: func(t *T) {
			t.Session()
			t.Send("REIN")
			t.c.goodbye = true // what becomes of TLS is another case
			t.Grade(t.reinReply(), "REIN", is(220), is(230, 200))
		},
	},
	{
		ID: "rfc959-4.1.1-rein-lets-transfer-end", RFC: "959 4.1.1", Level: Must,
		Text:   "REIN does not end a transfer that is running.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc4217-13-rein-tls"},
		Faults: []string{"rein-kills-transfer"},
		Run:    reinInTransfer,
	},
}

// lfFile stores a text file with LF line ends, bytes as given.
func (t *T) lfFile() (name, text string) {
	name, text = t.Name("lf"), "one\ntwo\n\nfour\n"
	t.Up(name, []byte(text))
	return name, text
}

// crlf returns text as TYPE A sends it.
func crlf(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

// userAgain sends USER a second time, and skips the case if it is refused.
func (t *T) userAgain() protocol.Reply {
	r := t.Ask("USER " + t.run.target.user())
	if refused(r) {
		t.Skipf("a second USER is refused: %s", brief(r))
	}
	if r.Code != 331 {
		t.Skipf("a second USER got %s", brief(r))
	}
	t.c.loggedIn = false
	return r
}

// gate sends what needs a login before the login.
func gate(t *T) {
	t.Open()
	lines := `CWD /;PWD;MKD x;RMD x;DELE x;RNFR x;STOR x;RETR x;APPE x;LIST;NLST;PORT 127,0,0,1,200,1;STAT x;
SIZE x;MDTM x;MLST x;MLSD;EPRT |1|127.0.0.1|51201|;TYPE I;STRU F;MODE S;PASV;EPSV;REST 0`
	for line := range strings.FieldsFuncSeq(lines, func(r rune) bool { return r == ';' || r == '\n' }) {
		verb, arg, _ := strings.Cut(line, " ")
		if arg == "x" {
			line = verb + " " + t.Missing()
		}
		if !t.mayAsk(line) {
			continue // a run that changes nothing
		}
		r := t.Ask(line)
		for r.Code.Class() == 1 {
			t.note(Fail, "%s before the login got %s", line, brief(r))
			r = t.Reply()
		}
		switch {
		case r.Code == 530 || r.Code == 332:
		case r.Code == 421:
			t.Failf("%s before the login ends the session: %s", line, brief(r))
		case refused(r):
			extension := strings.Contains("SIZE MDTM MLST MLSD EPRT EPSV REST", verb)
			if !extension || !unknown(r) {
				t.Warnf("%s before the login got %s, want 530", line, brief(r))
			}
		case verb == "TYPE" || verb == "STRU" || verb == "MODE":
			t.Infof("%s is accepted before the login", verb)
		case verb == "PASV" || verb == "EPSV" || verb == "REST":
			t.Warnf("%s is accepted before the login", verb)
		default:
			t.note(Fail, "%s before the login got %s", line, brief(r))
		}
	}
}

func quitInTransfer(t *T) {
	t.Session()
	x := t.stall()
	t.Send("QUIT")
	time.Sleep(20 * time.Millisecond) // lets the server read it first
	n, err := x.d.drain()
	x.d.goodbye()
	var codes []string
	for len(codes) < 100 {
		r, err := t.c.receive(t.run.opts.timeout())
		if err != nil {
			break
		}
		codes = append(codes, fmt.Sprint(int(r.Code)))
	}
	seq := strings.Join(codes, ", ")
	switch {
	case (err != nil || n != bigSize) && (strings.Contains(seq, "426") || strings.Contains(seq, "451")):
		t.Failf("QUIT ended the transfer: %d of %d bytes, replies %s", n, bigSize, seq)
	case err != nil || n != bigSize:
		t.Failf("QUIT cut the transfer short without an error: %d of %d bytes (%v), replies %s", n, bigSize, err, seq)
	case seq == "221, 226" || seq == "221, 250":
		t.Warnf("QUIT is answered before the transfer: %s", seq)
	case seq != "226, 221" && seq != "250, 221":
		t.Failf("replies to RETR and QUIT: got %s, want 226, 221", seq)
	}
	if !t.c.ended {
		t.Failf("the server does not close the connection after QUIT")
	}
}

// dropControl ends a control connection during a transfer and watches the data
// connection. A server that goes on sending delivers the whole file.
func (t *T) dropControl(how string) {
	c := t.Session()
	x := t.stall()
	if how == "reset" {
		c.tcp.SetLinger(0)
	}
	c.event("control connection " + how)
	c.close()
	time.Sleep(quiet)
	ended, n := x.d.waitEnd(min(30*time.Second, 3*t.run.opts.timeout()))
	switch {
	case !ended:
		t.Failf("the data connection outlives the %s control connection", how)
	case n >= bigSize:
		t.Failf("the whole file was sent although the control connection was %s", how)
	}
}

// rein sends REIN on the current connection, and takes TLS down with it (RFC 4217,
// Section 13), but for implicit TLS, which nothing could bring back: its connection
// keeps it. The case is UNIMPL if the server has no REIN.
func (t *T) rein() {
	t.Send("REIN")
	t.reinDone()
}

// reinReply returns the reply to REIN. The case is UNIMPL if the server has no REIN.
func (t *T) reinReply() protocol.Reply {
	r := t.Reply()
	if r.Code == 120 {
		r = t.Reply()
	}
	if r.Code.Class() == 5 {
		t.Unimplf("REIN: %s", brief(r))
	}
	return r
}

// reinDone takes the reply to REIN, whose code is another case, and what comes of it.
func (t *T) reinDone() {
	t.WantIn(t.reinReply(), "REIN", 2)
	t.c.loggedIn, t.c.typ = false, ""
	if t.c.secure && t.run.target.TLS != tlsx.ModeImplicit {
		t.stopTLSOf(ownReinTLS)
	}
}

func reinResets(t *T) {
	name, text := t.lfFile()
	shared := t.c
	dir := t.Dir("rein")
	t.Session()
	home := t.run.homeDir
	t.Type("I")
	t.Must("CWD "+dir, 2)
	t.rein()
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.AuthTLS()
	}
	t.Must("PWD", 530, 503)
	t.again()
	if got := t.pwd(); got != home {
		t.Failf("after REIN and a new login the directory is %q, want %q", got, home)
	}
	t.enter()
	t.Same("RETR in the default TYPE after REIN", t.Down(name), crlf(text))
	t.Use(shared)
}

// again logs in on a connection whose TLS is as the target's mode says.
func (t *T) again() {
	t.Login()
	if t.c.secure {
		t.protect()
	}
}

func reinInTransfer(t *T) {
	t.Session()
	x := t.stall()
	t.Send("REIN")
	r, err := t.c.receive(quiet)
	if err == nil && r.Code.Class() == 5 {
		x.d.drain()
		x.d.goodbye()
		x.Final()
		t.Unimplf("REIN: %s", brief(r))
	}
	if err == nil {
		t.Failf("REIN during a transfer got %s before the transfer had ended", brief(r))
	}
	n, err := x.d.drain()
	x.d.goodbye()
	if err != nil || n != bigSize {
		t.Failf("REIN cut the transfer short: %d of %d bytes (%v)", n, bigSize, err)
	}
	t.WantIn(x.Final(), "the transfer during which REIN came", 226, 250)
	t.reinDone()
}
