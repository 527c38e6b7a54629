package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// The tables of this file and of the other table_*_test.go walk a client's and a
// server's machine through every state and event, rows and absent rows. They are
// written apart from the code's tables.

// TestReaderTable: a reply reader, idle or inside a reply of several lines, by the
// kind of line (RFC 959, Section 4.2).
func TestReaderTable(t *testing.T) {
	const idle, open = "", "211-a\r\n"
	for _, tt := range []struct {
		state, line string
		want        string // "reply", "more", "error"
		lint        Lint
	}{
		{idle, "211 text", "reply", 0},
		{idle, "211", "reply", LintNoSpace},
		{idle, "211-text", "more", 0},
		{idle, "text", "error", 0},
		{idle, "", "error", 0},
		{idle, " 211 text", "error", 0},
		{idle, "711 text", "error", 0},
		{open, "211 text", "reply", 0},
		{open, "211", "reply", LintNoSpace},
		{open, "211-text", "more", LintInnerCode},
		{open, "250 text", "more", LintInnerCode},
		{open, "250-text", "more", LintInnerCode},
		{open, "250", "more", LintInnerCode},
		{open, "text", "more", 0},
		{open, "", "more", 0},
		{open, " 211 text", "more", 0},
		{open, "711 text", "more", LintInnerCode},
	} {
		t.Run(fmt.Sprintf("%q in %q", tt.line, tt.state), func(t *testing.T) {
			got, partial, err := readEveryWay(t, Limits{}, tt.state+tt.line+"\r\n")
			verdict := "error"
			switch {
			case err != nil:
			case len(got) == 1:
				verdict = "reply"
			case partial:
				verdict = "more"
			}
			if verdict != tt.want {
				t.Errorf("%s, want %s", verdict, tt.want)
			}
			if tt.want == "more" { // what was forgiven shows when the reply is complete
				got, _, err = readEveryWay(t, Limits{}, tt.state+tt.line+"\r\n211 end\r\n")
			}
			if tt.want != "error" && (err != nil || len(got) != 1 || got[0].Lint != tt.lint) {
				t.Errorf("replies %+v, error %v; want lint %d", got, err, tt.lint)
			}
		})
	}
}

// TestCommandLineTable is the server's side of it: a line reader, while a command
// may come and while a transfer runs, by the kind of line.
func TestCommandLineTable(t *testing.T) {
	for _, tt := range []struct {
		line        string
		idle, moves string // what is reported; "" nothing: the line waits
	}{
		{"NOOP", "NOOP", "NOOP"},
		{"noop", "NOOP", "NOOP"},
		{"STAT", "STAT", "STAT"},
		{"STAT a", "STAT a", ""},
		{"ABOR", "ABOR", "ABOR"},
		{"\xff\xf4\xff\xf2ABOR", "ABOR", "ABOR"},
		{"QUIT", "QUIT", ""},
		{"PWD", "PWD", ""},
		{"XYZZY", "XYZZY", ""},
		{"PASS secret", "PASS ****!503", ""},
		{"", "!syntax", ""},
		{"1", "!syntax", ""},
		{"CWD a\x00", "!syntax", ""},
		{"CWD a\rb", "!syntax", ""},
		{"CWD " + strings.Repeat("a", 5000), "!syntax", ""},
		{"MIC YQ==", "MIC ****!503", ""},
	} {
		for _, moves := range []bool{false, true} {
			m := machineIn(RoleServer, StateAuthorized, GuardClear)
			want := tt.idle
			if moves {
				want = tt.moves
				mustReceive(t, m, "RETR a\r\n")
				wantCommands(t, "transfer", m, "RETR a")
				mustReply(t, m, 150)
			}
			mustReceive(t, m, tt.line+"\r\n")
			if got := strings.Join(commandsOf(m), ","); got != want {
				t.Errorf("%.20q, transfer %v: %q, want %q", tt.line, moves, got, want)
			}
			if want == "" { // it comes when the transfer is over
				mustReply(t, m, 226)
				if got := strings.Join(commandsOf(m), ","); got != tt.idle {
					t.Errorf("%.20q behind the transfer: %q, want %q", tt.line, got, tt.idle)
				}
			}
		}
	}
}

// TestOneStepTable: a command of one step waits for its reply (W) or is done with
// (B), by the class of the reply. A class that excludes it ends the client's
// connection, in place of a guess; a server cannot write it.
func TestOneStepTable(t *testing.T) {
	events := []struct {
		code Code
		want string // "B success", "B failure", "closing" or "error"
	}{
		{100, "error"}, {150, "error"}, {199, "error"},
		{200, "B success"}, {257, "B success"}, {299, "B success"},
		{300, "error"}, {350, "error"}, {399, "error"},
		{400, "B failure"}, {450, "B failure"}, {499, "B failure"}, {421, "closing"},
		{500, "B failure"}, {550, "B failure"}, {599, "B failure"},
		{600, "error"}, {631, "error"}, {699, "error"},
	}
	walked := 0
	for info := range Verbs() {
		if info.Diagram != DiagramOneReply && info.Diagram != DiagramAbort {
			continue
		}
		walked++
		for _, ev := range events {
			for _, role := range []Role{RoleClient, RoleServer} {
				m := machineIn(role, StateAuthorized, GuardSized)
				m.begin(Command{Verb: info.Verb, Arg: "x"})
				got := settleOne(t, m, ev.code)
				if got != ev.want {
					t.Errorf("role %d, %s %d: %s, want %s", role, info.Verb, ev.code, got, ev.want)
				}
			}
		}
		for _, why := range []error{errors.New("the connection ended"), errors.New("no reply in time")} {
			m := machineIn(RoleClient, StateAuthorized, GuardSized)
			m.begin(Command{Verb: info.Verb, Arg: "x"})
			m.Close(why)
			if _, err := m.Send(Command{Verb: "NOOP"}); err != why || m.State() != StateClosed || m.Pending() != 0 {
				t.Errorf("%s: %v, state %s; want %v for ever", info.Verb, err, m.State(), why)
			}
		}
	}
	if walked < 60 {
		t.Errorf("%d verbs of one step; the walk missed the table", walked)
	}
}

// settleOne has m read or write one reply to the only command in flight.
func settleOne(t *testing.T, m *Machine, code Code) string {
	t.Helper()
	before := m.State()
	var err error
	if m.cfg.Role == RoleServer {
		_, err = m.Reply(NewReply(code, "text"))
		if err != nil && (m.State() != before || m.Pending() != 1) {
			t.Errorf("a reply that was refused changed the state")
		}
	} else {
		err = m.Receive(NewReply(code, "text").Append(nil))
		if err != nil && m.State() != StateClosed {
			t.Errorf("state %s behind %v, want Closed", m.State(), err)
		}
	}
	switch {
	case err != nil:
		return "error"
	case code == 421 && m.State() == StateClosing && m.Pending() == 0:
		return "closing"
	case m.Pending() != 0:
		return "W"
	case code.Class() <= 3:
		return "B success"
	}
	return "B failure"
}
