package protocol

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// triple is a point of the session table.
type triple struct {
	state State
	verb  Verb
	code  Code
}

// walkCodes are the codes that walks through the tables try: all that an RFC
// gives a meaning, and a stranger of every class.
var walkCodes = []Code{
	110, 120, 125, 150, 199, 200, 202, 211, 212, 213, 214, 215, 220, 221, 225, 226, 227, 228, 229, 230, 232, 234, 235,
	250, 257, 299, 300, 331, 332, 334, 335, 336, 350, 399, 421, 425, 426, 431, 450, 451, 452, 499, 500, 501, 502, 503,
	504, 522, 530, 532, 533, 534, 535, 536, 537, 550, 551, 552, 553, 554, 555, 599, 631, 632, 633,
}

// wantSession expands the session table to points; those of a whole code override
// those of a class. stateBase is left as it stands.
func wantSession() map[triple]State {
	want := map[triple]State{}
	for _, whole := range []bool{false, true} {
		for _, row := range session {
			for s := range State(stateCount) {
				for _, c := range walkCodes {
					match := row.code == c
					if !whole {
						match = row.code < 10 && c.Class() == int(row.code)
					}
					if row.from.Has(s) && match {
						want[triple{s, row.verb, c}] = row.next
					}
				}
			}
		}
	}
	return want
}

// TestSessionTable walks every row of the session table and every absent point of
// it, on both sides.
func TestSessionTable(t *testing.T) {
	want := wantSession()
	verbs := []Verb{"", "XYZZY"}
	for v := range Verbs() {
		verbs = append(verbs, v.Verb)
	}
	rows := 0
	for s := range State(stateCount) {
		for _, verb := range verbs {
			if (verb == "") != (s == StateAwaitGreeting) {
				continue // the greeting answers no command, and comes nowhere else
			}
			for _, c := range walkCodes {
				for _, g := range []Guard{GuardClear, GuardSized} {
					if checkPoint(t, want, triple{s, verb, c}, g) {
						rows++
					}
				}
			}
		}
	}
	if rows < 200 {
		t.Errorf("%d points had a row; the walk missed the table", rows)
	}
}

// checkPoint has both sides settle a reply and reports whether a row holds it.
func checkPoint(t *testing.T, want map[triple]State, p triple, g Guard) bool {
	t.Helper()
	next, after, row := expectNext(want, p, g)
	for _, role := range []Role{RoleClient, RoleServer} {
		m := machineIn(role, p.state, g)
		if p.verb != "" {
			m.begin(Command{Verb: p.verb})
		}
		var err error
		legal := verdictOf(p) != Violation || p.code == 421
		if role == RoleServer {
			_, err = m.Reply(NewReply(p.code, "text"))
			switch p.state {
			case StateAwaitTLS, StateAwaitClear:
				legal = p.code == 421
			case StateClosed:
				legal = false
			}
		} else {
			err = m.Receive(fmt.Appendf(nil, "%d text\r\n", p.code))
			switch p.state {
			case StateAwaitTLS, StateAwaitClear, StateClosed:
				legal = false
			}
		}
		wantState := next
		if !legal {
			wantState = p.state
			if role == RoleClient {
				wantState = StateClosed
			}
		}
		if (err == nil) != legal {
			t.Errorf("role %d, %+v, %s: error %v, want legal %v", role, p, g, err, legal)
		}
		if m.State() != wantState {
			t.Errorf("role %d, %+v, %s: state %s, want %s", role, p, g, m.State(), wantState)
		}
		if legal && m.after != after {
			t.Errorf("role %d, %+v, %s: leads to %s, want %s", role, p, g, m.after, after)
		}
	}
	return row
}

// verdictOf is the verdict that the diagram of the verb has for the code.
func verdictOf(p triple) Outcome {
	d := DiagramWait
	if p.verb != "" {
		d = Command{Verb: p.verb}.diagram()
	}
	return verdicts[d][p.code.Class()-1]
}

func expectNext(want map[triple]State, p triple, g Guard) (next, after State, row bool) {
	secured := g == GuardSecured || g == GuardSized
	if p.code == 421 {
		return StateClosing, 0, false
	}
	if v := verdictOf(p); v == Wait || v == Violation {
		return p.state, 0, false
	}
	next, row = want[p]
	if !row {
		return p.state, 0, false
	}
	switch {
	case next == stateBase && secured:
		next = StateAuthenticated
	case next == stateBase:
		next = StateUnauthenticated
	case next == StateAwaitTLS:
		after = StateAuthenticated
	case next == StateAwaitClear:
		after = p.state
		if after == StateAuthenticated {
			after = StateUnauthenticated // no TLS, no login
		}
	case p.verb == "REIN" && secured:
		next, after = StateAwaitClear, StateUnauthenticated
	}
	return next, after, true
}

// TestSessionRowsAreReachable: no row is hidden by an earlier one, and none stands
// for a reply that the verb's diagram excludes.
func TestSessionRowsAreReachable(t *testing.T) {
	for i, row := range session {
		for j, other := range session[:i] {
			if other.verb == row.verb && other.code == row.code && other.from&row.from != 0 {
				t.Errorf("row %d (%s %d) is hidden by row %d", i, row.verb, row.code, j)
			}
		}
		code := row.code
		if code < 10 {
			code *= 100
		}
		if v := verdictOf(triple{0, row.verb, code}); v == Violation || v == Wait {
			t.Errorf("row %d (%s %d): the verdict is %s", i, row.verb, row.code, v)
		}
		if row.cause == "" {
			t.Errorf("row %d (%s %d) names no cause", i, row.verb, row.code)
		}
	}
}

