package conformance

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "220 Hello", "220 Hello"},
		{"line end", "220 x\r\n", `220 x\r\n`},
		{"control characters", "a\x1b[2J\x00b", `a\x1b[2J\x00b`},
		{"UTF-8", "é日😀", "é日😀"},
		{"not UTF-8", "a\xff\xe9", `a\xff\xe9`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := visible(tt.in); got != tt.want {
				t.Errorf("visible(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
	if got := visible(strings.Repeat("x", 10_000)); len(got) > lineBytes+40 {
		t.Errorf("a line of 10000 bytes is shown in %d", len(got))
	}
}

func TestTapeIsBounded(t *testing.T) {
	p := newTape(newMasker(), nil)
	for range 5000 {
		p.add("ctrl 1", ">", false, "NOOP")
	}
	lines := p.lines()
	if len(lines) != tapeHead+tapeTail+1 || !strings.Contains(lines[tapeHead].Text, "4800 lines left out") {
		t.Errorf("%d lines, in the middle %q", len(lines), lines[tapeHead].Text)
	}
}

func TestIsExtended(t *testing.T) {
	for text, want := range map[string]bool{
		"(|||1|)": true, "(!!!65535!)": true, "(|1||5|)": false, "(|1|127.0.0.1|5|)": false, "(||||)": false, "(||5|)": false, "()": false, "(   5 )": false,
	} {
		if got := isExtended(text); got != want {
			t.Errorf("isExtended(%q) = %t, want %t", text, got, want)
		}
	}
}
