package listing

import (
	"slices"
	"testing"
)

func TestDateFormatDetector(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lines  []string
		unread int
		want   string
		all    bool
	}{
		{"year first", []string{"96-12-31  10:11AM       4063 a", "96-11-30  10:11AM       4063 b"}, 2, "yy-MM-dd hh:mma", true},
		{"glued, day or month first", []string{
			"-rw-r--r-- 1 mira ops 5 03/04/2024-15:04 a", "-rw-r--r-- 1 mira ops 5 28/04/2024-15:04 b",
		}, 2, "dd/MM/yyyy-HH:mm", true},
		{"recent and old", []string{
			"-rw-r--r-- 1 mira ops 5 20240109:15:04 a", "-rw-r--r-- 1 mira ops 5 20240109:15:05 b", "-rw-r--r-- 1 mira ops 5 Jan 9 2019 c",
		}, 2, "yyyyMMdd:HH:mm|MMM d yyyy", true},
		{"unknown month", []string{"-rw-r--r-- 1 mira ops 5 Qqq 17 2025 a"}, 1, "", false},
		{"one line of many", []string{"-rw-r--r-- 1 mira ops 5 20240109:15:04 a", "-rw-r--r-- 1 mira ops 5 Qqq 17 2025 b"}, 2, "yyyyMMdd:HH:mm", false},
		{"all known", []string{"-rw-r--r-- 1 mira ops 5 Feb  9 15:04 a"}, 0, "", false},
		{"format without formats", []string{"+i1.2,m0,r,\ta"}, 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d DateFormatDetector
			for e := range Lines(slices.Values(tt.lines), Options{Now: testNow}) {
				d.Add(&e)
			}
			format, all := d.Propose()
			if d.Unread() != tt.unread || format != tt.want || all != tt.all {
				t.Errorf("%d unread, %q, all: %v; want %d, %q, %v", d.Unread(), format, all, tt.unread, tt.want, tt.all)
			}
		})
	}
}
