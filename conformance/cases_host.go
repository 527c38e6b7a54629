package conformance

import (
	"net/netip"
	"strings"
	"unicode"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

var hostCases = []Case{
	{
		ID: "rfc7151-3.4-feat", RFC: "7151 3.4", Level: Must,
		Text:   "FEAT lists HOST if, and only if, the server has it.",
		Needs:  []string{NeedLogin},
		Faults: []string{"feat-without-host", "host-502", "feat-empty-list"},
		Run: func(t *T) {
			t.Fresh()
			r := t.Ask("HOST " + t.ownHost())
			switch listed := t.run.feats.Has("HOST"); {
			case listed && unknown(r):
				t.Failf("FEAT lists HOST, which is answered with %s", brief(r))
			case !listed && refused(r):
				t.Unimplf("HOST: %s", brief(r))
			case !listed:
				t.Failf("HOST works (%s), but FEAT does not list it", brief(r))
			}
		},
	},
	{
		ID: "rfc7151-3.1-host-ok", RFC: "7151 3.1, 3.2", Level: Must,
		Text:   "HOST with a name of the server is answered with 220, in capitals and small letters alike.",
		Faults: []string{"host-200", "host-case-sensitive", "verb-case-sensitive"},
		Run: func(t *T) {
			r := t.tryHost(t.ownHost())
			if refused(r) && t.literal() {
				t.end(Warn, "HOST with the address that we have connected to: got %s, want 220", brief(r))
			}
			t.WantIn(r, "HOST with the server's name", 220)
			t.Must("host "+swapCase(t.ownHost()), 220)
			if other := t.run.target.OtherHost; other != "" {
				t.freshAs(other)
				t.Must("HOST "+other, 220)
				t.Must("HOST "+swapCase(other), 220)
			}
		},
	},
	{
		ID: "rfc7151-3-host-after-login", RFC: "7151 3, 3.3", Level: Must,
		Text:   "HOST after the login is refused with 503, and the login stays.",
		Needs:  []string{NeedLogin},
		Faults: []string{"host-after-login-220"},
		Run: func(t *T) {
			r := t.Ask("HOST " + t.ownHost())
			t.hasHost(r)
			t.Grade(r, "HOST after the login", is(503), is(4, 5))
			t.Must("PWD", 257)
		},
	},
	{
		ID: "rfc7151-3-host-last-wins", RFC: "7151 3, 4", Level: Must,
		Text:   "A HOST after USER takes the login back to its beginning.",
		Faults: []string{"host-keeps-user", "pass-without-user-331"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			t.Open()
			if r := t.Ask("HOST " + t.ownHost()); !ok(r) {
				t.Skipf("HOST refuses the only name that we know: %s", brief(r))
			}
			if r := t.Ask("USER " + t.run.target.user()); r.Code != 331 {
				t.Skipf("USER does not ask for a password: %s", brief(r))
			}
			if r := t.Ask("HOST " + t.ownHost()); refused(r) {
				t.Skipf("HOST after USER is refused: %s", brief(r))
			}
			t.Must("PASS "+t.run.target.password(), 503, 530)
		},
	},
	{
		ID: "rfc7151-3.3-host-syntax", RFC: "7151 3.3, 3.1", Level: Must,
		Text:   "HOST with a port, or with what is neither a name nor an address, is refused with 501.",
		Faults: []string{"host-port-220", "host-malformed-550"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			for _, arg := range []string{"192.0.2.1:2112", "[2001:db8::1]:21"} {
				t.Grade(t.Ask("HOST "+arg), "HOST "+arg, is(501), is(504))
			}
			for _, line := range []string{"HOST a b", "HOST -x-", "HOST"} {
				t.Grade(t.Ask(line), line, is(501), is(4, 5))
			}
		},
	},
	{
		ID: "rfc7151-3.2-host-unknown", RFC: "7151 3.2, 3.3", Level: Should,
		Text:   "HOST with an unknown name is refused with 504, and the dialogue can go on.",
		Rests:  []string{"rfc959-5.4-user-replies"},
		Faults: []string{"host-unknown-550"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			r := t.Ask("HOST no-such.invalid")
			if ok(r) {
				t.end(Note, "every name will do: HOST no-such.invalid got %s", brief(r))
			}
			t.Grade(r, "HOST no-such.invalid", is(504), is(4, 5))
			if t.run.target.TLS == tlsx.ModeExplicit {
				t.AuthTLS()
			}
			t.Must("USER "+t.run.target.user(), 2, 3)
		},
	},
	{
		ID: "rfc7151-3.2-host-421", RFC: "7151 3.2", Level: Should,
		Text:   "HOST with the name of a host that is out of service for a time is answered with 421, and the server closes.",
		Faults: []string{"host-down-504", "host-down-stays"},
		Run: func(t *T) {
			name := t.run.target.DownHost
			if name == "" {
				t.Skipf("the name of a host that is out of service is not known")
			}
			t.tryHost(t.ownHost())
			t.Fresh()
			t.c.goodbye = true
			r := t.Ask("HOST " + name)
			if ok(r) {
				t.Skipf("%s is not out of service: %s", name, brief(r))
			}
			t.Grade(r, "HOST with the name of a host that is out of service", is(421), is(4, 5))
			if r.Code == 421 {
				t.WantEnd("after 421")
			}
		},
	},
	{
		ID: "rfc7151-3.1-host-literal", RFC: "7151 3.1", Level: Must,
		Text:   "HOST with an address that is not the server's is refused with 504.",
		Faults: []string{"host-literal-220"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			t.Grade(t.Ask("HOST 192.0.2.77"), "HOST with an address that is not the server's", is(504), is(4, 5))
		},
	},
	{
		ID: "rfc7151-3.2.1-host-rein", RFC: "7151 3.2.1", Level: Must,
		Text:   "REIN forgets HOST.",
		Needs:  []string{NeedClear},
		Rests:  []string{"rfc4217-13-rein-tls", "rfc4217-13-reuse-not-mandated-after-rein"},
		Faults: []string{"host-survives-rein"},
		Run:    hostRein,
	},
	{
		ID: "rfc7151-3.2.2-host-sni", RFC: "7151 3.2.2, 4", Level: Must,
		Text:   "HOST must agree with the server name of the TLS handshake.",
		Needs:  []string{NeedTLS},
		Faults: []string{"host-ignores-sni"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			t.freshAs(t.otherHost())
			if t.run.target.TLS == tlsx.ModeExplicit {
				t.AuthTLS()
			}
			t.Grade(t.Ask("HOST "+t.ownHost()), "HOST after a TLS handshake with "+t.otherHost(), is(504, 503), is(4, 5))
		},
	},
	{
		ID: "rfc7151-3.3-no-host", RFC: "7151 3.3", Level: ShouldNot,
		Text:   "USER is not refused for want of HOST.",
		Faults: []string{"user-wants-host"},
		Run: func(t *T) {
			t.tryHost(t.ownHost())
			t.Open()
			t.Must("USER "+t.run.target.user(), 2, 3)
		},
	},
}

// ownHost returns the argument of HOST for the host that the target's address
// names: a name, or an address as RFC 7151, Section 3.1 writes it.
func (t *T) ownHost() string {
	if name := t.run.target.VirtualHost; name != "" {
		return name
	}
	if addr, err := netip.ParseAddr(t.run.host); err == nil && addr.Is6() {
		return "[" + addr.WithZone("").String() + "]"
	}
	return t.run.host
}

// literal reports whether the target's address is an IP address, not a name.
func (t *T) literal() bool {
	_, err := netip.ParseAddr(t.ownHost())
	return err == nil
}

// otherHost returns the name of the second host. Without one the case is skipped.
func (t *T) otherHost() string {
	name := t.run.target.OtherHost
	if name == "" {
		t.Skipf("the name of a second host at the address is not known")
	}
	return name
}

// tryHost opens a connection of the case's own and sends HOST, before TLS if that
// is a matter of AUTH: some servers refuse it after the handshake. The case is
// UNIMPL if the server has no HOST.
func (t *T) tryHost(name string) protocol.Reply {
	t.Fresh()
	r := t.Ask("HOST " + name)
	t.hasHost(r)
	return r
}

// hasHost ends the case if r, the reply to HOST, says that there is no HOST. A
// server may say that of every unknown command before the login with 530.
func (t *T) hasHost(r protocol.Reply) {
	if unknown(r) || refused(r) && !t.run.feats.Has("HOST") {
		t.Unimplf("HOST: %s", brief(r))
	}
}

// freshAs is Fresh with another host's name in the TLS handshake.
func (t *T) freshAs(name string) *Conn {
	c, err := t.run.dialAs(t.tape, name)
	if err != nil {
		t.Errorf("could not connect: %v", err)
	}
	t.opened = append(t.opened, c)
	t.c = c
	t.greeting()
	return c
}

// hostRein chooses the other host, where the account is not known, and goes back
// with REIN.
func hostRein(t *T) {
	other := t.otherHost()
	t.tryHost(t.ownHost())
	t.freshAs(other)
	t.Must("HOST "+other, 2)
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.AuthTLS()
	}
	if r, err := t.run.login(t.c); err != nil || ok(r) {
		t.Skipf("the two hosts cannot be told apart: %s knows the account too", other)
	}
	t.Fresh()
	if r := t.Ask("HOST " + other); !ok(r) {
		t.Skipf("HOST in clear text is refused: %s", brief(r))
	}
	t.rein()
	if t.run.target.TLS == tlsx.ModeExplicit {
		t.suspect(ownReinTLS)
		t.wantOf(ownAuthTLS, "AUTH TLS", 234)
		err := t.c.startTLS()
		if distrusted(err) {
			t.Failf("after REIN the certificate is still the other host's: %v", err)
		} else if err != nil {
			t.Failf("the TLS handshake failed: %v", err)
		}
	}
	if r, err := t.run.login(t.c); err != nil || !ok(r) {
		t.Failf("after REIN the account is not known: HOST %s still counts (%s)", other, brief(r))
	}
}

// swapCase returns s with capitals for small letters and the other way round.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}
