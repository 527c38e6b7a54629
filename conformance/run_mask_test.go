package conformance

import "testing"

func TestMasker(t *testing.T) {
	m := newMasker("hunter2-hunter2", "x\x01yz", "ab")
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "331 it is hunter2-hunter2", "331 it is ****"},
		{"escaped", `no x\x01yz here`, "no **** here"},
		{"quoted after it was escaped", `no x\\x01yz here`, "no **** here"},
		{"cut off", "it is hunter2-h...", "it is ****..."},
		{"cut off early", "it is hun...", "it is ****..."},
		{"cut off, and more", "a hunter2... and b", "a ****... and b"},
		{"not one", "hunter2 alone", "hunter2 alone"},
		{"too short to search for", "ab cd", "ab cd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.text(tt.in); got != tt.want {
				t.Errorf("text(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
