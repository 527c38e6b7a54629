package ftpwire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

func TestDetectZone(t *testing.T) {
	for _, tt := range []struct {
		name  string
		zone  *time.Location
		style ftptest.ListStyle
		files int
		ok    bool
	}{
		{"east", time.FixedZone("", 5*3600+45*60), ftptest.ListUnix, 2, true},
		{"west, DOS", time.FixedZone("", -3*3600-30*60), ftptest.ListDOS, 4, true},
		{"UTC", nil, ftptest.ListUnix, 1, true},
		{"no file", nil, ftptest.ListUnix, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c := connect(t, ftptest.Config{ListStyle: tt.style, ListZone: tt.zone}, nil)
			if _, err := c.Conn().Mkd(t.Context(), "d"); err != nil {
				t.Fatal(err)
			}
			for i := range tt.files {
				if _, err := c.Put(t.Context(), "d/"+strings.Repeat("f", i+1), strings.NewReader("x"), nil); err != nil {
					t.Fatal(err)
				}
			}
			loc, ok, err := c.DetectZone(t.Context(), "d")
			if err != nil || ok != tt.ok {
				t.Fatalf("zone %v, %v, %v; want ok %v", loc, ok, err, tt.ok)
			}
			if !ok {
				return
			}
			now := time.Now()
			_, got := now.In(loc).Zone()
			want := 0
			if tt.zone != nil {
				_, want = now.In(tt.zone).Zone()
			}
			if got != want {
				t.Errorf("offset %d s, want %d", got, want)
			}
		})
	}
}

// A Profile whose zone is "auto" has it found before the first LIST, once.
func TestTimeZoneAuto(t *testing.T) {
	east := time.FixedZone("", 5*3600+30*60)
	lists := 0
	_, c := connect(t, ftptest.Config{ListZone: east, Faults: []ftptest.Fault{"mlst-unknown"}}, func(p *ftpwire.Profile) {
		p.TimeZone = "auto"
		p.Trace = func(e control.TraceEvent) {
			if e.Kind == control.TraceSent && e.Verb == "LIST" {
				lists++
			}
		}
	})
	if _, err := c.Put(t.Context(), "f", strings.NewReader("x"), nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for e, err := range c.Entries(t.Context(), "") {
			if _, offset := e.Time.Zone(); err != nil || offset != 5*3600+30*60 {
				t.Errorf("%s: %v, %v", e.Name, e.Time, err)
			}
		}
	}
	if lists != 3 {
		t.Errorf("LIST was sent %d times; want one to find the zone and one for each listing", lists)
	}
}
