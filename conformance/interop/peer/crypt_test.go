package peer

import (
	"strings"
	"testing"
)

// The values are what "openssl passwd -6" prints, and crypt(3) for the empty
// password, which openssl refuses.
func TestSHA512Crypt(t *testing.T) {
	tests := []struct{ name, password, salt, want string }{
		{"short", "Hello world!", "saltstring", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"},
		{"empty", "", "x", "$6$x$QSmr1Bx2g4O6BzKvdkgOcyU6H91X6I/XBv5pSalMhSPkwdH6Beo3F455xZJg0v//bxVK5F4OE5k1.0xuR26MK0"},
		{"longer than a sum", strings.Repeat("0123456789", 10), "abcdefghijklmnop", "$6$abcdefghijklmnop$O/PJJ5JvagkRbfL1EMU0RodZWAqzr2McOUu8kR.7HKdIaHotepP8/gWru4ejTa7YxvoL3Rw7xeQnwVnmNbAp3."},
		{"not ASCII", "pässwörd", "salt", "$6$salt$eOlgcuQrKG/uUNfGuhrDpZW1IZxBa2Pv6lxKVNGUSwNJLk4VqBrq8hiThVStkFH5WAHILk9Zofxyuv2j/5vSf1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sha512Crypt(tt.password, tt.salt); got != tt.want {
				t.Errorf("sha512Crypt(%q, %q) = %q, want %q", tt.password, tt.salt, got, tt.want)
			}
		})
	}
}
