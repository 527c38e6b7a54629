package conformance

import "github.com/ftpwire/ftpwire/protocol"

// accountCases are those of the replies to USER, PASS and ACCT, and of accounts.
var accountCases = []Case{
	{
		ID: "rfc959-5.4-user-replies", RFC: "959 5.4, 2228 8.2", Level: Should,
		Text:   "USER is answered with a code of its list.",
		Faults: []string{"user-350"},
		Run: func(t *T) {
			t.Open()
			r := t.Ask("USER " + t.run.target.user())
			t.c.goodbye = refused(r)
			t.Grade(r, "USER", is(331, 230, 332, 232, 336, 530, 500, 501, 421, 533, 534), is(2, 3, 4, 5))
		},
	},
	{
		ID: "rfc959-5.4-pass-replies", RFC: "959 5.4", Level: Should,
		Text:   "PASS is answered with a code of its list.",
		Faults: []string{"pass-250"},
		Run: func(t *T) {
			t.Open()
			user := t.Ask("USER " + t.run.target.user())
			if user.Code.Class() != 3 || user.Code == 332 {
				t.Skipf("USER does not ask for the password: %s", brief(user))
			}
			r := t.pass(user)
			t.c.goodbye = refused(r)
			t.Grade(r, "PASS", is(230, 202, 332, 232, 530, 500, 501, 503, 421), is(2, 4, 5))
		},
	},
	{
		ID: "rfc959-5.4-acct-replies", RFC: "959 5.4, 1123 4.1.2.13", Level: Should,
		Text:   "ACCT is there; where nobody has asked for an account it is superfluous (202) or refused.",
		Needs:  []string{NeedLogin},
		Faults: []string{"acct-250"},
		Run: func(t *T) {
			t.Grade(t.Ask("ACCT x"), "ACCT after the login", is(202, 230, 500, 501, 503, 530), is(4, 5))
		},
	},
	{
		ID: "rfc959-4.1.1-acct-332", RFC: "959 4.1.1", Level: Must,
		Text:   "Where PASS is answered with 332, nobody is logged in before ACCT.",
		Faults: []string{"pass-332-in"},
		Run: func(t *T) {
			account := t.account()
			r := t.withoutAccount()
			if r.Code != 332 {
				t.Skipf("the login does not ask for an account: %s", brief(r))
			}
			t.Grade(t.Ask("PWD"), "PWD before ACCT", is(530, 332, 532), is(4, 5))
			t.Must("ACCT "+account, 230, 202)
			t.c.loggedIn = true
			t.Must("PWD", 257)
		},
	},
	{
		ID: "rfc959-4.1.1-acct-per-command", RFC: "959 4.1.1", Level: May,
		Full:   true,
		Text:   "A command that needs an account is answered with 332, and kept, or with 532; after ACCT it is carried out.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"acct-532-sticks"},
		Run:    accountPerCommand,
	},
}

// pass sends the password that a reply to USER asks for, which counts as a login.
func (t *T) pass(user protocol.Reply) protocol.Reply {
	if err := t.run.countLogin(); err != nil {
		t.Skipf("%v", err)
	}
	password, err := t.run.passwordFor(user)
	if err != nil {
		t.Skipf("%v", err)
	}
	return t.Ask("PASS " + password)
}

// account returns the account of the target. Without one the case is skipped.
func (t *T) account() string {
	if t.run.target.Account == "" {
		t.Skipf("no account (ACCT) is known")
	}
	return t.run.target.Account
}

// withoutAccount opens a connection and logs in as far as without ACCT. It returns the
// last reply.
func (t *T) withoutAccount() protocol.Reply {
	t.Open()
	r := t.Ask("USER " + t.run.target.user())
	if r.Code.Class() == 3 && r.Code != 332 {
		r = t.pass(r)
	}
	return r
}

func accountPerCommand(t *T) {
	account := t.account()
	shared := t.c
	defer t.Use(shared)
	if r := t.withoutAccount(); !ok(r) {
		t.Skipf("without ACCT there is no login: %s", brief(r))
	}
	t.c.loggedIn = true
	if t.c.secure {
		t.protect()
	}
	t.enter()
	t.Type("I")
	name := t.Name("account")
	x := t.Begin("STOR " + name)
	if !x.dead {
		x.Store([]byte("x"))
		t.Skipf("files may be stored without an account")
	}
	switch code := x.First.Code; code {
	case 332, 532:
		t.Infof("storing without an account gets %s", brief(x.First))
	default:
		t.Skipf("STOR before ACCT got %s, which does not ask for an account", brief(x.First))
	}
	kept := x.First.Code == 332
	x.d.Close()
	t.Must("ACCT "+account, 230, 202)
	if kept {
		t.c.goodbye = true // whether the command goes on, and on which connection, RFC 959 does not say
		return
	}
	t.Upload("STOR "+name, []byte("x"))
}
