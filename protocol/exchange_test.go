package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVerdicts holds the verdict table against the drawings of RFC 959, Section 6,
// written as what each class leads to: W(ait), S(uccess), F(ailure), C(ontinue)
// and E(rror).
func TestVerdicts(t *testing.T) {
	letters := map[byte]Outcome{'W': Wait, 'S': Success, 'F': Failure, 'C': Continue, 'E': Violation}
	for _, tt := range []struct {
		diagram Diagram
		want    string // 0yz to 7yz
	}{
		{DiagramByVerb, "EEEEEEEE"},
		{DiagramOneReply, "EESEFFEE"},
		{DiagramTransfer, "EWSEFFEE"},
		{DiagramSequence, "EEECFFEE"},
		{DiagramLogin, "EESCFFEE"},
		{DiagramWait, "EWSEFFEE"},
		{DiagramAbort, "EESEFFEE"},
		{DiagramOpen, "EESCFFEE"},
		{DiagramEnclosed, "EWSCFFSE"},
	} {
		t.Run(tt.diagram.String(), func(t *testing.T) {
			for class := range len(tt.want) {
				for _, rest := range []Code{0, 50, 99} {
					c := Code(class)*100 + rest
					x := exchange{diagram: tt.diagram}
					if got, want := x.judge(c, 1), letters[tt.want[class]]; got != want {
						t.Errorf("%03d: %s, want %s", c, got, want)
					}
				}
			}
		})
	}
}

func TestPreliminaryLimit(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits Limits
		verb   Verb
		n      int // preliminary replies that are borne
	}{
		{"default, RETR", Limits{}, "RETR", 16},
		{"default, REIN", Limits{}, "REIN", 16},
		{"strict", Limits{Preliminary: 1}, "STOR", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := machineIn(RoleClient, StateAuthorized, GuardClear)
			m.cfg.Limits = tt.limits
			m.begin(Command{Verb: tt.verb, Arg: "a"})
			for i := range tt.n {
				mustReceive(t, m, "150 go\r\n")
				if tt.verb != "REIN" {
					mustReceive(t, m, "110 MARK 1 = 1\r\n") // not counted
				}
				if m.Pending() != 1 {
					t.Fatalf("after %d preliminary replies: %d pending", i+1, m.Pending())
				}
			}
			err := m.Receive([]byte("150 go\r\n"))
			if e, ok := errors.AsType[*ViolationError](err); !ok || e.Verb != tt.verb || e.Reply.Code != 150 {
				t.Errorf("error %v, want a *ViolationError about 150 to %s", err, tt.verb)
			}
			if m.State() != StateClosed || m.Err() != err || m.Receive(nil) != err {
				t.Errorf("state %s, Err %v; want Closed and the same error for ever", m.State(), m.Err())
			}
		})
	}
	t.Run("greeting", func(t *testing.T) {
		m := NewMachine(Config{Limits: Limits{Preliminary: 1}})
		mustReceive(t, m, "120 soon\r\n")
		if err := m.Receive([]byte("120 soon\r\n")); err == nil {
			t.Error("a second 120 is borne, want an error")
		}
	})
}

// machineIn returns a machine in state s with nothing pending.
func machineIn(role Role, s State, g Guard) *Machine {
	m := NewMachine(Config{Role: role})
	m.pending = nil
	m.prot.Control = g
	m.setState(s, 0)
	if s == StateAwaitGreeting {
		m.pending = []exchange{{diagram: DiagramWait}}
	}
	return m
}

func mustReceive(t *testing.T, m *Machine, s string) {
	t.Helper()
	if err := m.Receive([]byte(s)); err != nil {
		t.Fatalf("Receive(%q): %v", s, err)
	}
}

// outcomes drains m and renders its replies: "RETR 426 failure".
func outcomes(m *Machine) []string {
	var got []string
	for e, ok := m.Next(); ok; e, ok = m.Next() {
		switch e.Kind {
		case EventReply:
			got = append(got, fmt.Sprintf("%s %d %s", e.Command.Verb, e.Reply.Code, e.Outcome))
		case EventMerged:
			got = append(got, fmt.Sprintf("%s merged", e.Command.Verb))
		case EventExtra:
			got = append(got, fmt.Sprintf("%s %d dropped", e.Command.Verb, e.Reply.Code))
		default:
			got = append(got, e.Kind.String())
		}
	}
	return got
}

