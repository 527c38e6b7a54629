package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commandsOf drains a server's machine: "RETR a", with "!503" or "!syntax" behind
// what must not be carried out.
func commandsOf(m *Machine) []string {
	var got []string
	for e, ok := m.Next(); ok; e, ok = m.Next() {
		s := e.Kind.String()
		if e.Kind == EventCommand {
			s = strings.TrimSpace(e.Command.String())
		}
		if err, ok := errors.AsType[*SequenceError](e.Err); ok {
			s += fmt.Sprintf("!%d", err.Code)
		} else if _, ok := errors.AsType[*SyntaxError](e.Err); ok {
			s += "!syntax"
		}
		got = append(got, s)
	}
	return got
}

func wantCommands(t *testing.T, why string, m *Machine, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, commandsOf(m)); diff != "" {
		t.Fatalf("%s: events mismatch (-want +got):\n%s", why, diff)
	}
}

func mustReply(t *testing.T, m *Machine, codes ...Code) {
	t.Helper()
	for _, c := range codes {
		if _, err := m.Reply(NewReply(c, "text")); err != nil {
			t.Fatalf("Reply(%d): %v", c, err)
		}
	}
}

// serve answers every command that stream makes with 200, and returns the events.
func serve(t *testing.T, limits Limits, pieces ...string) []string {
	t.Helper()
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	m.commands.limit = limits.commandBytes()
	var got []string
	for _, p := range pieces {
		mustReceive(t, m, p)
		for {
			events := commandsOf(m)
			if len(events) == 0 {
				break
			}
			got = append(got, events...)
			mustReply(t, m, 200)
		}
	}
	return got
}

