package listing

import "testing"

func TestSaysNothing(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"Opening BINARY mode data connection for e (0 bytes)", true},
		{"Opening BINARY mode data connection for e (0 bytes).", true},
		{"Options: -l \n0 matches total", true},
		{"0 matches total", true},
		{"Transfer complete; 0 bytes transferred.", true},
		{"File sent ok, 0 bytes in 0.00 secs", true},
		{"Closing data connection, sent 0 bytes", true},
		{"0 entries.", true},

		{"", false},
		{"0", false},
		{"bytes", false},
		{"Transfer complete", false},
		{"10 matches total", false},
		{"Opening BINARY mode data connection for e (10 bytes)", false},
		{"1000 bytes sent at 0 bytes/s", false},
		{"1000 bytes sent, 0 bytes per second", false},
		{"1000 bytes sent. 0 files found", false},
		{"done, quota 0 bytes free", false},
		{"1,0 bytes transferred", false},
		{"0.5 bytes transferred", false},
		{"file0 bytes transferred", false},
	}
	for _, tt := range tests {
		if got := SaysNothing(tt.text); got != tt.want {
			t.Errorf("SaysNothing(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}
