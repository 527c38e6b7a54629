package listing

import (
	"testing"
)

func TestListDatesGiven(t *testing.T) {
	for _, tt := range []struct {
		name, format, line string
		want, file         string
	}{
		{"Unix, day first", "dd-MM-yy HH:mm", "-rw-r--r-- 1 mira ops 7 03-04-21 10:11 a", "2021-04-03T10:11:00Z", "a"},
		{"Unix, without a year", "d/M HH:mm", "-rw-r--r-- 1 mira ops 7 3/2 10:11 a b", "2024-02-03T10:11:00Z", "a b"},
		{"Unix, one of two", "MMM d HH:mm|MMM d yyyy", "-rw-r--r-- 1 mira ops 7 Feb 3 2009 a", "2009-02-03T00:00:00Z", "a"},
		{"Unix, layout", "2006-01-02T15:04:05", "-rw-r--r-- 1 mira ops 7 2009-02-03T10:11:12 a", "2009-02-03T10:11:12Z", "a"},
		{"DOS, day first", "dd-MM-yy  hh:mma", "03-04-21  10:11PM       <DIR>          a", "2021-04-03T22:11:00Z", "a"},
		{"IBM i, day first", "dd/MM/yy", "MIRA            4096 03/04/21 10:11:12 *STMF      a.txt", "2021-04-03T10:11:12Z", "a.txt"},
		{"IBM i, year first, with the time", "yy/MM/dd HH:mm:ss", "MIRA            4096 21/04/03 10:11:12 *STMF      a.txt", "2021-04-03T10:11:12Z", "a.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseDateFormat(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			e, err := Line(tt.line, Options{Now: testNow, Dates: f})
			if err != nil {
				t.Fatal(err)
			}
			if got := rfc3339(e.Time); got != tt.want || e.Name != tt.file {
				t.Errorf("time %s, name %q; want %s, %q", got, e.Name, tt.want, tt.file)
			}
			if _, err := Line("-rw-r--r-- 1 mira ops 7 Feb 30 10:11 a", Options{Now: testNow, Dates: f}); err == nil {
				t.Error("a date in another format was read")
			}
		})
	}
}