// TestServerReads: a server reads lines, whole, byte by byte and cut anywhere.
func TestServerReads(t *testing.T) {
	lim := Limits{CommandBytes: 10}
	tests := []struct {
		name   string
		limits Limits
		in     string
		want   []string
	}{
		{"one command", Limits{}, "NOOP\r\n", []string{"NOOP"}},
		{"joined commands come in order", Limits{}, "NOOP\r\nSYST\r\nCWD  d \r\n", []string{"NOOP", "SYST", "CWD  d"}},
		{"empty line", Limits{}, "\r\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"LF only", Limits{}, "NOOP\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"LF smuggles no command", Limits{}, "STAT a\nDELE b\r\n", []string{"!syntax", "DELE b"}},
		{"CR in a pathname", Limits{}, "DELE a\rb\r\n", []string{"!syntax"}},
		{"CR NUL in a pathname", Limits{}, "DELE a\r\x00b\r\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"NUL in a pathname", Limits{}, "DELE a\x00b\r\n", []string{"!syntax"}},
		{"unknown verb", Limits{}, "XYZZY 1\r\n", []string{"XYZZY 1"}},
		{"HTTP", Limits{}, "POST / HTTP/1.1\r\nHost: x\r\n\r\n", []string{"POST / HTTP/1.1", "!syntax", "!syntax"}},
		{"out of sequence", Limits{}, "RNTO b\r\nPROT P\r\n", []string{"RNTO b!503", "PROT P!503"}},
		{"unfinished", Limits{}, "NOO", nil},
		{"line at the limit", lim, "CWD 567890\r\nNOOP\r\n", []string{"CWD 567890", "NOOP"}},
		{"line one past the limit", lim, "CWD 5678901\r\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"line one past the limit, LF only", lim, "CWD 5678901\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"line far past the limit", lim, strings.Repeat("x", 100) + "\r\nNOOP\r\n", []string{"!syntax", "NOOP"}},
		{"a long line that ends well", lim, strings.Repeat("x", 95) + "NOOP\r\n", []string{"!syntax"}},

		{"options around", Limits{}, "\xff\xfd\x01NO\xff\xfb\x18OP\r\n", []string{"NOOP"}},
		{"doubled IAC", Limits{}, "CWD a\xff\xffb\r\n", []string{"CWD a\xffb"}},
		{"Synch before ABOR", Limits{}, "\xff\xf4\xff\xf2ABOR\r\n", []string{"ABOR"}},
		{"Synch whose urgent byte is missing", Limits{}, "\xff\xf4\xffABOR\r\n", []string{"ABOR"}},
		{"IP alone", Limits{}, "\xff\xf4ABOR\r\n", []string{"ABOR"}},
		{"endless subnegotiation", Limits{}, "\xff\xfa" + strings.Repeat("\x01", 1025) + "\r\nNOOP\r\n", []string{"!syntax", "NOOP"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := func(how string, pieces ...string) {
				t.Helper()
				if diff := cmp.Diff(tt.want, serve(t, tt.limits, pieces...)); diff != "" {
					t.Errorf("%s: mismatch (-want +got):\n%s", how, diff)
				}
			}
			check("whole", tt.in)
			var bytewise []string
			for i := range len(tt.in) {
				bytewise = append(bytewise, tt.in[i:i+1])
				check(fmt.Sprintf("cut at %d", i), tt.in[:i], tt.in[i:])
			}
			check("byte by byte", bytewise...)
		})
	}
}

// TestTelnetAnswersAreBounded: a flood of options that nobody fetches the answers of
// takes no more room than the bound.
func TestTelnetAnswersAreBounded(t *testing.T) {
	for _, role := range []Role{RoleClient, RoleServer} {
		m := machineIn(role, StateAuthorized, GuardClear)
		mustReceive(t, m, strings.Repeat("\xff\xfd\x01", 10_000))
		if got := len(m.Output()); got != maxAnswers {
			t.Errorf("role %d: %d bytes of answers, want %d", role, got, maxAnswers)
		}
		mustReceive(t, m, "\xff\xfb\x02")
		if got, want := string(m.Output()), "\xff\xfe\x02"; got != want {
			t.Errorf("role %d: Output %q, want %q", role, got, want)
		}
	}
}

// TestServerAnswersTelnet: DO is refused with WONT, WILL with DONT, and nothing
// else is answered (RFC 1123, Section 4.1.2.12; RFC 854).
func TestServerAnswersTelnet(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
	}{
		{"DO", "\xff\xfd\x01", "\xff\xfc\x01"},
		{"WILL", "\xff\xfb\x18", "\xff\xfe\x18"},
		{"WONT and DONT", "\xff\xfc\x01\xff\xfe\x01", ""},
		{"two", "\xff\xfd\x01N\xff\xfb\x02", "\xff\xfc\x01\xff\xfe\x02"},
		{"option 255", "\xff\xfd\xff", "\xff\xfc\xff"},
		{"IP, DM, AYT, subnegotiation", "\xff\xf4\xff\xf2\xff\xf6\xff\xfa\x01\xff\xf0", ""},
		{"doubled IAC", "\xff\xff\xfd\x01", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := machineIn(RoleServer, StateAuthorized, GuardClear)
			for i := range len(tt.in) {
				mustReceive(t, m, tt.in[i:i+1])
			}
			if got := string(m.Output()); got != tt.want {
				t.Errorf("Output %q, want %q", got, tt.want)
			}
			if again := m.Output(); again != nil {
				t.Errorf("Output again %q, want nil", again)
			}
			c := machineIn(RoleClient, StateAuthorized, GuardClear)
			mustReceive(t, c, tt.in)
			if got := string(c.Output()); got != tt.want {
				t.Errorf("client's Output %q, want %q: a client refuses, too", got, tt.want)
			}
		})
	}
}

