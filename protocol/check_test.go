package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// wantCheck holds, for each verb, what a server answers to it in the six states of
// a session under way: Unauthenticated, NeedADAT, Authenticated, NeedPassword,
// NeedAccount, Authorized. "-" is: it may be sent. Verbs that depend on the
// security state have a line for each guard. The lines are taken from the reply
// lists of RFC 959, Section 5.4, RFC 2228, Section 5, RFC 4217 and RFC 7151.
const wantCheck = `
USER  *  -   503 -   -   -   -
PASS  *  503 503 503 -   503 503
ACCT  *  503 503 503 503 -   -
HOST  *  -   503 -   -   -   503
RNTO  *  530 530 530 530 530 503
ADAT  *  503 -   503 503 503 503

AUTH  Clear    -   503 -   -   -   -
AUTH  Secured  503 503 503 503 503 503
AUTH  Sized    503 503 503 503 503 503
AUTH  Cleared  534 503 534 534 534 534
PBSZ  Clear    503 503 503 503 503 503
PBSZ  Secured  503 503 -   -   -   -
PBSZ  Sized    503 503 -   -   -   -
PBSZ  Cleared  503 503 503 503 503 503
PROT  Clear    503 503 503 503 503 503
PROT  Secured  503 503 503 503 503 503
PROT  Sized    503 503 -   -   -   -
PROT  Cleared  503 503 503 503 503 503
CCC   Clear    533 533 533 533 533 533
CCC   Secured  533 533 -   -   -   -
CCC   Sized    533 533 -   -   -   -
CCC   Cleared  533 533 533 533 533 533

MIC CONF ENC  Clear    503 503 503 503 503 503
MIC CONF ENC  Secured  503 503 537 537 537 537
MIC CONF ENC  Sized    503 503 537 537 537 537
MIC CONF ENC  Cleared  503 503 503 503 503 503
`

// checkMatrix reads wantCheck: verb, guard and state to code, 0 for legal.
func checkMatrix(t *testing.T) map[string]Code {
	t.Helper()
	states := []State{StateUnauthenticated, StateNeedADAT, StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized}
	want := map[string]Code{}
	for line := range strings.Lines(strings.ReplaceAll(wantCheck, "\\\n", "")) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		n := len(f) - len(states) - 1
		for _, verb := range f[:n] {
			for i, s := range states {
				var c Code
				if cell := f[n+1+i]; cell != "-" {
					if _, err := fmt.Sscan(cell, &c); err != nil {
						t.Fatalf("line %q: %v", line, err)
					}
				}
				for g := range Guard(guardCount) {
					if f[n] == "*" || f[n] == g.String() {
						want[fmt.Sprint(verb, " ", g, " ", s)] = c
					}
				}
			}
		}
	}
	return want
}

// usualCheck is the rule for verbs without a line in the matrix: what may be sent in any
// state, and what needs a login and is 530 before.
func usualCheck(verb Verb, s State) (code Code, ok bool) {
	switch info, _ := LookupVerb(verb); {
	case info.states == anyState:
		return 0, true
	case info.states != loggedIn:
		return 0, false
	case s != StateAuthorized:
		return 530, true
	}
	return 0, true
}

// TestCheckMatrix holds Check against every verb in every state behind every guard,
// on both sides.
func TestCheckMatrix(t *testing.T) {
	want := checkMatrix(t)
	verbs := []Verb{"XYZZY"}
	for v := range Verbs() {
		verbs = append(verbs, v.Verb)
	}
	met := 0
	for _, verb := range verbs {
		for s := range State(stateCount) {
			for g := range Guard(guardCount) {
				code := Code(503)
				switch s {
				case StateClosing, StateClosed:
					code = 421
				case StateAwaitGreeting, StateAwaitTLS, StateAwaitClear:
				default:
					var ok bool
					if code, ok = want[fmt.Sprint(verb, " ", g, " ", s)]; ok {
						met++
					} else if code, ok = usualCheck(verb, s); !ok {
						t.Errorf("the matrix lacks %s behind %s in %s", verb, g, s)
						continue
					}
				}
				for _, role := range []Role{RoleClient, RoleServer} {
					wantRefusal(t, machineIn(role, s, g), Command{Verb: verb, Arg: "x"}, code)
				}
			}
		}
	}
	if met != len(want) {
		t.Errorf("the walk met %d cells of the matrix, which has %d", met, len(want))
	}
}

// wantRefusal has m check c and wants the code of its refusal, 0 for none.
func wantRefusal(t *testing.T, m *Machine, c Command, want Code) {
	t.Helper()
	err := m.check(c)
	if want == 0 {
		if err != nil {
			t.Errorf("%s behind %s in %s: %v, want it legal", c.Verb, m.prot.Control, m.state, err)
		}
		return
	}
	e, ok := errors.AsType[*SequenceError](err)
	if !ok || e.Code != want || e.Verb != c.Verb || e.State != m.state || e.Reason == "" {
		t.Errorf("%s behind %s in %s: %#v, want a *SequenceError with %d", c.Verb, m.prot.Control, m.state, err, want)
	}
}

