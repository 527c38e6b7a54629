package protocol

import (
	"errors"
	"slices"
	"testing"
)

// TestAuthenticatedBase: behind TLS a failed login leads back to Authenticated.
func TestAuthenticatedBase(t *testing.T) {
	p := newPair(t, false)
	p.reply(220, "ready")
	p.do("AUTH", "tls", 234)
	p.tls(EventStartTLS)
	p.do("USER", "u", 331)
	p.do("PASS", "p", 530)
	p.wantState("login failed", StateAuthenticated)
	p.do("USER", "u", 331)
	p.do("HOST", "h", 220)
	p.wantState("HOST", StateAuthenticated)
	p.do("REIN", "", 220)
	p.wantState("REIN", StateAwaitClear)
	p.tls(EventStopTLS)
	p.wantState("TLS taken down", StateUnauthenticated)
	p.do("AUTH", "TLS", 234)
	p.tls(EventStartTLS)
	p.wantState("TLS again", StateAuthenticated)
}

func TestImplicitTLS(t *testing.T) {
	p := newPair(t, true)
	p.wantState("connected", StateAwaitTLS)
	if _, err := p.client.Send(Command{Verb: "NOOP"}); err == nil {
		t.Error("the client may send before the handshake")
	}
	if _, err := p.server.Reply(NewReply(220, "early")); err == nil {
		t.Error("the server may greet before the handshake")
	}
	p.tls(EventStartTLS)
	p.wantState("TLS is up", StateAwaitGreeting)
	p.reply(220, "ready")
	p.wantState("greeted", StateAuthenticated)
	want := Protection{Control: GuardSized, Data: LevelPrivate, Mechanism: "TLS"}
	if p.client.Protection() != want || p.server.Protection() != want {
		t.Errorf("protection %+v and %+v, want %+v", p.client.Protection(), p.server.Protection(), want)
	}
	if err := p.client.check(Command{Verb: "AUTH", Arg: "TLS"}); err == nil {
		t.Error("AUTH is legal behind implicit TLS")
	}
	p.do("PROT", "P", 200)
}

// TestClosed: a closed machine stays closed, and says why.
func TestClosed(t *testing.T) {
	why := errors.New("why")
	for _, tt := range []struct {
		name string
		err  error
	}{{"with an error", why}, {"without", nil}} {
		t.Run(tt.name, func(t *testing.T) {
			c, s := machineIn(RoleClient, StateAuthorized, GuardClear), machineIn(RoleServer, StateAuthorized, GuardClear)
			c.begin(Command{Verb: "NOOP"})
			c.Close(tt.err)
			s.Close(tt.err)
			_, sendErr := c.Send(Command{Verb: "NOOP"})
			_, replyErr := s.Reply(NewReply(421, "bye"))
			for what, err := range map[string]error{
				"Send": sendErr, "Reply": replyErr,
				"client's Receive": c.Receive([]byte("200 ok\r\n")), "server's Receive": s.Receive([]byte("NOOP\r\n")),
			} {
				if e, ok := errors.AsType[*SequenceError](err); tt.err != nil && err != tt.err || tt.err == nil && (!ok || e.State != StateClosed) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if c.State() != StateClosed || s.State() != StateClosed || c.Pending() != 0 || c.Err() != tt.err || s.WantInput() {
				t.Errorf("states %s, %s, %d pending, Err %v, WantInput %v", c.State(), s.State(), c.Pending(), c.Err(), s.WantInput())
			}
			c.Close(errors.New("later"))
			if tt.err != nil && c.Err() != tt.err {
				t.Errorf("a second Close changed the error to %v", c.Err())
			}
		})
	}
}

// TestMisuse: what only a broken driver does panics.
func TestMisuse(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func()
	}{
		{"Send on a server", func() { _, _ = NewMachine(Config{Role: RoleServer}).Send(Command{Verb: "NOOP"}) }},
		{"Reply on a client", func() { _, _ = NewMachine(Config{}).Reply(NewReply(200, "")) }},
		{"TLSEstablished unasked", func() { NewMachine(Config{}).TLSEstablished() }},
		{"TLSClosed unasked", func() { NewMachine(Config{}).TLSClosed() }},
		{"impossible Telnet state", func() { (&telnet{state: 99}).byte(0) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			tt.call()
		})
	}
}

