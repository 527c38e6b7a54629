package conformance

import "errors"

// mechanismCases are those of AUTH that few servers meet, and of what a server
// demands instead of a password.
var mechanismCases = []Case{
	{
		ID: "rfc4217-17-tls-c", RFC: "4217 17", Level: Should,
		Text:   "TLS-C is another name of the mechanism TLS.",
		Needs:  []string{NeedAuth},
		Faults: []string{"auth-tls-c-504"},
		Run: func(t *T) {
			t.Fresh()
			r := t.Ask("AUTH TLS-C")
			if t.Grade(r, "AUTH TLS-C", is(234), is(4, 5)); ok(r) {
				t.handshake()
			}
		},
	},
	{
		ID: "draft-murray-auth-ssl-tls-p", RFC: "draft-murray-auth-ftp-ssl 7", Level: Info,
		Full:   true,
		Text:   "Whether the older mechanisms SSL and TLS-P are there, under which data connections are private at once.",
		Needs:  []string{NeedAuth, NeedLogin},
		Faults: []string{"auth-ssl-234", "auth-unknown-234"},
		Run: func(t *T) {
			for _, mechanism := range []string{"SSL", "TLS-P"} {
				t.Fresh()
				r := t.Ask("AUTH " + mechanism)
				if !ok(r) {
					t.Infof("AUTH %s: %s", mechanism, brief(r))
					continue
				}
				t.handshake()
				t.Login()
				t.Infof("AUTH %s: %s; data connections are %s", mechanism, brief(r), t.atFirst())
			}
		},
	},
	{
		ID: "draft-murray-implicit-990", RFC: "draft-murray-auth-ftp-ssl 4.2, 9", Level: Info,
		Full:   true,
		Text:   "Under implicit TLS there is no AUTH; data connections are private without PROT.",
		Needs:  []string{NeedImplicit, NeedLogin},
		Faults: []string{"reauth-234"},
		Run: func(t *T) {
			t.Open()
			t.Must("AUTH TLS", 4, 5)
			t.Login()
			t.Infof("without PROT data connections are %s", t.atFirst())
		},
	},
	{
		ID: "rfc2228-3-533-policy", RFC: "2228 3, 4217 10.1", Level: Should,
		Text:   "A server that wants TLS refuses USER in clear text, before a password is sent.",
		Needs:  []string{NeedAuth},
		Faults: []string{"user-in-clear-550", "pass-in-clear-530"},
		Run: func(t *T) {
			t.Fresh()
			r, err := t.run.login(t.c)
			_, forbidden := errors.AsType[*forbiddenError](err)
			switch {
			case forbidden:
				t.Infof("USER in clear text got %s; whether PASS is refused is not tried: %v", brief(r), err)
			case err != nil:
				t.notLoggedIn(err)
			case ok(r):
				t.Infof("logins in clear text are permitted")
			case t.c.sent["PASS"]:
				t.Warnf("a login in clear text is refused after PASS only, when the password was seen: %s", brief(r))
			default:
				t.Grade(r, "USER in clear text", is(533, 534, 530, 421), is(4, 5))
			}
		},
	},
	{
		ID: "rfc2228-4-user-232", RFC: "2228 4, 4217 12.2", Level: May,
		Text:   "USER may be answered 232 if a client certificate says who it is; then no password is needed.",
		Needs:  []string{NeedTLS},
		Faults: []string{"user-232"},
		Full:   true,
		Run: func(t *T) {
			t.Open()
			if !t.run.target.certified() {
				if r := t.Ask("USER " + t.Name("nobody")); r.Code == 232 {
					t.Failf("a user that there is not is logged in, without a certificate: %s", brief(r))
				}
				t.Skipf("no client certificate is given for the run")
			}
			r := t.Ask("USER " + t.run.target.user())
			if r.Code != 232 {
				t.end(Note, "with a client certificate USER gets %s", brief(r))
			}
			t.Must("PWD", 257)
			t.Infof("with a client certificate no password is needed: %s", brief(r))
		},
	},
	{
		ID: "rfc2228-4-336-challenge", RFC: "2228 4, 2289", Level: May,
		Full:   true,
		Text:   "A reply 336 to USER holds the challenge for a one-time password.",
		Faults: []string{"user-336-bare"},
		Run: func(t *T) {
			t.Open()
			r := t.Ask("USER " + t.run.target.user())
			if r.Code != 336 {
				t.Skipf("USER does not ask for a one-time password: %s", brief(r))
			}
			if r.LastLine() == "" {
				t.Failf("336 without a challenge")
			}
		},
	},
	{
		ID: "rfc4217-15.3-ccc-prelogin", RFC: "4217 15.3", Level: May,
		Full:   true,
		Text:   "CCC before the login may be refused; if it is not, clear text follows.",
		Needs:  []string{NeedAuth},
		Faults: []string{"ccc-then-silence"},
		Run: func(t *T) {
			t.Open()
			r := t.Ask("CCC")
			if refused(r) {
				t.end(Note, "CCC before the login: %s", brief(r))
			}
			t.WantIn(r, "CCC", 200)
			t.stopTLS()
			t.inClear("NOOP")
		},
	},
	{
		ID: "rfc4217-10.2-prot-checked-late", RFC: "4217 10.2", Level: Should,
		Text:   "A server that wants PROT P refuses the transfer, with 521, 522 or 534, not PASV or EPSV.",
		Needs:  []string{NeedAuth, NeedLogin},
		Faults: []string{"epsv-wants-prot"},
		Run: func(t *T) {
			t.Open()
			t.Login()
			x := t.beginUnlessRefused("NLST")
			if x.cmd != "NLST" {
				t.end(Warn, "%s without PROT: got %s; the transfer is what should be refused", x.cmd, brief(x.First))
			}
			if !x.Refused() {
				x.d.Close()
				x.Final()
				t.Skipf("the server does not want PROT P")
			}
			t.Grade(x.First, "NLST without PROT", is(521, 522, 534), is(4, 5))
		},
	},
}

// atFirst says how data connections are without PROT. The session is given up.
func (t *T) atFirst() string {
	d := t.passive()
	t.c.private = true // perhaps: the first reply may wait for the handshake
	t.Send("NLST")
	r, come := t.firstReply(d)
	if come && refused(r) {
		return "refused without PROT: " + brief(r)
	}
	state := "private"
	if d.protect() != nil {
		state = "in clear"
	}
	d.goodbye()
	t.c.goodbye = true // a server that was offered TLS in vain may end the session
	return state
}

// certified reports whether the run has a client certificate to show.
func (t *Target) certified() bool {
	return t.TLSConfig != nil && (len(t.TLSConfig.Certificates) > 0 || t.TLSConfig.GetClientCertificate != nil)
}