// TestRaces holds what RFC 959 leaves open around a running transfer: replies in
// any order that servers give them, each paired with its command.
func TestRaces(t *testing.T) {
	tests := []struct {
		name    string
		send    string // letters: R(ETR) A(BOR) S(TAT) N(OOP) Q(UIT)
		replies []Code
		want    []string
		pending int
	}{
		{"ABOR, no transfer", "A", []Code{226}, []string{"ABOR 226 success"}, 0},
		{"ABOR, no transfer, connection open", "A", []Code{225}, []string{"ABOR 225 success"}, 0},
		{"ABOR unknown, no transfer", "A", []Code{502}, []string{"ABOR 502 failure"}, 0},
		{"transfer running", "RA", []Code{150, 426, 226}, []string{"RETR 150 wait", "RETR 426 failure", "ABOR 226 success"}, 0},
		{"transfer running, 225 tolerated", "RA", []Code{150, 426, 225}, []string{"RETR 150 wait", "RETR 426 failure", "ABOR 225 success"}, 0},
		{"read before the 1yz, none is sent", "RA", []Code{426, 226}, []string{"RETR 426 failure", "ABOR 226 success"}, 0},
		{"data connection could not be opened", "RA", []Code{425, 226}, []string{"RETR 425 failure", "ABOR 226 success"}, 0},
		{"transfer was over", "RA", []Code{150, 226, 226}, []string{"RETR 150 wait", "RETR 226 success", "ABOR 226 success"}, 0},
		{"transfer was over, 225", "RA", []Code{150, 250, 225}, []string{"RETR 150 wait", "RETR 250 success", "ABOR 225 success"}, 0},
		{"ABOR unknown", "RA", []Code{150, 226, 500}, []string{"RETR 150 wait", "RETR 226 success", "ABOR 500 failure"}, 0},
		{"ABOR unknown, transfer failed", "RA", []Code{150, 451, 502}, []string{"RETR 150 wait", "RETR 451 failure", "ABOR 502 failure"}, 0},
		{"225 alone: the transfer was dropped without a reply", "RA", []Code{150, 225}, []string{"RETR 150 wait", "RETR merged", "ABOR 225 success"}, 0},
		{"lone 226: ABOR is still due", "RA", []Code{150, 226}, []string{"RETR 150 wait", "RETR 226 success"}, 1},
		{"lone 226, then NOOP tells", "RAN", []Code{150, 226, 200}, []string{"RETR 150 wait", "RETR 226 success", "ABOR merged", "NOOP 200 success"}, 0},
		{"NOOP was in vain", "RAN", []Code{150, 226, 226, 200}, []string{"RETR 150 wait", "RETR 226 success", "ABOR 226 success", "NOOP 200 success"}, 0},
		{"421 instead of all", "RAN", []Code{150, 421}, []string{"RETR 150 wait", "RETR 421 failure", "ABOR 421 failure", "NOOP 421 failure"}, 0},

		{"STAT at once", "RS", []Code{150, 213, 226}, []string{"RETR 150 wait", "STAT 213 success", "RETR 226 success"}, 0},
		{"STAT at once, before the 1yz", "RS", []Code{211, 150, 226}, []string{"STAT 211 success", "RETR 150 wait", "RETR 226 success"}, 0},
		{"STAT deferred", "RS", []Code{150, 226, 211}, []string{"RETR 150 wait", "RETR 226 success", "STAT 211 success"}, 0},
		{"NOOP at once", "RN", []Code{150, 200, 226}, []string{"RETR 150 wait", "NOOP 200 success", "RETR 226 success"}, 0},
		{"NOOP deferred", "RN", []Code{150, 226, 200}, []string{"RETR 150 wait", "RETR 226 success", "NOOP 200 success"}, 0},
		{"two NOOPs at once", "RNN", []Code{200, 200, 226}, []string{"NOOP 200 success", "NOOP 200 success", "RETR 226 success"}, 0},
		{"NOOP answered in front of STAT", "RSN", []Code{200, 213, 226}, []string{"NOOP 200 success", "STAT 213 success", "RETR 226 success"}, 0},
		{"STAT, then ABOR with 225 alone", "RSA", []Code{225, 211}, []string{"RETR merged", "ABOR 225 success", "STAT 211 success"}, 0},
		{"STAT at once, then ABOR", "RSA", []Code{213, 426, 226}, []string{"STAT 213 success", "RETR 426 failure", "ABOR 226 success"}, 0},
		{"QUIT deferred", "RQ", []Code{150, 226, 221}, []string{"RETR 150 wait", "RETR 226 success", "QUIT 221 success"}, 0},
	}
	verbs := map[rune]Command{'R': {Verb: "RETR", Arg: "a"}, 'A': {Verb: "ABOR"}, 'S': {Verb: "STAT"}, 'N': {Verb: "NOOP"}, 'Q': {Verb: "QUIT"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := machineIn(RoleClient, StateAuthorized, GuardClear)
			for _, v := range tt.send {
				if _, err := m.Send(verbs[v]); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range tt.replies {
				mustReceive(t, m, fmt.Sprintf("%d text\r\n", c))
			}
			if diff := cmp.Diff(tt.want, outcomes(m)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if m.Pending() != tt.pending {
				t.Errorf("%d pending, want %d", m.Pending(), tt.pending)
			}
		})
	}
}

// TestUnansweredQuery: what was asked during a transfer may never be answered. The 257
// of a PWD sent behind the transfer shows that.
func TestUnansweredQuery(t *testing.T) {
	for _, tt := range []struct {
		name, stream string // behind the transfer
		want         []string
	}{
		{"never", "257 \"/\"\r\n", []string{"NOOP merged", "PWD 257 success"}},
		{"late", "200 ok\r\n257 \"/\"\r\n", []string{"NOOP 200 success", "PWD 257 success"}},
		{"later", "257 \"/\"\r\n200 ok\r\n", []string{"NOOP merged", "PWD 257 success", "PWD 200 dropped"}},
		{"refused late", "500 no\r\n257 \"/\"\r\n", []string{"NOOP 500 failure", "PWD 257 success"}},
	} {
		for _, query := range []Verb{"NOOP", "STAT"} {
			t.Run(tt.name+", "+string(query), func(t *testing.T) {
				m := machineIn(RoleClient, StateAuthorized, GuardClear)
				want := []string{"RETR 150 wait", "RETR 226 success"}
				m.begin(Command{Verb: "RETR", Arg: "a"})
				mustReceive(t, m, "150 go\r\n")
				for i, v := range []Verb{query, "PWD"} {
					if _, err := m.Send(Command{Verb: v}); err != nil {
						t.Fatal(err)
					}
					if i == 0 {
						mustReceive(t, m, "226 done\r\n")
					}
				}
				mustReceive(t, m, tt.stream)
				for _, w := range tt.want {
					want = append(want, strings.Replace(w, "NOOP", string(query), 1))
				}
				if diff := cmp.Diff(want, outcomes(m)); diff != "" {
					t.Errorf("mismatch (-want +got):\n%s", diff)
				}
				if m.Pending() != 0 {
					t.Errorf("%d pending, want none", m.Pending())
				}
			})
		}
	}
}

// TestMergedTransferForgetsRestart: a transfer without a reply of its own has used
// up its restart marker like any other.
func TestMergedTransferForgetsRestart(t *testing.T) {
	for _, role := range []Role{RoleClient, RoleServer} {
		m := machineIn(role, StateAuthorized, GuardClear)
		m.params.Restart = "7"
		m.begin(Command{Verb: "RETR", Arg: "a"})
		m.begin(Command{Verb: "ABOR"})
		if err := m.settle(NewReply(225, ""), LevelClear); err != nil {
			t.Fatal(err)
		}
		if m.params.Restart != "" || m.Pending() != 0 {
			t.Errorf("role %d: Restart %q, %d pending; want none", role, m.params.Restart, m.Pending())
		}
		if got := len(outcomes(m)); role == RoleServer && got != 0 || role == RoleClient && got != 2 {
			t.Errorf("role %d: %d events; want 2 on the client, none on the server", role, got)
		}
	}
}

// Test421: the reply may stand in place of any other, on both sides.
func Test421(t *testing.T) {
	for s := range State(stateCount) {
		for _, pending := range []Verb{"", "NOOP", "RETR", "USER", "RNFR", "REIN", "ABOR", "SITE", "AUTH"} {
			name := fmt.Sprintf("%s, %s in flight", s, pending)
			t.Run(name, func(t *testing.T) {
				for _, role := range []Role{RoleClient, RoleServer} {
					if s == StateClosed || role == RoleClient && (s == StateAwaitTLS || s == StateAwaitClear) {
						continue
					}
					m := machineIn(role, s, GuardClear)
					if pending != "" && s != StateAwaitGreeting {
						m.begin(Command{Verb: pending})
					}
					if role == RoleServer {
						if _, err := m.Reply(NewReply(421, "bye")); err != nil {
							t.Fatal(err)
						}
					} else {
						mustReceive(t, m, "421-bye\r\n421 now\r\n")
						e, ok := m.Next()
						if !ok || e.Kind != EventReply || e.Outcome != Failure || e.Reply.Code != 421 || !e.Final() {
							t.Errorf("event %+v, %v; want 421", e, ok)
						}
					}
					if m.State() != StateClosing || m.Pending() != 0 {
						t.Errorf("role %d: state %s, %d pending; want Closing, 0", role, m.State(), m.Pending())
					}
					if e, ok := errors.AsType[*SequenceError](m.check(Command{Verb: "NOOP"})); !ok || e.Code != 421 {
						t.Errorf("role %d: Check after 421 = %v", role, e)
					}
				}
			})
		}
	}
}

func TestUnaskedReply(t *testing.T) {
	for _, stream := range []string{"226 done\r\n", "230 in\r\n", "150 go\r\n", "331 who\r\n", "500 no\r\n"} {
		m := machineIn(RoleClient, StateAuthorized, GuardClear)
		err := m.Receive([]byte(stream))
		if e, ok := errors.AsType[*ViolationError](err); !ok || e.Verb != "" {
			t.Errorf("%q: %v, want a *ViolationError", stream, err)
		}
		if m.State() != StateClosed {
			t.Errorf("%q: state %s, want Closed", stream, m.State())
		}
	}
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	if wire, err := m.Reply(NewReply(226, "done")); err == nil || wire != nil || m.State() != StateAuthorized {
		t.Errorf("server: Reply = %q, %v, state %s; want a refusal that changes nothing", wire, err, m.State())
	}
}

// TestTwoFinals: the second final reply to one command is nobody's.
func TestTwoFinals(t *testing.T) {
	m := machineIn(RoleClient, StateAuthorized, GuardClear)
	m.begin(Command{Verb: "PASV"})
	if err := m.Receive([]byte("227 (127,0,0,1,1,1)\r\n227 (6,6,6,6,6,6)\r\n500 no\r\n")); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff([]string{"PASV 227 success", "PASV 227 dropped"}, outcomes(m)); diff != "" {
		t.Errorf("events before the fault mismatch (-want +got):\n%s", diff)
	}
}

// TestReplyBegunEarly: a reply that began before its command was sent answers
// something else.
func TestReplyBegunEarly(t *testing.T) {
	for _, tt := range []struct {
		begun string
		want  bool // whether a command may follow
	}{
		{"", true}, {"4", true}, {"42", true}, {"421", true}, {"421 bye", true}, {"421-bye\r\n and", true},
		{"2", false}, {"43", false}, {"226 do", false}, {"421x", true}, {"226-a\r\n", false}, {"226-a\r\n421", false},
	} {
		t.Run(tt.begun, func(t *testing.T) {
			m := machineIn(RoleClient, StateAuthorized, GuardClear)
			mustReceive(t, m, tt.begun)
			_, err := m.Send(Command{Verb: "NOOP"})
			if e, ok := errors.AsType[*ViolationError](err); (err == nil) != tt.want || err != nil && (!ok || e.Verb != "NOOP" || m.State() != StateClosed) {
				t.Errorf("error %v, state %s; want ok %v", err, m.State(), tt.want)
			}
		})
	}
	m := machineIn(RoleClient, StateAuthorized, GuardClear)
	m.begin(Command{Verb: "NOOP"})
	mustReceive(t, m, "200 o")
	if _, err := m.Send(Command{Verb: "NOOP"}); err != nil {
		t.Errorf("the reply to an earlier command has begun: %v", err)
	}
}
