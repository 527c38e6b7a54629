package protocol

import (
	"fmt"
	"strings"
	"testing"
)

// loginTable is the login (RFC 959, Section 6; RFC 2228, Section 9; RFC 7151): a
// command, the reply that ends it, and where that leads to from Unauthenticated,
// NeedPassword, NeedAccount and Authorized. I is Authorized, P NeedPassword, A
// NeedAccount, 0 Unauthenticated, X Closing, = the same; a number is how the command
// is refused, "!" a reply that the command excludes.
const loginTable = `
USER 230 I I I I    USER 232 I I I I    USER 299 I I I I
USER 331 P P P P    USER 336 P P P P    USER 399 P P P P    USER 332 A A A A
USER 430 0 0 0 =    USER 500 0 0 0 =    USER 530 0 0 0 =    USER 534 0 0 0 =
USER 150 ! ! ! !    USER 631 ! ! ! !    USER 421 X X X X
PASS 230 503 I 503 503    PASS 202 503 I 503 503    PASS 332 503 A 503 503    PASS 399 503 A 503 503
PASS 450 503 0 503 503    PASS 503 503 0 503 503    PASS 530 503 0 503 503    PASS 421 503 X 503 503
PASS 150 503 ! 503 503    PASS 631 503 ! 503 503
ACCT 230 503 503 I =    ACCT 202 503 503 I =    ACCT 450 503 503 0 =    ACCT 503 503 503 0 =
ACCT 530 503 503 0 =    ACCT 150 503 503 ! !    ACCT 331 503 503 ! !    ACCT 421 503 503 X X
HOST 220 0 0 0 503    HOST 504 = = = 503    HOST 501 = = = 503    HOST 421 X X X 503
HOST 150 ! ! ! 503    HOST 332 ! ! ! 503
REIN 220 0 0 0 0    REIN 230 0 0 0 0    REIN 120 = = = =    REIN 502 = = = =    REIN 350 ! ! ! !    REIN 421 X X X X
QUIT 221 X X X X    QUIT 500 = = = =    QUIT 150 ! ! ! !    QUIT 350 ! ! ! !    QUIT 421 X X X X
`

var loginStates = []State{StateUnauthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized}

func readLoginTable(t *testing.T) map[triple]string {
	t.Helper()
	want := map[triple]string{}
	f := strings.Fields(loginTable)
	for ; len(f) >= 6; f = f[6:] {
		var c Code
		if _, err := fmt.Sscan(f[1], &c); err != nil {
			t.Fatal(err)
		}
		for i, s := range loginStates {
			want[triple{s, Verb(f[0]), c}] = f[2+i]
		}
	}
	if len(f) != 0 {
		t.Fatalf("left over: %q", f)
	}
	return want
}

// TestLoginTable walks the table, and wants every command that has no row in it to
// leave the login as it is, whatever answers it.
func TestLoginTable(t *testing.T) {
	want := readLoginTable(t)
	for p, cell := range want {
		for _, role := range []Role{RoleClient, RoleServer} {
			checkLogin(t, role, p, cell)
		}
	}
	for info := range Verbs() {
		if _, has := want[triple{StateUnauthenticated, info.Verb, 421}]; has {
			continue
		}
		switch info.Verb {
		case "AUTH", "ADAT", "CCC": // TestSecurityTable
			continue
		}
		for _, s := range loginStates {
			for _, c := range []Code{200, 226, 230, 331, 332, 500, 530} {
				cell := "="
				if out := verdicts[info.Diagram][c.Class()-1]; out == Violation && !storesCommand(triple{s, info.Verb, c}) {
					cell = "!"
				}
				if !info.states.has(s) {
					cell = "530"
				}
				if info.states == protected {
					cell = "503"
				}
				checkLogin(t, RoleClient, triple{s, info.Verb, c}, cell)
				checkLogin(t, RoleServer, triple{s, info.Verb, c}, cell)
			}
		}
	}
}

func checkLogin(t *testing.T, role Role, p triple, cell string) {
	t.Helper()
	m := machineIn(role, p.state, GuardClear)
	m.params.RenameFrom = "a" // RNTO is in order
	cmd := Command{Verb: p.verb, Arg: "x"}
	var code Code
	if n, _ := fmt.Sscan(cell, &code); n == 1 && code > 0 {
		wantRefusal(t, m, cmd, code)
		return
	}
	if err := m.check(cmd); err != nil {
		t.Errorf("role %d, %+v: %v", role, p, err)
		return
	}
	m.begin(cmd)
	var err error
	if role == RoleServer {
		_, err = m.Reply(NewReply(p.code, "text"))
	} else {
		err = m.Receive(NewReply(p.code, "text").Append(nil))
	}
	next := map[string]State{"I": StateAuthorized, "P": StateNeedPassword, "A": StateNeedAccount, "0": StateUnauthenticated, "X": StateClosing, "=": p.state}
	want := next[cell]
	if cell == "!" {
		if want = p.state; role == RoleClient {
			want = StateClosed
		}
	}
	if (err != nil) != (cell == "!") || m.State() != want {
		t.Errorf("role %d, %+v: state %s, error %v; want %q", role, p, m.State(), err, cell)
	}
}

// TestGreetingTable: what may stand at the beginning, on both sides.
func TestGreetingTable(t *testing.T) {
	for _, tt := range []struct {
		codes []Code
		want  string // as in loginTable
	}{
		{[]Code{220}, "0"}, {[]Code{120, 220}, "0"}, {[]Code{120, 120, 220}, "0"}, {[]Code{230}, "I"}, {[]Code{299}, "0"},
		{[]Code{421}, "X"}, {[]Code{120, 421}, "X"}, {[]Code{500}, "X"}, {[]Code{430}, "X"}, {[]Code{331}, "!"}, {[]Code{631}, "!"},
	} {
		for _, role := range []Role{RoleClient, RoleServer} {
			m := machineIn(role, StateAwaitGreeting, GuardClear)
			if e := m.check(Command{Verb: "NOOP"}); e == nil {
				t.Errorf("role %d: a command may go before the greeting", role)
			}
			var err error
			for _, c := range tt.codes {
				if role == RoleServer {
					_, err = m.Reply(NewReply(c, "text"))
				} else {
					err = m.Receive(NewReply(c, "text").Append(nil))
				}
			}
			want := map[string]State{"0": StateUnauthenticated, "I": StateAuthorized, "X": StateClosing, "!": StateAwaitGreeting}[tt.want]
			if tt.want == "!" && role == RoleClient {
				want = StateClosed
			}
			if (err != nil) != (tt.want == "!") || m.State() != want {
				t.Errorf("role %d, %v: state %s, error %v; want %q", role, tt.codes, m.State(), err, tt.want)
			}
		}
	}
}