// TestHeld: while a transfer runs, questions come through, and everything else
// waits for its turn, judged by the state it finds then.
func TestHeld(t *testing.T) {
	start := func(t *testing.T) *Machine {
		m := machineIn(RoleServer, StateAuthorized, GuardClear)
		mustReceive(t, m, "RETR a\r\n")
		wantCommands(t, "transfer", m, "RETR a")
		mustReply(t, m, 150)
		return m
	}
	t.Run("ABOR comes through", func(t *testing.T) {
		m := start(t)
		if !m.WantInput() {
			t.Error("the server does not listen during the transfer")
		}
		mustReceive(t, m, "ABOR\r\n")
		wantCommands(t, "ABOR", m, "ABOR")
		mustReply(t, m, 426, 226)
		if m.Pending() != 0 {
			t.Errorf("%d pending, want 0", m.Pending())
		}
	})
	t.Run("NOOP and STAT come through one at a time", func(t *testing.T) {
		m := start(t)
		mustReceive(t, m, "NOOP\r\nSTAT\r\n")
		wantCommands(t, "first", m, "NOOP")
		if m.WantInput() {
			t.Error("the server wants more input with STAT unread")
		}
		mustReply(t, m, 200)
		wantCommands(t, "second", m, "STAT")
		mustReply(t, m, 211)
		if m.Pending() != 1 || !m.WantInput() {
			t.Errorf("%d pending, WantInput %v; want the transfer alone", m.Pending(), m.WantInput())
		}
		mustReply(t, m, 226)
	})
	t.Run("the rest waits", func(t *testing.T) {
		for _, line := range []string{"CWD d", "STAT d", "QUIT", "RETR b", "PASV"} {
			m := start(t)
			mustReceive(t, m, line+"\r\nSYST\r\n")
			wantCommands(t, "during the transfer", m)
			if m.WantInput() {
				t.Errorf("%s: the server wants input while a command is held", line)
			}
			mustReply(t, m, 226)
			wantCommands(t, "behind the transfer", m, line)
			mustReply(t, m, 500)
			wantCommands(t, "behind the held command", m, "SYST")
			mustReply(t, m, 215)
			if !m.WantInput() {
				t.Errorf("%s: the server does not want input again", line)
			}
		}
	})
	t.Run("a malformed line waits with its fault", func(t *testing.T) {
		m := start(t)
		mustReceive(t, m, "DELE a\x00\r\nNOOP\r\n")
		wantCommands(t, "during the transfer", m)
		mustReply(t, m, 451)
		e, ok := m.Next()
		if err, isSyntax := errors.AsType[*SyntaxError](e.Err); !ok || !isSyntax || !strings.Contains(err.Reason, "NUL") {
			t.Fatalf("event %+v, want the fault found when it was read", e)
		}
		mustReply(t, m, 500)
		wantCommands(t, "behind it", m, "NOOP")
	})
	t.Run("judged in its turn", func(t *testing.T) {
		m := start(t)
		mustReceive(t, m, "REIN\r\nCWD d\r\n")
		mustReply(t, m, 226)
		wantCommands(t, "REIN", m, "REIN")
		mustReply(t, m, 220)
		wantCommands(t, "the login is over", m, "CWD d!530")
	})
	t.Run("login in one segment", func(t *testing.T) {
		m := NewMachine(Config{Role: RoleServer})
		mustReceive(t, m, "USER u\r\nPASS p\r\nPWD\r\n")
		wantCommands(t, "before the greeting", m)
		if m.WantInput() {
			t.Error("the server wants more input before it has greeted")
		}
		mustReply(t, m, 120, 220)
		wantCommands(t, "USER", m, "USER u")
		mustReply(t, m, 331)
		wantCommands(t, "PASS", m, "PASS ****")
		mustReply(t, m, 230)
		wantCommands(t, "PWD", m, "PWD")
	})
	t.Run("a held AUTH throws away what follows", func(t *testing.T) {
		m := start(t)
		mustReceive(t, m, "AUTH TLS\r\nNOOP\r\n")
		mustReply(t, m, 226)
		wantCommands(t, "AUTH", m, "AUTH TLS")
		mustReply(t, m, 234)
		wantCommands(t, "nothing but TLS", m, "start TLS")
		m.TLSEstablished()
		wantCommands(t, "nothing behind it", m)
	})
}

// TestServerClosing: whoever writes on after the farewell is not heard.
func TestServerClosing(t *testing.T) {
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	mustReceive(t, m, "QUIT\r\nDELE a\r\n")
	wantCommands(t, "QUIT", m, "QUIT")
	mustReply(t, m, 221)
	mustReceive(t, m, strings.Repeat("NOOP\r\n", 1000))
	wantCommands(t, "nothing more", m)
	if m.WantInput() || len(m.commands.input) > 100 {
		t.Errorf("WantInput %v, %d bytes kept", m.WantInput(), len(m.commands.input))
	}
}

// TestServerReplyExcluded: a reply that the diagram excludes is refused and
// changes nothing.
func TestServerReplyExcluded(t *testing.T) {
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	mustReceive(t, m, "PASV\r\n")
	wantCommands(t, "PASV", m, "PASV")
	for _, c := range []Code{150, 350, 631, 0, 99, 700, 1000, -1} {
		wire, err := m.Reply(NewReply(c, "x"))
		if e, ok := errors.AsType[*SequenceError](err); !ok || wire != nil || e.Verb != "PASV" || e.Code != c {
			t.Errorf("Reply(%d) = %q, %v; want a *SequenceError about PASV", c, wire, err)
		}
	}
	mustReply(t, m, 227)
}

// TestMalformedLineIsAnsweredLikeACommand: its refusal is one reply, no more.
func TestMalformedLineIsAnsweredLikeACommand(t *testing.T) {
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	mustReceive(t, m, "\x01\r\n")
	wantCommands(t, "malformed", m, "!syntax")
	if _, err := m.Reply(NewReply(331, "x")); err == nil {
		t.Error("331 answers a malformed line")
	}
	mustReply(t, m, 500)
	if m.Pending() != 0 {
		t.Errorf("%d pending, want 0", m.Pending())
	}
}
