package protocol

import (
	"fmt"
	"strings"
	"testing"
)

// securityTable is the security exchange (RFC 2228, Section 9; RFC 4217): a command,
// the reply that ends it, and where that leads to from clear, security data due,
// secured, sized and cleared. T is the TLS handshake, D security data due, S secured,
// Z sized, C cleared or on its way there, 0 clear or on its way there, X closing, =
// the same; a number is how the command is refused, "!" a reply that it excludes.
//
// The second table is that of a mechanism other than TLS.
const securityTable = `
AUTH 234 T 503 503 503 534    AUTH 334 = 503 503 503 534    AUTH 200 = 503 503 503 534
AUTH 504 = 503 503 503 534    AUTH 534 = 503 503 503 534    AUTH 431 = 503 503 503 534
AUTH 150 ! 503 503 503 534    AUTH 631 ! 503 503 503 534    AUTH 421 X 503 503 503 534
ADAT 235 503 S 503 503 503    ADAT 335 503 D 503 503 503    ADAT 501 503 0 503 503 503
ADAT 535 503 0 503 503 503    ADAT 421 503 X 503 503 503    ADAT 150 503 ! 503 503 503
PBSZ 200 503 503 Z Z 503      PBSZ 501 503 503 = = 503      PBSZ 350 503 503 ! ! 503    PBSZ 421 503 503 X X 503
PROT 200 503 503 503 = 503    PROT 431 503 503 503 = 503    PROT 504 503 503 503 = 503
PROT 534 503 503 503 = 503    PROT 536 503 503 503 = 503    PROT 421 503 503 503 X 503
MIC 537 503 503 537 537 503   CONF 537 503 503 537 537 503  ENC 537 503 503 537 537 503
CCC 200 533 533 C C 533       CCC 534 533 533 = = 533       CCC 533 533 533 = = 533
CCC 500 533 533 = = 533       CCC 350 533 533 ! ! 533       CCC 421 533 533 X X 533
REIN 220 0 0 0 0 0            REIN 502 = = = = =            REIN 421 X X X X X
NOOP 200 = = = = =            NOOP 533 = = = = =            FEAT 211 = = = = =
XYZZY 500 = = = = =           QUIT 221 X X X X X
`

const mechanismTable = `
AUTH 234 S 503 503 503 534    AUTH 334 D 503 503 503 534    AUTH 200 = 503 503 503 534    AUTH 504 = 503 503 503 534
ADAT 235 503 S 503 503 503    ADAT 335 503 D 503 503 503    ADAT 535 503 0 503 503 503
PBSZ 200 503 503 Z Z 503      PROT 200 503 503 503 = 503    PROT 536 503 503 503 = 503
CCC 200 533 533 C C 533       CCC 534 533 533 = = 533       CCC 533 533 533 = = 533
REIN 220 0 0 0 0 0            NOOP 200 = = = = =            QUIT 221 X X X X X
`

func TestSecurityTable(t *testing.T)  { walkSecurity(t, securityTable, false) }
func TestMechanismTable(t *testing.T) { walkSecurity(t, mechanismTable, true) }

func walkSecurity(t *testing.T, table string, message bool) {
	t.Helper()
	f := strings.Fields(table)
	for ; len(f) >= 7; f = f[7:] {
		var c Code
		if _, err := fmt.Sscan(f[1], &c); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			for _, role := range []Role{RoleClient, RoleServer} {
				checkSecurityCell(t, role, i, Verb(f[0]), c, f[2+i], message)
			}
		}
	}
	if len(f) != 0 {
		t.Fatalf("left over: %q", f)
	}
}

// securityMachine is a machine in a column of the tables.
func securityMachine(role Role, column int, message bool) *Machine {
	guard := []Guard{GuardClear, GuardClear, GuardSecured, GuardSized, GuardCleared}[column]
	state := []State{StateUnauthenticated, StateNeedADAT, StateAuthenticated, StateAuthorized, StateAuthorized}[column]
	m := machineIn(role, state, guard)
	mech := &toy{server: role == RoleServer, levels: "SEP"}
	if column > 0 {
		m.authName = "TLS"
	}
	if column >= 2 {
		m.prot.Mechanism = "TLS"
	}
	if message {
		m.cfg.Mechanism = func(string) Mechanism { return mech }
		if column > 0 {
			m.mech, m.authName, m.level = mech, "TOY", LevelSafe
		}
		if column >= 2 {
			m.prot.Mechanism = "TOY"
		}
	}
	return m
}