// TestInjection: bytes behind the 234 are an attack on the client and lost on the
// server, in the same segment or a later one.
func TestInjection(t *testing.T) {
	for _, pieces := range [][]string{
		{"234 go\r\n230 in\r\n"},
		{"234 go\r\n", "230 in\r\n"},
		{"234 go\r\n", "\x16"},
		{"234-a\r\n234 go\r\n2"},
	} {
		m := machineIn(RoleClient, StateUnauthenticated, GuardClear)
		m.begin(Command{Verb: "AUTH", Arg: "TLS"})
		var err error
		for _, p := range pieces {
			if err != nil {
				t.Fatalf("%q: the error came too early: %v", pieces, err)
			}
			err = m.Receive([]byte(p))
		}
		if _, ok := errors.AsType[*ViolationError](err); !ok || m.State() != StateClosed {
			t.Errorf("%q: error %v, state %s; want a *ViolationError and Closed", pieces, err, m.State())
		}
	}
	for _, pieces := range [][]string{
		{"AUTH TLS\r\nUSER eve\r\nPASS x\r\n"},
		{"AUTH TLS\r\n", "USER eve\r\n"},
		{"AUTH TLS\r\n", "USE"},
		{"AUTH TLS\r\nUSE"},
	} {
		m := machineIn(RoleServer, StateUnauthenticated, GuardClear)
		for _, p := range pieces {
			mustReceive(t, m, p)
		}
		if e, _ := m.Next(); e.Command.Verb != "AUTH" || e.Err != nil {
			t.Fatalf("%q: event %+v, want AUTH", pieces, e)
		}
		if _, err := m.Reply(NewReply(234, "go")); err != nil {
			t.Fatal(err)
		}
		if m.WantInput() {
			t.Errorf("%q: the server wants input before the handshake", pieces)
		}
		m.Next() // StartTLS
		m.TLSEstablished()
		mustReceive(t, m, "NOOP\r\n")
		if e, ok := m.Next(); !ok || e.Command.Verb != "NOOP" || e.Err != nil {
			t.Errorf("%q: event %+v, %v; want NOOP alone", pieces, e, ok)
		}
		if e, ok := m.Next(); ok {
			t.Errorf("%q: event %+v; want none", pieces, e)
		}
	}
	m := machineIn(RoleServer, StateAwaitTLS, GuardClear)
	mustReceive(t, m, "") // nothing is no offence
	if err := m.Receive([]byte("USER eve\r\n")); err == nil || m.State() != StateClosed {
		t.Errorf("server: error %v, state %s; want Closed", err, m.State())
	}
}

// TestAwaitClear: between the reply to CCC and the end of TLS nobody speaks FTP.
func TestAwaitClear(t *testing.T) {
	m := machineIn(RoleClient, StateAuthorized, GuardSized)
	m.begin(Command{Verb: "CCC"})
	err := m.Receive([]byte("200 ok\r\n226 more\r\n"))
	if e, ok := errors.AsType[*ViolationError](err); !ok || e.Verb != "CCC" {
		t.Errorf("error %v, want a *ViolationError about CCC", err)
	}
	if got, want := outcomes(m), []string{"CCC 200 success", "stop TLS"}; !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

// TestServerForgetsBehindCCC: what came through TLS behind CCC or REIN is not
// carried out in clear.
func TestServerForgetsBehindCCC(t *testing.T) {
	for verb, code := range map[string]Code{"CCC": 200, "REIN": 220} {
		m := machineIn(RoleServer, StateAuthorized, GuardSized)
		mustReceive(t, m, verb+"\r\nNOOP\r\nNO")
		wantCommands(t, verb, m, verb)
		mustReply(t, m, code)
		wantCommands(t, "nothing but the end of TLS", m, "stop TLS")
		if m.WantInput() {
			t.Errorf("%s: the server wants input before TLS is down", verb)
		}
		m.TLSClosed()
		mustReceive(t, m, "SYST\r\n")
		wantCommands(t, "in clear", m, "SYST")
	}
}

// TestCCCBeforeLogin: without TLS and without a login the session is at its base.
func TestCCCBeforeLogin(t *testing.T) {
	p := newPair(t, false)
	p.reply(220, "ready")
	p.do("AUTH", "TLS", 234)
	p.tls(EventStartTLS)
	p.do("CCC", "", 200)
	p.tls(EventStopTLS)
	p.wantState("CCC", StateUnauthenticated)
	p.do("USER", "u", 230)
	p.wantState("login in clear", StateAuthorized)
}
