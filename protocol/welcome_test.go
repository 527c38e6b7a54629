package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol"
)

// loggedIn returns a client's machine behind PASS, whose events are read.
func loggedIn(t *testing.T, cfg protocol.Config) *protocol.Machine {
	t.Helper()
	m := protocol.NewMachine(cfg)
	receive(t, m, "220 ready\r\n")
	for _, step := range []struct{ verb, reply string }{{"USER", "331 go on"}, {"PASS", "230 in"}} {
		if _, err := m.Send(protocol.Command{Verb: protocol.Verb(step.verb), Arg: "x"}); err != nil {
			t.Fatal(err)
		}
		receive(t, m, step.reply+"\r\n")
	}
	drain(m)
	return m
}

func receive(t *testing.T, m *protocol.Machine, s string) {
	t.Helper()
	if err := m.Receive([]byte(s)); err != nil {
		t.Fatalf("receive %q: %v", s, err)
	}
}

func drain(m *protocol.Machine) (events []string) {
	for {
		e, ok := m.Next()
		if !ok {
			return events
		}
		events = append(events, string(e.Command.Verb)+" "+e.Reply.Text()+" "+e.Outcome.String())
	}
}

// Q9: servers are known that answer PASS more than once.
func TestRepeatedWelcome(t *testing.T) {
	send := func(t *testing.T, m *protocol.Machine, verb protocol.Verb) {
		t.Helper()
		if _, err := m.Send(protocol.Command{Verb: verb}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(t *testing.T, m *protocol.Machine, events ...string) {
		t.Helper()
		if got := drain(m); strings.Join(got, "; ") != strings.Join(events, "; ") {
			t.Errorf("events %q; want %q", got, events)
		}
	}
	t.Run("before the next command", func(t *testing.T) {
		m := loggedIn(t, protocol.Config{})
		receive(t, m, "230 quota 5\r\n230 done\r\n")
		want(t, m, " quota 5 wait", " done wait")
	})
	t.Run("behind the next command", func(t *testing.T) {
		m := loggedIn(t, protocol.Config{})
		send(t, m, "FEAT")
		receive(t, m, "230 quota 5\r\n211 none\r\n")
		want(t, m, " quota 5 wait", "FEAT none success")
	})
	t.Run("a later command", func(t *testing.T) {
		m := loggedIn(t, protocol.Config{})
		send(t, m, "NOOP")
		receive(t, m, "200 ok\r\n")
		send(t, m, "NOOP")
		receive(t, m, "230 ok\r\n")
		want(t, m, "NOOP ok success", "NOOP ok success")
	})
	t.Run("REIN may be answered so", func(t *testing.T) {
		m := loggedIn(t, protocol.Config{})
		send(t, m, "REIN")
		receive(t, m, "230 out\r\n")
		want(t, m, "REIN out success")
	})
	t.Run("without end", func(t *testing.T) {
		m := loggedIn(t, protocol.Config{})
		err := m.Receive([]byte(strings.Repeat("230 in\r\n", 1000)))
		if _, ok := errors.AsType[*protocol.ViolationError](err); !ok {
			t.Errorf("1000 welcomes: %v; want a ViolationError", err)
		}
	})
	t.Run("without a login", func(t *testing.T) {
		m := protocol.NewMachine(protocol.Config{})
		receive(t, m, "220 ready\r\n")
		if err := m.Receive([]byte("230 in\r\n")); err == nil {
			t.Error("230 out of nothing was taken")
		}
	})
}
