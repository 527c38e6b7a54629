package protocol

import (
	"fmt"
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
					if row.from.has(s) && match {
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
		legal := verdictOf(p) != Violation || p.code == 421 || storesCommand(p)
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

// storesCommand: 332 in place of the reply to a command of a user who is logged in
// (RFC 959, Section 4.1.1) is a failure that ACCT mends, and leads nowhere.
func storesCommand(p triple) bool {
	info, _ := LookupVerb(p.verb)
	return p.code == 332 && p.state == StateAuthorized && info.states == loggedIn
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
	if v := verdictOf(p); v == Wait || v == Violation || storesCommand(p) {
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
