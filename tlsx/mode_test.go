package tlsx

import "testing"

func TestModeText(t *testing.T) {
	want := map[Mode]string{ModeNone: "none", ModeExplicit: "explicit", ModeImplicit: "implicit", 7: "Mode(7)"}
	for m, word := range want {
		text, err := m.MarshalText()
		if m.String() != word || string(text) != word || err != nil {
			t.Errorf("mode %d: %q, %q, %v; want %q", m, m.String(), text, err, word)
		}
	}
}
