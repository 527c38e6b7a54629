package protocol

import (
	"strings"
	"testing"
)

// addressTable is what a session knows of the data endpoint (RFC 2428, Section 4):
// the address commands before and behind EPSV ALL. A number is how the command is
// refused; A is: EPSV ALL holds from then on; = no change.
var addressTable = []struct {
	verb        Verb
	arg         string
	code        Code
	before, all string
}{
	{"EPSV", "ALL", 200, "A", "="}, {"EPSV", "all", 220, "A", "="}, {"EPSV", "ALL", 501, "=", "="}, {"EPSV", "", 229, "=", "="},
	{"EPSV", "1", 229, "=", "="}, {"EPSV", "2", 522, "=", "="},
	{"PASV", "", 227, "=", "503"}, {"PASV", "", 425, "=", "503"}, {"PORT", "x", 200, "=", "503"}, {"PORT", "x", 501, "=", "503"},
	{"EPRT", "x", 200, "=", "503"}, {"EPRT", "x", 522, "=", "503"}, {"LPRT", "x", 200, "=", "503"}, {"LPSV", "", 228, "=", "503"},
	{"CPSV", "", 227, "=", "503"}, {"ABOR", "", 226, "=", "="}, {"ABOR", "", 225, "=", "="}, {"NOOP", "", 200, "=", "="},
	{"RETR", "x", 226, "=", "="}, {"STOR", "x", 425, "=", "="}, {"MLSD", "", 226, "=", "="}, {"USER", "u", 230, "=", "="},
	{"REIN", "", 220, "0", "0"}, {"AUTH", "TLS", 234, "0", "0"},
}

func TestAddressTable(t *testing.T) {
	for _, tt := range addressTable {
		for _, all := range []bool{false, true} {
			for _, role := range []Role{RoleClient, RoleServer} {
				m := machineIn(role, StateAuthorized, GuardClear)
				m.params.EPSVAll = all
				cell, cmd := tt.before, Command{Verb: tt.verb, Arg: tt.arg}
				if all {
					cell = tt.all
				}
				if cell == "503" {
					wantRefusal(t, m, cmd, 503)
					continue
				}
				if err := m.check(cmd); err != nil {
					t.Errorf("%s: %v", tt.verb, err)
				}
				m.begin(cmd)
				if got := settleOne(t, m, tt.code); got == "error" {
					t.Errorf("role %d, %s %d: error", role, tt.verb, tt.code)
				}
				want := map[string]bool{"A": true, "=": all, "0": false}[cell]
				if m.Params().EPSVAll != want {
					t.Errorf("role %d, %s %s %d, all %v: EPSVAll %v", role, tt.verb, tt.arg, tt.code, all, m.Params().EPSVAll)
				}
			}
		}
	}
}

// transferTable is a transfer (RFC 959, Section 6, second diagram), before its 1yz
// (W) and behind it (W1), by the reply.
var transferTable = []struct {
	codes      string
	before, in string // next state, then "wait", "success", "failure"; "error"; "X": closing
}{
	{"125 150 100 199", "W1 wait", "W1 wait"}, // a second one is borne and named
	{"110", "W wait", "W1 wait"},
	{"226 250 200 299", "B success", "B success"},
	{"425 426 450 451 452 499", "B failure", "B failure"},
	{"500 501 502 503 504 522 530 532 534 535 550 551 552 553 599", "B failure", "B failure"},
	{"332", "B failure", "B failure"},
	{"300 331 350 399", "error", "error"},
	{"600 631 632 633", "error", "error"},
	{"421", "X", "X"},
}

func TestTransferTable(t *testing.T) {
	walked := 0
	for info := range Verbs() {
		if info.Diagram != DiagramTransfer {
			continue
		}
		for _, row := range transferTable {
			for word := range strings.FieldsSeq(row.codes) {
				code := Code(word[0]-'0')*100 + Code(word[1]-'0')*10 + Code(word[2]-'0')
				for _, role := range []Role{RoleClient, RoleServer} {
					for _, in := range []bool{false, true} {
						walked++
						want := row.before
						if in {
							want = row.in
						}
						if got := transferStep(t, role, info.Verb, in, code); got != want {
							t.Errorf("role %d, %s, in transfer %v, %d: %q, want %q", role, info.Verb, in, code, got, want)
						}
					}
				}
			}
		}
	}
	if walked < 8*35*4 {
		t.Errorf("%d cells walked", walked)
	}
}

// transferStep gives one reply to a transfer and says where it leads to.
func transferStep(t *testing.T, role Role, verb Verb, in bool, code Code) string {
	t.Helper()
	m := machineIn(role, StateAuthorized, GuardClear)
	m.begin(Command{Verb: verb, Arg: "x"})
	reply := func(c Code) error {
		if role == RoleServer {
			_, err := m.Reply(NewReply(c, "text"))
			return err
		}
		return m.Receive(NewReply(c, "text").Append(nil))
	}
	if in {
		if err := reply(150); err != nil {
			t.Fatal(err)
		}
		m.Next()
	}
	err := reply(code)
	switch {
	case err != nil:
		return "error"
	case m.State() == StateClosing:
		return "X"
	case m.Pending() == 1 && m.pending[0].preliminary == 0:
		return "W wait"
	case m.Pending() == 1:
		return "W1 wait"
	case code.Class() == 2:
		return "B success"
	}
	return "B failure"
}

// TestCommandsInTransfer: what a server is told of, and a client may send, while a
// transfer runs, verb by verb; the rest waits its turn, and none is lost.
func TestCommandsInTransfer(t *testing.T) {
	through := map[Verb]bool{"ABOR": true, "NOOP": true, "STAT": true}
	for info := range Verbs() {
		cmd := Command{Verb: info.Verb}
		if info.Arg != ArgNone && info.Verb != "STAT" {
			cmd.Arg = "x"
		}
		wire, err := cmd.AppendUnchecked(nil)
		if err != nil {
			t.Fatal(err)
		}
		s := machineIn(RoleServer, StateAuthorized, GuardClear)
		mustReceive(t, s, "RETR a\r\n")
		s.Next()
		mustReply(t, s, 150)
		mustReceive(t, s, string(wire))
		e, ok := s.Next()
		if ok != through[info.Verb] || ok && e.Command.Verb != info.Verb {
			t.Errorf("server: %s during the transfer: %+v, %v", info.Verb, e, ok)
		}
		if !ok {
			mustReply(t, s, 226)
			if e, ok := s.Next(); !ok || e.Command.Verb != info.Verb {
				t.Errorf("server: %s behind the transfer: %+v, %v", info.Verb, e, ok)
			}
		}

		c := machineIn(RoleClient, StateAuthorized, GuardClear)
		c.begin(Command{Verb: "RETR", Arg: "a"})
		want := Code(503)
		if through[info.Verb] || info.Verb == "QUIT" {
			want = 0
		}
		wantRefusal(t, c, cmd, want)
	}
}

// TestTransferEnds: a lost control connection and a lost patience leave no transfer
// in the machine, and its marker is used up in every other case.
func TestTransferEnds(t *testing.T) {
	for _, code := range []Code{226, 250, 425, 426, 451, 550, 332} {
		for _, role := range []Role{RoleClient, RoleServer} {
			m := machineIn(role, StateAuthorized, GuardClear)
			m.params.Restart, m.params.Range = "7", "1 2"
			m.begin(Command{Verb: "RETR", Arg: "a"})
			settleOne(t, m, code)
			if p := m.Params(); p.Restart != "" || p.Range != "" {
				t.Errorf("role %d, %d: markers %q and %q are left", role, code, p.Restart, p.Range)
			}
		}
	}
}