func TestCheckSequences(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params Params
		cmd    Command
		want   Code
	}{
		{"RNTO without RNFR", Params{}, Command{Verb: "RNTO", Arg: "b"}, 503},
		{"RNTO behind RNFR", Params{RenameFrom: "a"}, Command{Verb: "RNTO", Arg: "b"}, 0},
		{"PORT behind EPSV ALL", Params{EPSVAll: true}, Command{Verb: "PORT", Arg: "x"}, 503},
		{"PASV behind EPSV ALL", Params{EPSVAll: true}, Command{Verb: "PASV"}, 503},
		{"EPRT behind EPSV ALL", Params{EPSVAll: true}, Command{Verb: "EPRT", Arg: "x"}, 503},
		{"EPSV behind EPSV ALL", Params{EPSVAll: true}, Command{Verb: "EPSV"}, 0},
		{"PASV without EPSV ALL", Params{}, Command{Verb: "PASV"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, role := range []Role{RoleClient, RoleServer} {
				m := machineIn(role, StateAuthorized, GuardClear)
				m.params = tt.params
				wantRefusal(t, m, tt.cmd, tt.want)
			}
		})
	}
}

// TestPipelining: what may be sent while something else is unanswered.
func TestPipelining(t *testing.T) {
	tests := []struct {
		name   string
		flying string
		next   string // legal ones, then "|", then illegal ones
	}{
		{"nothing", "", "NOOP RETR USER QUIT AUTH REIN |"},
		{"one-step commands", "TYPE PWD", "CWD RETR USER QUIT AUTH REST ABOR |"},
		{"SITE", "SITE", "NOOP RETR |"},
		{"an unknown verb", "XYZZY", "NOOP XYZZY |"},
		{"USER", "USER", "| NOOP ABOR QUIT RETR"},
		{"AUTH", "AUTH", "| NOOP QUIT"},
		{"REIN", "REIN", "| NOOP QUIT"},
		{"QUIT", "QUIT", "| NOOP QUIT"},
		{"HOST, which changes the state", "HOST", "| NOOP USER"},
		{"REST", "REST", "| RETR NOOP"},
		{"RNFR", "RNFR", "| NOOP"},
		{"transfer", "RETR", "ABOR STAT NOOP QUIT | PASV TYPE RETR USER AUTH XYZZY REIN"},
		{"transfer and STAT", "RETR STAT", "ABOR STAT NOOP QUIT | TYPE RETR"},
		{"transfer and ABOR", "RETR ABOR", "NOOP | ABOR STAT QUIT TYPE"},
		{"transfer and QUIT", "RETR QUIT", "| ABOR STAT NOOP QUIT"},
		{"a transfer behind a command", "TYPE RETR", "| ABOR STAT NOOP"},
		{"ABOR", "ABOR", "NOOP | ABOR QUIT TYPE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			legal, illegal, _ := strings.Cut(tt.next, "|")
			for _, group := range []struct {
				verbs string
				want  Code
			}{{legal, 0}, {illegal, 503}} {
				for verb := range strings.FieldsSeq(group.verbs) {
					m := machineIn(RoleClient, StateAuthorized, GuardClear)
					for f := range strings.FieldsSeq(tt.flying) {
						m.begin(Command{Verb: Verb(f), Arg: "x"})
					}
					wantRefusal(t, m, Command{Verb: Verb(verb), Arg: "x"}, group.want)
				}
			}
		})
	}
}

// TestPipeliningIgnoresDiagrams: no diagram that a caller gives makes AUTH a
// command that others may follow.
func TestPipeliningIgnoresDiagrams(t *testing.T) {
	for _, verb := range []Verb{"AUTH", "auth", "USER", "CCC"} {
		m := machineIn(RoleClient, StateAuthorized, GuardClear)
		if verb == "CCC" {
			m.prot.Control = GuardSized
		}
		c := Command{Verb: verb, Arg: "x", Diagram: DiagramOneReply}
		if verb == "CCC" {
			c.Arg = ""
		}
		if _, err := m.Send(c); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Send(Command{Verb: "NOOP"}); err == nil {
			t.Errorf("NOOP may follow an unanswered %s", verb)
		}
	}
}

func TestSendRefusesAndKeeps(t *testing.T) {
	m := machineIn(RoleClient, StateAuthorized, GuardClear)
	m.params.Restart, m.params.RenameFrom = "7", "a"
	for _, c := range []Command{{Verb: "RETR", Arg: "a\r\nDELE b"}, {Verb: "PROT", Arg: "P"}, {Verb: "PASS", Arg: "x"}} {
		if wire, err := m.Send(c); err == nil || wire != nil {
			t.Errorf("Send(%s) = %q, %v; want a refusal", c.Verb, wire, err)
		}
	}
	if m.Pending() != 0 || m.params.Restart != "7" || m.params.RenameFrom != "a" || m.State() != StateAuthorized {
		t.Errorf("refused commands left a trace: %d pending, %+v, %s", m.Pending(), m.params, m.State())
	}
}

// TestSendSmallLetters: a verb in small letters is the same verb.
func TestSendSmallLetters(t *testing.T) {
	m := machineIn(RoleClient, StateUnauthenticated, GuardClear)
	if _, err := m.Send(Command{Verb: "retr", Arg: "a"}); err == nil {
		t.Error("retr is legal before the login")
	}
	wire, err := m.Send(Command{Verb: "auth", Arg: "TLS"})
	if err != nil || string(wire) != "auth TLS\r\n" {
		t.Fatalf("Send = %q, %v", wire, err)
	}
	mustReceive(t, m, "234 go\r\n")
	if m.State() != StateAwaitTLS {
		t.Errorf("state %s, want AwaitTLS", m.State())
	}
}
