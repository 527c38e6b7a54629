package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestUnknownCodes: only the first digit of a code that no RFC defines counts (RFC
// 1123, Section 4.1.2.11), under every diagram and on both sides.
func TestUnknownCodes(t *testing.T) {
	for class, known := range map[Code]Code{2: 200, 4: 450, 5: 550} {
		for info := range Verbs() {
			if info.Diagram == DiagramSequence && class == 2 || info.Verb == "AUTH" {
				continue // TestVerdicts; only 234 will do
			}
			for _, c := range []Code{class*100 + 6, class*100 + 49, class*100 + 99} {
				for _, role := range []Role{RoleClient, RoleServer} {
					a, b := machineIn(role, StateAuthorized, GuardSized), machineIn(role, StateAuthorized, GuardSized)
					a.begin(Command{Verb: info.Verb, Arg: "I"})
					b.begin(Command{Verb: info.Verb, Arg: "I"})
					if info.Verb == "CCC" && class == 2 {
						continue // only 200 takes TLS down
					}
					got, want := settleOne(t, a, c), settleOne(t, b, known)
					if got != want || a.State() != b.State() || a.Params() != b.Params() || a.Protection() != b.Protection() {
						t.Errorf("role %d, %s: %d leads to %s, %s; %d to %s, %s", role, info.Verb, c, got, a.State(), known, want, b.State())
					}
				}
			}
		}
	}
}

// TestSpontaneous: a reply that nothing asked for, in every state, is a 421 or the
// end of a client's connection; a server cannot write another.
func TestSpontaneous(t *testing.T) {
	for _, s := range []State{StateUnauthenticated, StateNeedADAT, StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized} {
		for _, c := range walkCodes {
			for _, role := range []Role{RoleClient, RoleServer} {
				m := machineIn(role, s, GuardClear)
				var err error
				if role == RoleServer {
					_, err = m.Reply(NewReply(c, "text"))
				} else {
					err = m.Receive(NewReply(c, "text").Append(nil))
				}
				want := s
				switch {
				case c == 421:
					want = StateClosing
				case role == RoleClient:
					want = StateClosed
				}
				if (err == nil) != (c == 421) || m.State() != want {
					t.Errorf("role %d, %s, %d: state %s, error %v; want %s", role, s, c, m.State(), err, want)
				}
			}
		}
	}
}

// TestFailedGroups: commands sent in one go, of which the first of a group fails.
func TestFailedGroups(t *testing.T) {
	for _, tt := range []struct {
		name, lines string
		replies     []Code
		want        string
	}{
		{"USER refused, PASS", "USER u\r\nPASS p\r\n", []Code{530}, "USER u,PASS ****!503"},
		{"RNFR refused, RNTO", "RNFR a\r\nRNTO b\r\n", []Code{550}, "RNFR a,RNTO b!503"},
		{"AUTH refused, PBSZ", "AUTH TLS\r\nPBSZ 0\r\n", []Code{504}, "AUTH TLS,PBSZ 0!503"},
		{"EPSV ALL refused, PASV", "EPSV ALL\r\nPASV\r\n", []Code{501}, "EPSV ALL,PASV"},
		{"EPSV ALL, PASV", "EPSV ALL\r\nPASV\r\n", []Code{200}, "EPSV ALL,PASV!503"},
		{"QUIT, and more", "QUIT\r\nDELE a\r\n", []Code{221}, "QUIT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := machineIn(RoleServer, StateAuthorized, GuardClear)
			if strings.HasPrefix(tt.lines, "USER") {
				m = machineIn(RoleServer, StateUnauthenticated, GuardClear)
			}
			mustReceive(t, m, tt.lines)
			got := commandsOf(m)
			for _, c := range tt.replies {
				mustReply(t, m, c)
				got = append(got, commandsOf(m)...)
			}
			if s := strings.Join(got, ","); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}

// TestFIFO: replies to commands sent in one go belong to them in order, cut anywhere.
func TestFIFO(t *testing.T) {
	const stream = "200 a\r\n257-b\r\n 500 c\r\n257 d\r\n500 e\r\n211-f\r\n211 g\r\n"
	for cut := range len(stream) + 1 {
		m := machineIn(RoleClient, StateAuthorized, GuardClear)
		for _, v := range []Verb{"NOOP", "PWD", "XYZZY", "FEAT"} {
			if _, err := m.Send(Command{Verb: v}); err != nil {
				t.Fatal(err)
			}
		}
		mustReceive(t, m, stream[:cut])
		mustReceive(t, m, stream[cut:])
		if got, want := strings.Join(outcomes(m), ","), "NOOP 200 success,PWD 257 success,XYZZY 500 failure,FEAT 211 success"; got != want {
			t.Errorf("cut at %d: %s, want %s", cut, got, want)
		}
	}
}

// TestEndOfControl: the end of the connection, in every state and with every kind of
// exchange in flight, leaves nothing pending and one answer for ever.
func TestEndOfControl(t *testing.T) {
	why := errors.New("the connection ended")
	for s := range State(stateCount) {
		for _, verb := range []Verb{"", "NOOP", "RETR", "RNFR", "USER", "REIN", "ABOR", "SITE", "AUTH", "MIC"} {
			for _, role := range []Role{RoleClient, RoleServer} {
				m := machineIn(role, s, GuardClear)
				if verb != "" && s != StateAwaitGreeting {
					m.begin(Command{Verb: verb, Arg: "x"})
				}
				m.Close(why)
				if m.State() != StateClosed || m.Pending() != 0 || m.Err() != why || m.Receive([]byte("200 ok\r\n")) != why || m.WantInput() {
					t.Errorf("role %d, %s, %s in flight: state %s, %d pending", role, s, verb, m.State(), m.Pending())
				}
			}
		}
	}
}

// TestTelnetEverywhere: options asked for in the middle of everything are refused
// and disturb nothing, on both sides, cut anywhere; byte 255 in a name comes doubled.
func TestTelnetEverywhere(t *testing.T) {
	const options, refusals = "\xff\xfd\x01\xff\xfb\x18\xff\xfc\x01\xff\xfe\x02\xff\xf6", "\xff\xfc\x01\xff\xfe\x18"
	for role, line := range map[Role]string{RoleServer: "CWD a\xff\xffb\r\n", RoleClient: "257 \"a\xff\xffb\"\r\n"} {
		for at := range len(line) + 1 {
			if at > 0 && line[at-1] == '\xff' {
				continue // an option there would be the second byte of the pair
			}
			stream := line[:at] + options + line[at:]
			for cut := range len(stream) + 1 {
				m := machineIn(role, StateAuthorized, GuardClear)
				if role == RoleClient {
					m.begin(Command{Verb: "PWD"})
				}
				mustReceive(t, m, stream[:cut])
				out := string(m.Output())
				mustReceive(t, m, stream[cut:])
				out += string(m.Output())
				e, ok := m.Next()
				got := e.Command.Arg
				if role == RoleClient {
					got = strings.Trim(e.Reply.Text(), `"`)
				} else { // what stands behind a command is looked at when that is answered
					mustReply(t, m, 250)
					out += string(m.Output())
				}
				if !ok || e.Err != nil || got != "a\xffb" || out != refusals {
					t.Fatalf("role %d, options at %d, cut at %d: %q, output %q", role, at, cut, got, out)
				}
			}
		}
	}
	for _, c := range []Command{{Verb: "RETR", Arg: "\xff"}, {Verb: "CWD", Arg: "a\xff\xffb"}, {Verb: "XYZZY", Arg: "\xff\xfd\x01"}} {
		wire, err := c.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		m := machineIn(RoleServer, StateAuthorized, GuardClear)
		mustReceive(t, m, string(wire))
		if e, _ := m.Next(); e.Command != c || m.Output() != nil {
			t.Errorf("%q went out as %q and came in as %q", c.Arg, wire, e.Command.Arg)
		}
	}
}

// TestExchangesInEveryState: no verb that Check allows leaves a machine without a
// way to end its exchange, in any state behind any guard.
func TestExchangesInEveryState(t *testing.T) {
	walked := 0
	for s := range State(stateCount) {
		for g := range Guard(guardCount) {
			for info := range Verbs() {
				m := machineIn(RoleServer, s, g)
				m.params.RenameFrom = "a"
				if s == StateAwaitGreeting || m.check(Command{Verb: info.Verb, Arg: "x"}) != nil {
					continue
				}
				walked++
				m.begin(Command{Verb: info.Verb, Arg: "x"})
				if _, err := m.Reply(NewReply(500, "no")); err != nil || m.Pending() != 0 {
					t.Errorf("%s", fmt.Sprint(info.Verb, " in ", s, " behind ", g, ": ", err))
				}
			}
		}
	}
	if walked < 400 {
		t.Errorf("%d exchanges walked", walked)
	}
}