// TestSessions walks whole dialogues as the RFCs tell them, and sees both sides
// agree after each step. A step is a command, the codes that answer it, and the
// state it leads to.
func TestSessions(t *testing.T) {
	type step struct {
		verb  Verb
		arg   string
		codes []Code
		want  State
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"no password wanted", []step{{"USER", "u", []Code{230}, StateAuthorized}}},
		{"password", []step{{"USER", "u", []Code{331}, StateNeedPassword}, {"PASS", "p", []Code{230}, StateAuthorized}}},
		{"password superfluous", []step{{"USER", "u", []Code{331}, StateNeedPassword}, {"PASS", "p", []Code{202}, StateAuthorized}}},
		{"challenge", []step{{"USER", "u", []Code{336}, StateNeedPassword}, {"PASS", "p", []Code{230}, StateAuthorized}}},
		{"account behind the password", []step{
			{"USER", "u", []Code{331}, StateNeedPassword},
			{"PASS", "p", []Code{332}, StateNeedAccount},
			{"ACCT", "a", []Code{230}, StateAuthorized},
		}},
		{"account alone", []step{{"USER", "u", []Code{332}, StateNeedAccount}, {"ACCT", "a", []Code{202}, StateAuthorized}}},
		{"wrong password", []step{{"USER", "u", []Code{331}, StateNeedPassword}, {"PASS", "p", []Code{530}, StateUnauthenticated}}},
		{"wrong account", []step{{"USER", "u", []Code{332}, StateNeedAccount}, {"ACCT", "a", []Code{530}, StateUnauthenticated}}},
		{"queries do not disturb a login", []step{
			{"USER", "u", []Code{331}, StateNeedPassword},
			{"NOOP", "", []Code{200}, StateNeedPassword},
			{"FEAT", "", []Code{211}, StateNeedPassword},
			{"PASS", "p", []Code{230}, StateAuthorized},
		}},
		{"second USER flushes the login", []step{
			{"USER", "u", []Code{230}, StateAuthorized},
			{"USER", "v", []Code{331}, StateNeedPassword},
			{"PASS", "p", []Code{530}, StateUnauthenticated},
		}},
		{"second USER refused", []step{{"USER", "u", []Code{230}, StateAuthorized}, {"USER", "v", []Code{530}, StateAuthorized}}},
		{"HOST forgets the USER", []step{{"USER", "u", []Code{331}, StateNeedPassword}, {"HOST", "h", []Code{220}, StateUnauthenticated}}},
		{"HOST refused", []step{{"USER", "u", []Code{331}, StateNeedPassword}, {"HOST", "h", []Code{504}, StateNeedPassword}}},
		{"REIN in two replies", []step{{"USER", "u", []Code{230}, StateAuthorized}, {"REIN", "", []Code{120, 220}, StateUnauthenticated}}},
		{"REIN unknown", []step{{"USER", "u", []Code{230}, StateAuthorized}, {"REIN", "", []Code{502}, StateAuthorized}}},
		{"security data", []step{
			{"AUTH", "GSSAPI", []Code{334}, StateNeedADAT},
			{"ADAT", "YQ==", []Code{335}, StateNeedADAT},
			{"ADAT", "YQ==", []Code{235}, StateAuthenticated},
		}},
		{"security data refused", []step{{"AUTH", "GSSAPI", []Code{334}, StateNeedADAT}, {"ADAT", "x", []Code{535}, StateUnauthenticated}}},
		{"AUTH refused", []step{{"AUTH", "X", []Code{504}, StateUnauthenticated}}},
		{"QUIT", []step{{"QUIT", "", []Code{221}, StateClosing}}},
		{"QUIT refused", []step{{"QUIT", "", []Code{500}, StateUnauthenticated}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t, false)
			p.reply(120, "soon")
			p.reply(220, "ready")
			for _, s := range tt.steps {
				p.do(s.verb, s.arg, s.codes...)
				p.wantState(fmt.Sprint(s.verb, s.codes), s.want)
			}
		})
	}
}

func TestGreetings(t *testing.T) {
	for _, tt := range []struct {
		code Code
		want State
	}{
		{220, StateUnauthenticated}, {230, StateAuthorized}, {200, StateUnauthenticated},
		{421, StateClosing}, {430, StateClosing}, {530, StateClosing},
	} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			p := newPair(t, false)
			p.reply(tt.code, "hello")
			p.wantState("greeted", tt.want)
		})
	}
	m := NewMachine(Config{})
	if err := m.Receive([]byte("331 what\r\n")); err == nil {
		t.Error("331 passes for a greeting")
	}
}

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
	want := Protection{Control: GuardSized, Data: LevelPrivate}
	if p.client.Protection() != want || p.server.Protection() != want {
		t.Errorf("protection %+v and %+v, want %+v", p.client.Protection(), p.server.Protection(), want)
	}
	if err := p.client.Check(Command{Verb: "AUTH", Arg: "TLS"}); err == nil {
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
