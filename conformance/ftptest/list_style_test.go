package ftptest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListStyle(t *testing.T) {
	for _, tt := range []struct {
		style ListStyle
		syst  string
		want  string
	}{
		{ListUnix, "215 UNIX Type: L8",
			"drwxr-xr-x   1 ftp      ftp                 0 Feb  9 15:04 dir\r\n-rw-r--r--   1 ftp      ftp                 5 Feb  9 15:04 file; a=b\r\n"},
		{ListDOS, "215 Windows_NT",
			"02-09-24  03:04PM       <DIR>          dir\r\n02-09-24  03:04PM                    5 file; a=b\r\n"},
		{ListEPLF, "215 UNIX Type: L8",
			"+im2,m1707491047,/,up755,\tdir\r\n+im3,m1707491047,r,s5,up644,\tfile; a=b\r\n"},
	} {
		t.Run(tt.style.String(), func(t *testing.T) {
			at := time.Date(2024, 2, 9, 15, 4, 7, 0, time.UTC)
			s := NewServer(t, &Config{ListStyle: tt.style, Now: func() time.Time { return at }})
			if err := s.Mkdir("/dir"); err != nil {
				t.Fatal(err)
			}
			if err := s.WriteFile("/file; a=b", []byte("hello")); err != nil {
				t.Fatal(err)
			}
			c := login(t, s)
			if diff := cmp.Diff(tt.want, c.down("LIST")); diff != "" {
				t.Errorf("LIST mismatch (-want +got):\n%s", diff)
			}
			if got := c.do("SYST", 215); got != tt.syst {
				t.Errorf("SYST: %q; want %q", got, tt.syst)
			}
		})
	}
}

func TestListStyleUnknown(t *testing.T) {
	if s, err := Start(&Config{ListStyle: 9}); err == nil {
		s.Close()
		t.Error("a server started with an unknown ListStyle")
	}
}

// TestFormatDOSYears shows that a year outside of what two digits stand for has four.
func TestFormatDOSYears(t *testing.T) {
	for _, tt := range []struct {
		year int
		want string
	}{{1969, "01-02-1969"}, {1970, "01-02-70"}, {2069, "01-02-69"}, {2070, "01-02-2070"}} {
		e := hostile{name: "a", time: time.Date(tt.year, 1, 2, 3, 4, 0, 0, time.UTC)}.entry()
		if got, want := formatDOS(e, time.UTC), tt.want+"  03:04AM                    0 a"; got != want {
			t.Errorf("year %d: %q; want %q", tt.year, got, want)
		}
	}
}
