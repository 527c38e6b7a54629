package conformance

import (
	"bytes"
	"regexp"
	"strconv"

	"github.com/ftpwire/ftpwire/protocol"
)

var protCases = []Case{
	{
		ID: "rfc2228-3-prot-sequence", RFC: "2228 3, 4217 9", Level: Must, Lenient: true,
		Hurts:  "nobody much: PROT without PBSZ is taken",
		Text:   "PROT before PBSZ is 503.",
		Needs:  []string{NeedAuth, NeedLogin},
		Faults: []string{"prot-before-pbsz"},
		Run: func(t *T) {
			t.Open()
			t.Login()
			t.Must("PROT P", 503)
		},
	},
	{
		ID: "rfc4217-9-pbsz-0", RFC: "4217 9", Level: Must,
		Text:   "PBSZ 0 is answered with 200.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"pbsz-0-501"},
		Run:    func(t *T) { t.Must("PBSZ 0", 200) },
	},
	{
		ID: "rfc2228-3-pbsz-reduce", RFC: "2228 3", Level: Must,
		Text:   "A buffer size too large for the server is answered with 200 and a smaller one.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"pbsz-grows"},
		Run: func(t *T) {
			r := t.Must("PBSZ 16384", 200)
			if m := pbszReply.FindStringSubmatch(r.Text()); m != nil {
				if n, err := strconv.ParseInt(m[1], 10, 64); err != nil || n > 16384 {
					t.Failf("PBSZ 16384 got %s", brief(r))
				}
			}
			t.Must("PBSZ 0", 200)
		},
	},
	{
		ID: "rfc2228-3-pbsz-bad", RFC: "2228 3", Level: Should,
		Text:   "A buffer size that is no number below 2^32 is refused with 501.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"pbsz-bad-200"},
		Run: func(t *T) {
			for _, cmd := range []string{"PBSZ x", "PBSZ 4294967296", "PBSZ"} {
				t.Grade(t.Ask(cmd), cmd, is(501), is(200, 4, 5))
			}
			t.Must("PBSZ 0", 2)
		},
	},
	{
		ID: "rfc4217-9-prot-cp", RFC: "4217 9", Level: Must,
		Text:   "PROT C and PROT P are understood.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"prot-c-504"},
		Run: func(t *T) {
			c := t.prot("C", 200, 534, 431)
			p := t.prot("P", 200, 534, 431)
			if refused(c) && refused(p) {
				t.Failf("PROT C and PROT P are both refused: %s", brief(p))
			}
		},
	},
	{
		ID: "rfc2228-3-prot-se", RFC: "2228 3", Level: Should,
		Text:   "PROT S and PROT E, which TLS has not, are refused with 536.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"prot-s-200"},
		Run: func(t *T) {
			for _, cmd := range []string{"PROT S", "PROT E"} {
				t.Grade(t.Ask(cmd), cmd, is(536), is(200, 4, 5))
			}
		},
	},
	{
		ID: "rfc2228-3-prot-bad", RFC: "2228 3", Level: Should,
		Text:   "An unknown protection level is refused with 504.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"prot-x-200"},
		Run:    func(t *T) { t.Grade(t.Ask("PROT X"), "PROT X", is(504), is(4, 5)) },
	},
	{
		ID: "rfc2228-3-prot-refused-keeps", RFC: "2228 3, 4217 9", Level: Must,
		Text:   "A refused PROT leaves the level in force.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"prot-refused-clears"},
		Run: func(t *T) {
			t.prot("P", 200)
			for _, level := range []string{"X", "S"} {
				if r := t.Ask("PROT " + level); ok(r) {
					t.Skipf("PROT %s is accepted", level)
				}
				t.Begin("NLST").Receive()
			}
		},
	},
	{
		ID: "rfc4217-9-default-clear", RFC: "4217 9", Level: Must,
		Text:   "Data connections are in clear text until PROT P is accepted, or refused until then.",
		Needs:  []string{NeedLogin, NeedAuth},
		Faults: []string{"prot-p-by-default", "prot-c-ignored"},
		Run: func(t *T) {
			t.Open()
			t.Login()
			x := t.beginUnlessRefused("NLST")
			if x.Refused() {
				t.WantIn(x.First, "NLST without PROT", 5)
				return
			}
			b, err := x.d.readN(-1)
			x.d.Close()
			r := x.Final()
			if err != nil || !ok(r) || looksLikeTLS(b) {
				t.Failf("NLST without PROT: %d bytes (%v), then %s: the server wants TLS", len(b), err, brief(r))
			}
		},
	},
	{
		ID: "rfc4217-7-data-role", RFC: "4217 7", Level: Must,
		Text:   "The FTP server is the TLS server of data connections, in active mode too.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"active-clear"},
		Run: func(t *T) {
			t.prot("P", 200)
			t.Begin("NLST").Receive()
			verb := t.activeVerb()
			d, err := t.listen(0)
			if err != nil {
				t.Errorf("could not listen: %v", err)
			}
			if r := t.Ask(verb + " " + d.address(verb)); !ok(r) {
				t.end(Note, "active mode is refused: %s", brief(r))
			}
			t.beginOn(d, "NLST").Receive()
		},
	},
	{
		ID: "rfc4217-9-prot-switch", RFC: "4217 8, 9", Level: Must,
		Text:   "PROT may change at any time and governs the data connections after it.",
		Needs:  []string{NeedLogin, NeedTLS},
		Faults: []string{"prot-c-ignored", "prot-c-504"},
		Run: func(t *T) {
			t.prot("P", 200)
			t.Begin("NLST").Receive()
			if r := t.prot("C", 200, 534, 431); refused(r) {
				t.Skipf("PROT C is refused: %s", brief(r))
			}
			x := t.beginUnlessRefused("NLST")
			if !x.Refused() {
				b, err := x.d.readN(-1)
				x.d.Close()
				if r := x.Final(); err != nil || !ok(r) || looksLikeTLS(b) {
					t.Failf("NLST after PROT C: %d bytes (%v), then %s", len(b), err, brief(r))
				}
			}
			if x.cmd != "NLST" { // no port to be had under PROT C
				t.prot("P", 200)
				t.Begin("NLST").Receive()
				return
			}
			// The data connection is one after PROT if it is made after PROT. Of a
			// connection that was made before, the server may have begun to treat it.
			port := t.passivePort()
			t.prot("P", 200)
			t.beginOn(t.connect(port), "NLST").Receive()
		},
	},
	{
		ID: "rfc4217-10.2-data-tls-fail", RFC: "4217 10.2", Level: Should,
		Text:   "A failed handshake on a data connection is answered with 522, and the session lives.",
		Needs:  []string{NeedLogin, NeedTLS},
		Rests:  []string{ownDataTLS},
		Faults: []string{"data-tls-failed-226"},
		Run: func(t *T) {
			// A server that accepts the connection before the command may begin TLS at once,
			// and then it may fail before the command comes.
			for _, early := range []bool{true, false} {
				t.Session()
				t.prot("P", 200)
				r := t.withoutTLS("NLST", early)
				t.Grade(r, "NLST whose data connection speaks no TLS", is(522), is(4, 5))
				t.barrier("after a data connection that spoke no TLS")
				if r.Code != 522 {
					break
				}
			}
		},
	},
	{
		ID: "rfc4217-15.1.1-same-cert", RFC: "4217 15.1.1", Level: Should,
		Security: true,
		Text:     "Data connections have the certificate of the control connection.",
		Needs:    []string{NeedLogin, NeedTLS},
		Faults:   []string{"other-certificate-on-data"},
		Run: func(t *T) {
			// The certificate is shown by a full handshake only, which servers that
			// demand resumption take amiss: the session is given up for it.
			t.Session()
			t.prot("P", 200)
			d := t.passive()
			t.Send("NLST")
			t.firstReply(d)
			data, err := d.shownCertificate()
			d.Close()
			t.c.goodbye = true // without resumption some servers end the session
			switch control := t.c.certificate(); {
			case err != nil:
				t.Skipf("no TLS on the data connection without resumption: %v", err)
			case !bytes.Equal(control, data):
				t.Failf("the certificate of the data connection is another one")
			}
		},
	},
	{
		ID: "rfc4217-12-close-notify-retr", RFC: "4217 12.6, 8446 6.1", Level: Must, Lenient: true,
		Security: true,
		Hurts:    "clients that tell a whole file from one that was cut off: they must refuse it, or trust the reply",
		Text:     "The server ends what it sends under TLS with close_notify.",
		Needs:    []string{NeedLogin, NeedWrite, NeedTLS},
		Faults:   []string{"data-no-close-notify"},
		Run: func(t *T) {
			t.prot("P", 200)
			x := t.Begin("RETR " + t.File("notify")).Accepted()
			x.Receive()
			if x.d.tls.Truncated() {
				t.Failf("the data ended without close_notify: truncation cannot be noticed")
			}
		},
	},
	{
		ID: "rfc4217-12-close-notify-stor", RFC: "8446 6.1", Level: Should,
		Security: true,
		Text:     "An upload that ends without close_notify is treated as truncated.",
		Needs:    []string{NeedLogin, NeedWrite, NeedTLS},
		Faults:   []string{"stor-cut-226", "stor-cut-silence"},
		Run: func(t *T) {
			t.prot("P", 200)
			t.Type("I")
			x := t.Begin("STOR " + t.Name("cut")).Accepted()
			x.d.Write([]byte("some bytes"))
			x.d.event("end of TCP without close_notify")
			x.d.tcp.(interface{ CloseWrite() error }).CloseWrite()
			r, err := t.c.receive(soon)
			if err != nil {
				x.d.event("closed")
				x.d.Close() // some servers take half an end for none
				r = x.Final()
			}
			if ok(r) {
				t.Warnf("an upload that was cut off is taken for whole: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc4217-5-ccc", RFC: "4217 5", Level: May,
		Full:   true,
		Text:   "CCC is refused, or answered with 200; then TLS ends both ways and clear text follows.",
		Needs:  []string{NeedLogin, NeedAuth},
		Faults: []string{"ccc-then-silence"},
		Run: func(t *T) {
			t.ccc()
			t.barrier("after CCC")
		},
	},
	{
		ID: "rfc4217-5-ccc-freezes-prot", RFC: "4217 5", Level: Must,
		Text:   "After CCC there is no PBSZ or PROT, and data connections stay as they were.",
		Needs:  []string{NeedLogin, NeedAuth},
		Faults: []string{"prot-after-ccc", "ccc-then-silence", "prot-before-pbsz", "prot-c-ignored", "prot-refused-clears"},
		Run: func(t *T) {
			t.ccc()
			t.Must("PROT C", 5)
			t.Begin("NLST").Receive()
		},
	},
	{
		ID: "rfc4217-13-rein-tls", RFC: "4217 13", Level: Must,
		Text:   "The reply to REIN is protected, then TLS ends.",
		Needs:  []string{NeedLogin, NeedAuth},
		Faults: []string{"rein-keeps-tls"},
		Run: func(t *T) {
			t.Session()
			t.rein()
			t.inClear("NOOP")
		},
	},
	{
		ID: "rfc4217-13-reuse-not-mandated-after-rein", RFC: "4217 13", Level: MustNot,
		Text:   "After REIN a new session works with full handshakes.",
		Needs:  []string{NeedLogin, NeedAuth},
		Rests:  []string{"rfc4217-13-rein-tls"},
		Faults: []string{"rein-then-auth-534"},
		Run: func(t *T) {
			t.Session()
			t.rein()
			t.AuthTLS()
			t.Login()
			t.protect()
			t.Begin("NLST").Receive()
		},
	},
}

// beginUnlessRefused is Begin for a server that may refuse EPSV or PASV already, as
// some do that want PROT P. The refusal is the first reply then.
func (t *T) beginUnlessRefused(cmd string) *Transfer {
	verb := "PASV"
	if t.run.has[NeedEPSV] {
		verb = "EPSV"
	}
	r := t.Ask(verb)
	if refused(r) {
		return &Transfer{t: t, cmd: verb, First: r, dead: true}
	}
	if verb == "EPSV" {
		return t.beginOn(t.connect(t.portOf229(r)), cmd)
	}
	return t.beginOn(t.connect(t.portOf227(r)), cmd)
}

// withoutTLS carries out a command whose data connection speaks no TLS where it should, and
// returns the final reply. The server certainly accepts the connection before the command
// if early is set, else after it.
func (t *T) withoutTLS(cmd string, early bool) protocol.Reply {
	port := t.passivePort()
	var d *dataConn
	if early {
		d = t.connect(port)
		for range 2 { // in the same round of its loop a server may take either one first
			t.barrier("after a data connection was made")
		}
	}
	t.Send(cmd)
	if !early {
		d = t.connect(port)
	}
	r, come := t.firstReply(d)
	d.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
	for !come || r.Code.Class() == 1 {
		// The end of the connection must not overtake what stands in it.
		if next, err := t.c.receive(soon); err == nil {
			r, come = next, true
			continue
		}
		d.Close()
		r, come = t.Reply(), true
	}
	return r
}

var pbszReply = regexp.MustCompile(`(?i)PBSZ=([0-9]+)`)

// looksLikeTLS reports whether b begins with a TLS alert or handshake record.
func looksLikeTLS(b []byte) bool {
	return len(b) >= 3 && (b[0] == 21 || b[0] == 22) && b[1] == 3
}

// ccc opens a session and sends CCC. The case is UNIMPL if it is refused.
func (t *T) ccc() {
	t.Session()
	r := t.Ask("CCC")
	if refused(r) {
		t.Unimplf("CCC: %s", brief(r))
	}
	t.WantIn(r, "CCC", 200)
	t.stopTLSOf(ownCCC)
}

// inClear sends a command that any state answers, and wants one well-formed reply
// in clear text.
func (t *T) inClear(cmd string) {
	if r := t.Ask(cmd); !ok(r) && r.Code != 530 && (cmd != "NOOP" || r.Code != t.run.noop) {
		t.Failf("%s in clear text: got %s", cmd, brief(r))
	}
}
