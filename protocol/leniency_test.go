package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// play drives a client's machine that is logged in: "> RETR a" sends, any other word
// is a line that arrives. It returns outcomes with the names of leniencies, and the
// error that ended the connection.
func play(t *testing.T, m *Machine, script string) ([]string, error) {
	t.Helper()
	var got []string
	for step := range strings.SplitSeq(script, "; ") {
		if line, ok := strings.CutPrefix(step, "> "); ok {
			verb, arg, _ := strings.Cut(line, " ")
			if _, err := m.Send(Command{Verb: Verb(verb), Arg: arg}); err != nil {
				return got, err
			}
			continue
		}
		err := m.Receive([]byte(step + "\r\n"))
		for e, ok := m.Next(); ok; e, ok = m.Next() {
			s := fmt.Sprintf("%s %d %s", e.Command.Verb, e.Reply.Code, e.Outcome)
			switch e.Kind {
			case EventExtra:
				s = fmt.Sprintf("%s %d dropped", e.Command.Verb, e.Reply.Code)
			case EventMerged:
				s = fmt.Sprintf("%s merged", e.Command.Verb)
			}
			if e.Leniency != "" {
				s += " (" + e.Leniency + ")"
			}
			got = append(got, s)
		}
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

// TestLeniencies: each named leniency pairs what follows rightly, or ends the
// connection. "over" is a *ViolationError.
func TestLeniencies(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         string
		over         bool
	}{
		{"Q21: two 226, then a command",
			"> RETR a; 150 go; 226 done; 226 done; > PWD; 257 x",
			"RETR 150 wait, RETR 226 success, RETR 226 dropped (extra-transfer-reply), PWD 257 success", false},
		{"Q21: the second 226 comes behind the next command",
			"> RETR a; 150 go; 226 done; > PWD; 226 done; 257 x",
			"RETR 150 wait, RETR 226 success, RETR 226 dropped (extra-transfer-reply), PWD 257 success", false},
		{"Q21: the second 226 comes behind the next transfer",
			"> RETR a; 150 go; 226 done; > RETR b; 226 done; 150 go; 226 done",
			"RETR 150 wait, RETR 226 success, RETR 226 dropped (extra-transfer-reply), RETR 150 wait, RETR 226 success", false},
		{"Q21: three behind the next transfer",
			"> RETR a; 150 go; 226 a; > STOR b; 226 a; 226 a; 150 go; 226 b",
			"RETR 150 wait, RETR 226 success, RETR 226 dropped (extra-transfer-reply), RETR 226 dropped (extra-transfer-reply), STOR 150 wait, STOR 226 success", false},
		{"Q21: behind ABOR",
			"> RETR a; 150 go; > ABOR; 426 cut; 226 ok; 226 ok; > LIST; 226 ok; 150 go; 226 done",
			"RETR 150 wait, RETR 426 failure, ABOR 226 success, ABOR 226 dropped (extra-transfer-reply), ABOR 226 dropped (extra-transfer-reply), LIST 150 wait, LIST 226 success", false},
		{"Q21: 550 and 226 contradict each other",
			"> RETR a; 150 go; 550 no; 226 done", "RETR 150 wait, RETR 550 failure", true},
		{"Q21: they do so behind the next command",
			"> RETR a; 150 go; 550 no; > PWD; 226 done", "RETR 150 wait, RETR 550 failure", true},
		{"Q22: two 1yz",
			"> APPE a; 150 go; 125 go; 226 done",
			"APPE 150 wait, APPE 125 wait (extra-preliminary), APPE 226 success", false},
		{"Q22: restart markers are no second 1yz",
			"> STOR a; 150 go; 110 MARK 1 = 2; 110 MARK 2 = 3; 226 done",
			"STOR 150 wait, STOR 110 wait, STOR 110 wait, STOR 226 success", false},
		{"a transfer without a 1yz",
			"> RETR a; 226 done", "RETR 226 success (no-preliminary)", false},
		{"a server that never sends a 1yz",
			"> RETR a; 226 done; > RETR b; 226 done",
			"RETR 226 success (no-preliminary), RETR 226 success (no-preliminary)", false},
		{"Q23: two refusals of one command",
			"> OPTS MLST x; 500 no; 500 no; > PWD; 257 x",
			"OPTS 500 failure, OPTS 500 dropped (extra-reply), PWD 257 success", false},
		{"Q23: the second is taken for the next command's, whose own then shows it",
			"> OPTS MLST x; 500 no; > PWD; 500 no; 257 x", "OPTS 500 failure, PWD 500 failure", true},
		{"Q23: a refusal and a consent", "> OPTS MLST x; 500 no; 200 ok", "OPTS 500 failure", true},
		{"two values for one question, then the same question",
			"> SIZE a; 213 5; > SIZE b; 213 5; 213 9", "SIZE 213 success, SIZE 213 success", true},
		{"two addresses: the second is not used",
			"> PASV; 227 (1); 227 (2); > PWD; 257 x",
			"PASV 227 success, PASV 227 dropped (extra-reply), PWD 257 success", false},
		{"a second address behind the next command",
			"> PASV; 227 (1); > RETR a; 227 (2); 150 go; 226 done",
			"PASV 227 success, PASV 227 dropped (extra-reply), RETR 150 wait, RETR 226 success", false},
		{"Q24: 200 and later 250",
			"> CWD d; 200 ok; 250 ok; > PWD; 257 x",
			"CWD 200 success, CWD 250 dropped (extra-cwd-reply), PWD 257 success", false},
		{"Q24: the 250 comes behind the next command",
			"> CWD d; 200 ok; > PWD; 250 ok; 257 x",
			"CWD 200 success, CWD 250 dropped (extra-cwd-reply), PWD 257 success", false},
		{"Q24: 200 alone", "> CWD d; 200 ok; > DELE f; 200 ok; > TYPE I; 200 ok", "CWD 200 success, DELE 200 success, TYPE 200 success", false},
		{"Q9: several replies to PASS",
			"> USER u; 331 who; > PASS p; 230 in; 230 in; > SYST; 230 really; 215 UNIX",
			"USER 331 continue, PASS 230 success, PASS 230 dropped (extra-login-reply), PASS 230 dropped (extra-login-reply), SYST 215 success", false},
		{"Q9: 230 and 530", "> USER u; 331 who; > PASS p; 230 in; 530 out", "USER 331 continue, PASS 230 success", true},
		{"more extra replies than the limit",
			"> NOOP; 200 a; 200 a; 200 a; 200 a; 200 a; 200 a", "NOOP 200 success, NOOP 200 dropped (extra-reply), NOOP 200 dropped (extra-reply), NOOP 200 dropped (extra-reply), NOOP 200 dropped (extra-reply)", true},
		{"behind REIN nothing is dropped", "> REIN; 220 ok; 220 ok", "REIN 220 success", true},

		{"NOOP refused during a transfer",
			"> RETR a; 150 go; > NOOP; 500 no; 226 done",
			"RETR 150 wait, NOOP 500 failure (refused-during-transfer), RETR 226 success", false},
		{"STAT refused during a transfer",
			"> RETR a; 150 go; > STAT; 502 no; 226 done",
			"RETR 150 wait, STAT 502 failure (refused-during-transfer), RETR 226 success", false},
		{"ABOR refused during a transfer, which goes on",
			"> RETR a; 150 go; > ABOR; 502 no; 226 done",
			"RETR 150 wait, ABOR 502 failure (refused-during-transfer), RETR 226 success", false},
		{"refused in turn", "> RETR a; 150 go; > NOOP; > STAT; 500 no; 500 no; 426 cut",
			"RETR 150 wait, NOOP 500 failure (refused-during-transfer), STAT 500 failure (refused-during-transfer), RETR 426 failure", false},
		{"a transfer that ends badly is none of those",
			"> RETR a; 150 go; > NOOP; 451 disk; 200 ok", "RETR 150 wait, RETR 451 failure, NOOP 200 success", false},
		{"before the 1yz the refusal is the transfer's",
			"> RETR a; > NOOP; 500 no; 200 ok", "RETR 500 failure, NOOP 200 success", false},
		{"the refusal was the transfer's after all",
			"> RETR a; 150 go; > NOOP; 500 no; 200 ok", "RETR 150 wait, NOOP 500 failure (refused-during-transfer)", true},
		{"a refusal that both could have had: the transfer's 226 shows that it was not its own",
			"> RETR a; 150 go; > STAT d; 550 no; 226 done", "RETR 150 wait, RETR 550 failure", true},
		{"one reply for two", "> RETR a; 150 go; > ABOR; 226 ok; > NOOP; 200 ok",
			"RETR 150 wait, RETR 226 success, ABOR merged (merged-replies), NOOP 200 success", false},

		{"532, ACCT, the command again",
			"> STOR a; 532 account; > ACCT x; 230 ok; > STOR a; 150 go; 226 done",
			"STOR 532 failure, ACCT 230 success, STOR 150 wait, STOR 226 success", false},
		{"332, ACCT, the server goes on by itself",
			"> STOR a; 332 account; > ACCT x; 230 ok; 150 go; 226 done; > PWD; 257 x",
			"STOR 332 failure (account-wanted), ACCT 230 success, STOR 150 wait (stored-command), STOR 226 success (stored-command), PWD 257 success", false},
		{"332, ACCT, the command again",
			"> STOR a; 332 account; > ACCT x; 230 ok; > STOR a; 150 go; 226 done",
			"STOR 332 failure (account-wanted), ACCT 230 success, STOR 150 wait, STOR 226 success", false},
		{"332 for a command without data",
			"> DELE a; 332 account; > ACCT x; 202 ok; 250 gone; > PWD; 257 x",
			"DELE 332 failure (account-wanted), ACCT 202 success, DELE 250 success (stored-command), PWD 257 success", false},
		{"332 to RNFR leads to no RNTO",
			"> RNFR a; 332 account; > ACCT x; 530 no; > PWD; 257 x",
			"RNFR 332 failure (account-wanted), ACCT 530 failure, PWD 257 success", false},
		{"332 given up", "> DELE a; 332 account; > PWD; 257 x; > ACCT x; 230 ok; > NOOP; 200 ok",
			"DELE 332 failure (account-wanted), PWD 257 success, ACCT 230 success, NOOP 200 success", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := play(t, machineIn(RoleClient, StateAuthorized, GuardClear), tt.script)
			if diff := cmp.Diff(strings.Split(tt.want, ", "), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if _, ok := errors.AsType[*ViolationError](err); ok != tt.over || !ok && err != nil {
				t.Errorf("error %v, want a *ViolationError: %v", err, tt.over)
			}
		})
	}
}

// TestExtraReplyCutInTwo: an extra reply that has begun when the next command goes
// out belongs to the one before.
func TestExtraReplyCutInTwo(t *testing.T) {
	const stream = "226 done\r\n"
	for cut := 1; cut < len(stream); cut++ {
		m := machineIn(RoleClient, StateAuthorized, GuardClear)
		if _, err := play(t, m, "> RETR a; 150 go; 226 done"); err != nil {
			t.Fatal(err)
		}
		mustReceive(t, m, stream[:cut])
		if _, err := m.Send(Command{Verb: "NOOP"}); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		mustReceive(t, m, stream[cut:]+"200 ok\r\n")
		if diff := cmp.Diff([]string{"RETR 226 dropped", "NOOP 200 success"}, outcomes(m)); diff != "" {
			t.Errorf("cut at %d: mismatch (-want +got):\n%s", cut, diff)
		}
	}
}

// TestExtraLimit: the limit of extra replies is the one configured, to the reply.
func TestExtraLimit(t *testing.T) {
	for _, tt := range []struct{ limit, want int }{{0, 4}, {1, 1}, {7, 7}} {
		m := machineIn(RoleClient, StateAuthorized, GuardClear)
		m.cfg.Limits.Extra = tt.limit
		m.begin(Command{Verb: "NOOP"})
		mustReceive(t, m, strings.Repeat("200 ok\r\n", 1+tt.want))
		if err := m.Receive([]byte("200 ok\r\n")); err == nil {
			t.Errorf("limit %d: %d extra replies are borne", tt.limit, tt.want+1)
		}
	}
}

// TestStored: what the server keeps until ACCT, on both sides.
func TestStored(t *testing.T) {
	p := newPair(t, false)
	p.reply(230, "in")
	p.do("STOR", "a", 332)
	for _, m := range []*Machine{p.client, p.server} {
		if c, ok := m.Stored(); !ok || c.Verb != "STOR" || c.Arg != "a" {
			t.Errorf("Stored = %+v, %v; want STOR a", c, ok)
		}
	}
	if err := p.send("ACCT", "x"); err != nil {
		t.Fatal(err)
	}
	p.reply(230, "thanks")
	if e, ok := p.server.Next(); !ok || e.Kind != EventCommand || e.Command.Verb != "STOR" || e.Command.Arg != "a" || e.Err != nil {
		t.Fatalf("server: %+v, %v; want STOR a once more", e, ok)
	}
	if c, ok := p.client.Stored(); !ok || c.Verb != "STOR" {
		t.Errorf("client: Stored = %+v, %v; its replies are due", c, ok)
	}
	p.reply(150, "go")
	if _, ok := p.client.Stored(); ok {
		t.Error("client: still stored behind its first reply")
	}
	p.reply(226, "done")
	if p.client.Pending() != 0 || p.server.Pending() != 0 {
		t.Errorf("%d and %d pending", p.client.Pending(), p.server.Pending())
	}
	p.do("PWD", "", 257)
}

// TestImplicitREIN: the connection of implicit TLS keeps it and starts again;
// behind CCC there is none to keep.
func TestImplicitREIN(t *testing.T) {
	p := newPair(t, true)
	p.tls(EventStartTLS)
	p.reply(220, "ready")
	p.do("USER", "u", 230)
	p.do("PROT", "C", 200)
	p.do("REIN", "", 220)
	p.wantState("REIN", StateAuthenticated)
	want := Protection{Control: GuardSized, Data: LevelPrivate, Mechanism: "TLS"}
	if diff := cmp.Diff([]Protection{want, want}, []Protection{p.client.Protection(), p.server.Protection()}); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if e, ok := p.client.Next(); ok {
		t.Errorf("event %+v, want none", e)
	}
	p.do("USER", "u", 230)
	p.do("CCC", "", 200)
	p.tls(EventStopTLS)
	p.do("REIN", "", 220)
	p.wantState("REIN in clear", StateUnauthenticated)
	if got := p.client.Protection(); got != (Protection{}) {
		t.Errorf("protection %+v, want none", got)
	}
}

// TestMarks: every code that marks a verb is one that the verb's diagram allows, and
// every verb is one of the table.
func TestMarks(t *testing.T) {
	for code, verbs := range marks {
		for _, v := range verbs {
			info, ok := LookupVerb(v)
			if out := verdicts[info.Diagram][code.Class()-1]; !ok || out != Success {
				t.Errorf("%d marks %s, which it answers with %s", code, v, out)
			}
		}
	}
}
