package protocol

import "testing"

func TestRemarkOf(t *testing.T) {
	for _, tt := range []struct {
		text, name string
		want       Remark
		lines      string
	}{
		{"Transfer complete.", "a", NoRemark, ""},
		{"File successfully transferred\n0.004 seconds (measured here), 1.20 Kbytes per second", "a", NoRemark, ""},
		{"Successfully transferred \"/records truncated\"", "/records truncated", NoRemark, ""},
		{"Transfer completed successfully.", "a", NoRemark, ""},
		{"File transfer completed successfully.", "a", NoRemark, ""},
		{"Closing data connection.", "a", NoRemark, ""},
		{"", "a", NoRemark, ""},
		{"It is known to JES as JOB00042\nTransfer completed successfully.", "a", Remarked, "It is known to JES as JOB00042"},
		{"Transfer completed (data was truncated)", "a", Truncated, "Transfer completed (data was truncated)"},
		{"12 records truncated\nTransfer completed successfully.", "a", Truncated, "12 records truncated"},
		{"No records were truncated. Transfer complete.", "a", NoRemark, ""},
		{"Thank you for the virus", "a", Remarked, "Thank you for the virus"},
	} {
		if r, lines := RemarkOf(tt.text, tt.name); r != tt.want || lines != tt.lines {
			t.Errorf("%q: %v %q, want %v %q", tt.text, r, lines, tt.want, tt.lines)
		}
	}
}
