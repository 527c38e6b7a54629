package protocol

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// replay has a client send commands at once, read a server's bytes, and returns
// what each reply was taken for.
func replay(t *testing.T, m *Machine, commands []Command, wire string) []string {
	t.Helper()
	for _, c := range commands {
		if _, err := m.Send(c); err != nil {
			t.Fatalf("%s: %v", c.Verb, err)
		}
	}
	if err := m.Receive([]byte(wire)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, ok := m.Next(); ok; e, ok = m.Next() {
		got = append(got, string(e.Command.Verb)+" "+e.Outcome.String())
	}
	return got
}

// loggedInClient returns a client's machine in state Authorized.
func loggedInClient(t *testing.T) *Machine {
	t.Helper()
	m := NewMachine(Config{})
	if err := m.Receive([]byte("230 welcome\r\n")); err != nil {
		t.Fatal(err)
	}
	m.Next()
	return m
}

func TestQuitOvertakesTransfer(t *testing.T) {
	got := replay(t, loggedInClient(t), []Command{{Verb: "RETR", Arg: "a"}, {Verb: "QUIT"}},
		"150 here it comes\r\n221 bye\r\n226 done\r\n")
	want := []string{"RETR wait", "QUIT success", "RETR success"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes mismatch (-want +got):\n%s", diff)
	}
}

func TestOnly234StartsTLS(t *testing.T) {
	for _, tc := range []struct {
		name, reply, arg string
		want             string
		state            State
	}{
		{"234", "234 go on\r\n", "TLS", "AUTH success", StateAwaitTLS},
		{"another completion", "200 fine\r\n", "TLS", "AUTH failure", StateUnauthenticated},
		{"a security exchange", "334 ADAT please\r\n", "GSSAPI", "AUTH continue", StateNeedADAT},
		{"a security exchange of TLS, which has none", "334 ADAT please\r\n", "TLS", "AUTH failure", StateUnauthenticated},
		{"the same of its older name", "334 ADAT please\r\n", "ssl", "AUTH failure", StateUnauthenticated},
		{"a refusal", "534 no\r\n", "TLS", "AUTH failure", StateUnauthenticated},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := NewMachine(Config{})
			if err := m.Receive([]byte("220 hello\r\n")); err != nil {
				t.Fatal(err)
			}
			m.Next()
			got := replay(t, m, []Command{{Verb: "AUTH", Arg: tc.arg}}, tc.reply)
			if got[0] != tc.want || m.State() != tc.state {
				t.Errorf("%s in state %s, want %s in state %s", got[0], m.State(), tc.want, tc.state)
			}
		})
	}
}

func TestTLSGreetingIsNamed(t *testing.T) {
	m := NewMachine(Config{})
	err := m.Receive([]byte{0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46})
	if err == nil || !strings.Contains(err.Error(), "implicit TLS") {
		t.Errorf("a TLS alert for a greeting: %v; want a word on implicit TLS", err)
	}
}
