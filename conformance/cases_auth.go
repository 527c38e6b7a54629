package conformance

import (
	"crypto/tls"
	"errors"
	"strings"
	"time"
)

var authCases = []Case{
	{
		ID: "rfc2228-3-auth-unsupported", RFC: "2228 3", Level: Must,
		Text:   "A server without security refuses AUTH.",
		Needs:  []string{NeedClear, NeedNoTLS},
		Faults: []string{"auth-334"},
		Run: func(t *T) {
			t.Fresh()
			r := t.Ask("AUTH TLS")
			if r.Code == 234 {
				t.c.goodbye = true
				t.Skipf("the server offers TLS, which the target's mode leaves out")
			}
			t.Grade(r, "AUTH TLS without TLS", is(500, 502, 504, 534, 530, 503), is(4, 5))
		},
	},
	{
		ID: "rfc4217-4.2-auth-tls", RFC: "4217 4.2, 17", Level: Must,
		Text:   "AUTH TLS is answered with 234, and the handshake follows.",
		Needs:  []string{NeedAuth},
		Faults: []string{"auth-431-once", "auth-tls-200"},
		Run: func(t *T) {
			t.Fresh()
			t.wantOf(ownAuthTLS, "AUTH TLS", 234)
			t.handshake()
		},
	},
	{
		ID: "rfc2228-3-auth-case", RFC: "2228 3, 4217 17", Level: Must,
		Text:   "Names of mechanisms are case-insensitive.",
		Needs:  []string{NeedAuth},
		Faults: []string{"auth-case-sensitive"},
		Run: func(t *T) {
			t.Fresh()
			t.Must("AUTH tls", 234)
			t.handshake()
		},
	},
	{
		ID: "rfc2228-3-auth-unknown-mech", RFC: "2228 3", Level: Should,
		Text:   "An unknown mechanism is refused with 504.",
		Needs:  []string{NeedAuth},
		Faults: []string{"auth-unknown-234"},
		Run: func(t *T) {
			t.Fresh()
			r := t.Ask("AUTH X-NOPE")
			t.c.goodbye = r.Code == 234
			t.Grade(r, "AUTH X-NOPE", is(504), is(4, 5))
		},
	},
	{
		ID: "rfc8996-min-tls12", RFC: "8996 4, 5", Level: MustNot,
		Security: true,
		Text:     "TLS 1.0 and 1.1 are never negotiated, nor is SSL.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls10-accepted", "ssl3-accepted"},
		Run: func(t *T) {
			var taken []string
			for _, v := range []uint16{versionSSL30, tls.VersionTLS10, tls.VersionTLS11} {
				c, refusal := t.offers("no more than "+versionName(v), offer{version: v, suites: anySuites()})
				if refusal == "" {
					taken = append(taken, versionName(c.version))
				}
			}
			if len(taken) > 0 {
				t.Failf("the server negotiates %s", strings.Join(taken, ", "))
			}
		},
	},
	{
		ID: "sec-response-after-234", RFC: "practice", Level: Must,
		Security: true,
		Text:     "No byte in clear text follows the 234 line.",
		Needs:    []string{NeedAuth},
		Faults:   []string{"auth-injection"},
		Run: func(t *T) {
			t.Fresh()
			t.wantOf(ownAuthTLS, "AUTH TLS", 234)
			if r, err := t.c.receive(min(soon, t.run.opts.timeout())); err == nil {
				t.Failf("after the 234: got an unexpected %s", brief(r))
			}
			t.handshake()
		},
	},
	{
		ID: "sec-starttls-injection", RFC: "CVE-2011-0411", Level: Must,
		Security: true,
		Text:     "Commands in clear text after AUTH TLS are not carried out under TLS.",
		Needs:    []string{NeedAuth},
		Faults:   []string{"starttls-injection"},
		Run: func(t *T) {
			if t.injected("NOOP\r\n") {
				t.Silent("a command in clear text after AUTH, under TLS")
				t.Quiet("a command in clear text after AUTH, under TLS")
			}
		},
	},
	{
		ID: "sec-starttls-half-line", RFC: "CVE-2011-0411", Level: Must,
		Text:   "The beginning of a command in clear text after AUTH TLS is not completed under TLS.",
		Needs:  []string{NeedAuth},
		Faults: []string{"starttls-half-line"},
		Rests:  []string{"sec-starttls-injection"},
		Run: func(t *T) {
			if !t.injected("FE") {
				return
			}
			t.RawWrite("AT\r\n")
			r := t.Reply()
			feat := t.Ask("FEAT")
			switch {
			case !ok(feat):
				t.Skipf("FEAT, by which it would show, is refused before the login: %s", brief(feat))
			case ok(r):
				t.Failf("FE in clear text and AT under TLS are taken for FEAT: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc4217-10.1-handshake-fails", RFC: "4217 10.1", Level: Should,
		Text:   "A failed handshake ends the session, not the server.",
		Needs:  []string{NeedAuth},
		Faults: []string{"failed-handshake-lingers"},
		Run: func(t *T) {
			t.Fresh()
			t.wantOf(ownAuthTLS, "AUTH TLS", 234)
			t.RawWrite("GET / HTTP/1.0\r\n\r\n")
			t.c.goodbye = true
			for deadline := time.Now().Add(t.run.opts.timeout()); !t.c.ended; {
				if t.c.fill(deadline) == errSilence {
					t.Failf("the connection is still open after a handshake that failed")
				}
			}
			if strings.Contains(string(t.c.pending), "\r\n500 ") || strings.HasPrefix(string(t.c.pending), "500 ") {
				t.Warnf("a handshake that failed is answered in clear text before the connection ends")
			}
			t.Fresh()
		},
	},
	{
		ID: "rfc4217-4.2-auth-resets", RFC: "4217 4.2, 2228 3", Level: Must,
		Text:   "An accepted AUTH drops the login.",
		Needs:  []string{NeedLogin, NeedAuth},
		Faults: []string{"auth-keeps-login"},
		Run: func(t *T) {
			t.Fresh()
			r, err := t.run.login(t.c)
			if _, forbidden := errors.AsType[*forbiddenError](err); forbidden {
				t.Skipf("%v", err)
			}
			if err != nil || !ok(r) {
				t.Skipf("the server lets nobody in without TLS")
			}
			t.enter()
			r = t.Ask("AUTH TLS")
			if refused(r) {
				t.Skipf("AUTH after a login is refused: %s", brief(r))
			}
			t.WantIn(r, "AUTH TLS", 234)
			t.handshake()
			t.Ask(t.run.step.verb)
			t.Must("PWD", 530, 503)
			t.Login()
			if home, dir := t.run.homeDir, t.where(); home != "" && dir != home {
				t.Failf("AUTH keeps the directory: after the new login it is %q, not %q", dir, home)
			}
		},
	},
	{
		ID: "rfc2228-3-reauth", RFC: "2228 3", Level: May,
		Full:   true,
		Text:   "A second AUTH may be allowed; then there is a second handshake.",
		Needs:  []string{NeedAuth},
		Faults: []string{"reauth-234"},
		Run: func(t *T) {
			t.Open()
			r := t.Ask("AUTH TLS")
			if refused(r) {
				return
			}
			t.c.goodbye = true
			t.WantIn(r, "a second AUTH TLS", 234)
			if t.c.again() != nil {
				t.Failf("a second AUTH TLS got 234, but no handshake follows")
			}
		},
	},
	{
		ID: "rfc2228-3-pbsz-sequence", RFC: "2228 3, 4217 9", Level: Must,
		Text:   "PBSZ before a security exchange is 503.",
		Needs:  []string{NeedAuth},
		Faults: []string{"pbsz-in-clear-200"},
		Run: func(t *T) {
			t.Fresh()
			t.Grade(t.Ask("PBSZ 0"), "PBSZ in clear text", is(503), is(4, 5))
		},
	},
	{
		ID: "rfc4217-5-ccc-clear", RFC: "4217 5", Level: Should,
		Text:   "CCC without TLS is refused.",
		Needs:  []string{NeedClear},
		Faults: []string{"ccc-clear-200"},
		Run: func(t *T) {
			t.Fresh()
			t.Grade(t.Ask("CCC"), "CCC in clear text", is(533, 500, 502), is(4, 5))
		},
	},
	{
		ID: "rfc4217-6-feat", RFC: "4217 6", Level: Must,
		Text:   "FEAT lists AUTH TLS, PBSZ and PROT.",
		Needs:  []string{NeedAuth},
		Faults: []string{"feat-without-auth"},
		Run: func(t *T) {
			t.Open()
			r := t.feat()
			text := strings.ToUpper(strings.Join(r.Lines, "\n")) + "\n"
			for _, line := range []string{"\n AUTH ", "\n PBSZ", "\n PROT"} {
				if !strings.Contains(text, line) {
					t.Failf("FEAT does not list%s", strings.TrimPrefix(line, "\n"))
				}
			}
			auth := text[strings.Index(text, "\n AUTH ")+1:]
			if auth, _, _ = strings.Cut(auth, "\n"); !strings.Contains(auth, "TLS") && !strings.Contains(text, "\n AUTH TLS") {
				t.Failf("FEAT does not list AUTH TLS")
			}
		},
	},
	{
		ID: "rfc2228-3-adat-sequence", RFC: "2228 3", Level: Should,
		Text:   "ADAT that no exchange asks for is refused with 503.",
		Needs:  []string{NeedTLS},
		Faults: []string{"adat-235"},
		Run: func(t *T) {
			t.Open()
			t.Grade(t.Ask("ADAT YQ=="), "ADAT under TLS", is(503, 500, 502), is(4, 5))
		},
	},
	{
		ID: "rfc2228-3-mic-enc-conf", RFC: "2228 3", Level: Should,
		Text:   "MIC, ENC and CONF are refused under TLS, which has none of them.",
		Needs:  []string{NeedTLS},
		Faults: []string{"mic-200"},
		Run: func(t *T) {
			t.Open()
			for _, verb := range []string{"MIC", "ENC", "CONF"} {
				t.Grade(t.Ask(verb+" YQ=="), verb+" under TLS", is(503, 537, 502, 533, 500), is(4, 5))
			}
		},
	},
	{
		ID: "sec-tls-record-framing", RFC: "TLS", Level: Must,
		Security: true,
		Text:     "Commands may be split over TLS records and joined in one.",
		Needs:    []string{NeedTLS, NeedLogin},
		Faults:   []string{"pipelined-dropped"},
		Run: func(t *T) {
			for _, b := range []string{"NO", "OP", "\r", "\n"} {
				t.RawWrite(b)
				time.Sleep(10 * time.Millisecond)
			}
			t.Want("a NOOP in four TLS records", 200, t.noop())
			t.RawWrite("NOOP\r\nPWD\r\n")
			t.Want("the first of two commands in one TLS record", 200, t.noop())
			t.Want("the second of two commands in one TLS record", 257)
		},
	},
	{
		ID: "rfc4217-12-close-notify-control", RFC: "8446 6.1", Level: Should,
		Text:   "After 221 the server ends TLS with close_notify.",
		Needs:  []string{NeedTLS},
		Faults: []string{"quit-without-close-notify"},
		Run: func(t *T) {
			t.Open()
			t.Must("QUIT", 221)
			t.WantEnd("after QUIT")
			if t.c.tcp.ended.Load() {
				t.Warnf("the control connection ended without close_notify")
			}
		},
	},
}

// injected sends AUTH TLS and more in one segment, and performs the handshake. It reports
// whether TLS is up: a server that gives up has carried out nothing.
func (t *T) injected(more string) bool {
	t.Fresh()
	t.RawWrite("AUTH TLS\r\n" + more)
	r := t.Reply()
	t.c.goodbye = true // the server may well give up
	if len(t.c.pending) > 0 {
		t.suspect(ownAfter234)
	}
	return r.Code == 234 && t.c.startTLS() == nil
}
