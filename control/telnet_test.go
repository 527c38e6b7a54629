package control_test

import (
	"bufio"
	"testing"
)

// RFC 1123, Section 4.1.2.12: Telnet options are refused, and no reply is lost by them.
func TestTelnetOptionsRefused(t *testing.T) {
	for _, tt := range []struct{ name, from, answer string }{
		{"DO", "\xff\xfd\x06", "\xff\xfc\x06"},
		{"WILL", "\xff\xfb\x01", "\xff\xfe\x01"},
		{"DONT", "\xff\xfe\x06", ""},
		{"WONT", "\xff\xfc\x06", ""},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.writeRaw(tt.from)
			if tt.answer != "" {
				b, err := tc.r.Peek(3)
				if err != nil || string(b) != tt.answer {
					t.Fatalf("answer %q, %v; want %q", b, err, tt.answer)
				}
				tc.r.Discard(3)
			}
			tc.wantIdle("that is all")
			tc.r = bufio.NewReader(tc.srv)
			tc.wantAlive()
		})
	}
}