func checkSecurityCell(t *testing.T, role Role, column int, verb Verb, code Code, cell string, message bool) {
	t.Helper()
	m := securityMachine(role, column, message)
	name := fmt.Sprintf("role %d, mechanism %v, column %d, %s %d", role, message, column, verb, code)
	cmd := Command{Verb: verb, Arg: "TLS"}
	if message {
		cmd.Arg = "TOY"
	}
	var refusal Code
	if n, _ := fmt.Sscan(cell, &refusal); n == 1 && refusal > 0 {
		wantRefusal(t, m, cmd, refusal)
		return
	}
	if err := m.check(cmd); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	state, guard := m.State(), m.Protection().Control
	m.begin(cmd)
	m.offer(cmd) // a client's begin has done it, a server's deliverOne would
	var err error
	if role == RoleServer {
		_, err = m.Reply(NewReply(code, "text"))
	} else {
		r := NewReply(code, "text")
		if p, ok := m.protector(); ok {
			r, _ = r.protect(p, m.level)
		}
		err = m.Receive(r.Append(nil))
	}
	wantState, wantGuard := wantSecurity(cell, state, guard, message)
	if cell == "!" && role == RoleClient {
		wantState = StateClosed
	}
	if (err != nil) != (cell == "!") || m.State() != wantState || m.Protection().Control != wantGuard {
		t.Errorf("%s: state %s behind %s, error %v; want %q: %s behind %s", name, m.State(), m.Protection().Control, err, cell, wantState, wantGuard)
	}
}

// wantSecurity is what a cell stands for.
func wantSecurity(cell string, s State, g Guard, message bool) (State, Guard) {
	switch cell {
	case "T":
		return StateAwaitTLS, GuardClear // secured when the handshake is done
	case "D":
		return StateNeedADAT, GuardClear
	case "S":
		return StateAuthenticated, GuardSecured
	case "Z":
		return s, GuardSized
	case "C":
		switch {
		case !message:
			return StateAwaitClear, g // cleared when TLS is down
		case s == StateAuthenticated:
			return StateUnauthenticated, GuardCleared
		}
		return s, GuardCleared
	case "0":
		if !message && (g == GuardSecured || g == GuardSized) {
			return StateAwaitClear, GuardClear
		}
		return StateUnauthenticated, GuardClear
	case "X":
		return StateClosing, g
	}
	return s, g
}

// TestCCCInAllOrders: CCC before and behind PBSZ, PROT and the login, accepted and
// refused, and what follows it.
func TestCCCInAllOrders(t *testing.T) {
	steps := []string{"PBSZ 0 200", "PROT P 200", "USER u 331", "PASS p 230"}
	for at := range len(steps) + 1 {
		for _, code := range []Code{200, 533, 534, 500} {
			p := newPair(t, false)
			p.reply(220, "ready")
			p.do("AUTH", "TLS", 234)
			p.tls(EventStartTLS)
			play := func(steps []string) {
				for _, s := range steps {
					f := strings.Fields(s)
					var c Code
					if _, err := fmt.Sscan(f[2], &c); err != nil {
						t.Fatal(err)
					}
					p.do(Verb(f[0]), f[1], c)
				}
			}
			play(steps[:at])
			state, before := p.client.State(), p.client.Protection()
			p.do("CCC", "", code)
			if code != 200 {
				p.wantState("CCC refused", state)
				if p.client.Protection() != before || p.server.Protection() != before {
					t.Errorf("CCC %d at %d: protection changed", code, at)
				}
				play(steps[at:])
				continue
			}
			p.tls(EventStopTLS)
			if state == StateAuthenticated {
				state = StateUnauthenticated
			}
			p.wantState("CCC keeps the login", state)
			for _, m := range []*Machine{p.client, p.server} {
				wantRefusal(t, m, Command{Verb: "PBSZ", Arg: "0"}, 503)
				wantRefusal(t, m, Command{Verb: "PROT", Arg: "C"}, 503)
				wantRefusal(t, m, Command{Verb: "CCC"}, 533)
				wantRefusal(t, m, Command{Verb: "AUTH", Arg: "TLS"}, 534)
				if m.Protection().Data != before.Data {
					t.Errorf("CCC at %d changed the protection of data", at)
				}
			}
		}
	}
}

// TestCCCMustBeProtected: a mechanism that protects messages wants CCC protected
// (RFC 2228, Section 3).
func TestCCCMustBeProtected(t *testing.T) {
	p := newToyPair(t, "SEP")
	p.authenticate()
	if err := p.client.ProtectCommands(LevelClear); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, p.client, Command{Verb: "CCC"}, 533)
	mustReceive(t, p.server, "CCC\r\n")
	wantCommands(t, "in clear", p.server, "CCC!533")
	mustReply(t, p.server, 533)
	for _, tt := range []struct {
		line, want string
		code       Code
	}{
		{"MIC %", "MIC ****!501", 501}, {"MIC YWJj", "MIC ****!535", 535}, {"CONF YWJj", "CONF ****!535", 535}, {"NOOP", "NOOP", 200},
	} {
		mustReceive(t, p.server, tt.line+"\r\n")
		wantCommands(t, tt.line, p.server, tt.want)
		mustReply(t, p.server, tt.code)
	}
	p = newToyPair(t, "S")
	p.authenticate()
	mustReceive(t, p.server, "ENC YWJj\r\n")
	wantCommands(t, "a level that there is not", p.server, "ENC ****!537")
}
