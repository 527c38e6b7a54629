package protocol

import "testing"

func TestMark(t *testing.T) {
	for _, tt := range []struct {
		name             string
		in               Reply
		sender, receiver string
		ok               bool
	}{
		{"RFC 959", NewReply(110, "MARK 1234 = 5678"), "1234", "5678", true},
		{"no blanks", NewReply(110, "MARK 1234=5678"), "1234", "5678", true},
		{"words before it", NewReply(110, "Restart marker mark a = b."), "a", "b", true},
		{"several lines", NewReply(110, "Hello\nMARK 1 = 2"), "1", "2", true},
		{"another code", NewReply(150, "MARK 1 = 2"), "", "", false},
		{"one marker", NewReply(110, "MARK 1"), "", "", false},
		{"no receiver", NewReply(110, "MARK 1 ="), "", "", false},
		{"no sender", NewReply(110, "MARK = 1"), "", "", false},
		{"two signs", NewReply(110, "MARK 1 == 2"), "", "", false},
		{"no text", NewReply(110, ""), "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sender, receiver, ok := tt.in.Mark()
			if sender != tt.sender || receiver != tt.receiver || ok != tt.ok {
				t.Errorf("%q, %q, %v; want %q, %q, %v", sender, receiver, ok, tt.sender, tt.receiver, tt.ok)
			}
		})
	}
}

// TestMarkerArrives: the markers of a transfer reach the driver, all of them.
func TestMarkerArrives(t *testing.T) {
	m := machineIn(RoleClient, StateAuthorized, GuardClear)
	m.begin(Command{Verb: "STOR", Arg: "a"})
	mustReceive(t, m, "150 go\r\n110 MARK 10 = x\r\n110 MARK 20 = y\r\n226 done\r\n")
	var got []string
	for e, ok := m.Next(); ok; e, ok = m.Next() {
		if _, receiver, ok := e.Reply.Mark(); ok {
			if e.Final() || e.Outcome != Wait || e.Leniency != "" {
				t.Errorf("event %+v, want one that waits on", e)
			}
			got = append(got, receiver)
		}
	}
	if len(got) != 2 || got[0] != "x" || got[1] != "y" {
		t.Errorf("markers %q, want x and y", got)
	}
}
