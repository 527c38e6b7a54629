package listing

import (
	"testing"
	"time"
	_ "time/tzdata" // so that the zones are the same everywhere

	"github.com/google/go-cmp/cmp"
)

func TestInferYear(t *testing.T) {
	for _, tt := range []struct {
		name string
		now  string
		zone string // "" for unknown
		date string
		want string
	}{
		{"six months back", "2026-11-24T09:00:00Z", "", "May 24 10:00", "2026-05-24T10:00:00Z"},
		{"six months back across New Year", "2026-03-01T09:00:00Z", "", "Sep  2 10:00", "2025-09-02T10:00:00Z"},
		{"current year of IIS, its first day", "2026-12-30T23:00:00Z", "", "Jan  1 00:00", "2026-01-01T00:00:00Z"},
		{"current year of IIS, first day or tomorrow", "2026-12-31T23:00:00Z", "", "Jan  1 00:00", "2027-01-01T00:00:00Z"},
		{"twelve months back", "2026-11-24T09:00:00Z", "", "Nov 25 10:00", "2025-11-25T10:00:00Z"},
		{"tomorrow, at the limit", "2026-11-24T09:00:00Z", "", "Nov 25 09:00", "2026-11-25T09:00:00Z"},
		{"tomorrow, behind the limit", "2026-11-24T09:00:00Z", "", "Nov 25 09:01", "2025-11-25T09:01:00Z"},
		{"server 14 hours ahead at New Year", "2026-12-31T12:00:00Z", "", "Jan  1 02:00", "2027-01-01T02:00:00Z"},
		{"server 12 hours behind at New Year", "2027-01-01T06:00:00Z", "", "Dec 31 18:00", "2026-12-31T18:00:00Z"},
		{"New Year in the server's zone", "2026-12-31T15:30:00Z", "Asia/Tokyo", "Jan  1 00:30", "2026-12-31T15:30:00Z"},
		{"old year in the server's zone", "2027-01-01T02:00:00Z", "America/New_York", "Dec 31 21:00", "2027-01-01T02:00:00Z"},
		{"limit is a moment, not a wall clock", "2026-12-31T15:00:00Z", "Asia/Tokyo", "Jan  2 00:00", "2027-01-01T15:00:00Z"},
		{"limit passed in the server's zone", "2026-12-31T15:00:00Z", "Asia/Tokyo", "Jan  2 00:01", "2026-01-01T15:01:00Z"},

		{"leap day, today", "2028-02-29T09:00:00Z", "", "Feb 29 08:00", "2028-02-29T08:00:00Z"},
		{"leap day, tomorrow", "2028-02-28T12:00:00Z", "", "Feb 29 08:00", "2028-02-29T08:00:00Z"},
		{"leap day, too far ahead", "2028-02-27T12:00:00Z", "", "Feb 29 08:00", "2024-02-29T08:00:00Z"},
		{"leap day, within twelve months", "2028-12-31T12:00:00Z", "", "Feb 29 08:00", "2028-02-29T08:00:00Z"},
		{"leap day, a year later", "2029-01-15T12:00:00Z", "", "Feb 29 08:00", "2028-02-29T08:00:00Z"},
		{"leap day, day before one", "2028-02-28T07:59:00Z", "", "Feb 29 08:00", "2024-02-29T08:00:00Z"},
		{"leap day, eight years apart", "2103-06-01T12:00:00Z", "", "Feb 29 08:00", "2096-02-29T08:00:00Z"},
		{"28 February in a leap year", "2028-03-01T12:00:00Z", "", "Feb 28 08:00", "2028-02-28T08:00:00Z"},
		{"31 December of a leap year", "2029-01-01T00:00:00Z", "", "Dec 31 23:59", "2028-12-31T23:59:00Z"},

		{"winter", "2026-11-24T09:00:00Z", "Europe/Berlin", "Jan 15 10:00", "2026-01-15T09:00:00Z"},
		{"summer, seen in winter", "2026-11-24T09:00:00Z", "Europe/Berlin", "Jul 15 10:00", "2026-07-15T08:00:00Z"},
		{"before the hour that isn't", "2026-04-01T00:00:00Z", "Europe/Berlin", "Mar 29 01:59", "2026-03-29T00:59:00Z"},
		{"in the hour that isn't", "2026-04-01T00:00:00Z", "Europe/Berlin", "Mar 29 02:30", "2026-03-29T01:30:00Z"},
		{"after the hour that isn't", "2026-04-01T00:00:00Z", "Europe/Berlin", "Mar 29 03:00", "2026-03-29T01:00:00Z"},
		{"in the hour that is twice", "2026-11-01T00:00:00Z", "Europe/Berlin", "Oct 25 02:30", "2026-10-25T01:30:00Z"},
		{"after the hour that is twice", "2026-11-01T00:00:00Z", "Europe/Berlin", "Oct 25 03:00", "2026-10-25T02:00:00Z"},
		{"limit across a change of the clock", "2026-03-28T12:00:00Z", "Europe/Berlin", "Mar 29 14:00", "2026-03-29T12:00:00Z"},
		{"a minute more across a change", "2026-03-28T12:00:00Z", "Europe/Berlin", "Mar 29 14:01", "2025-03-29T13:01:00Z"},
		{"last year's rule of the clock", "2026-03-20T12:00:00Z", "Europe/Berlin", "Mar 29 14:00", "2025-03-29T13:00:00Z"},
		{"south", "2026-11-24T09:00:00Z", "America/Santiago", "Jan 15 10:00", "2026-01-15T13:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Now: now}
			if tt.zone != "" {
				if o.Location, err = time.LoadLocation(tt.zone); err != nil {
					t.Fatal(err)
				}
			}
			e, err := Line("-rw-r--r-- 1 me us 5 "+tt.date+" a", o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, e.Time.UTC().Format(time.RFC3339)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if wantZone := map[bool]Zone{true: ZoneUnknown, false: ZoneOffset}[tt.zone == ""]; e.Zone != wantZone {
				t.Errorf("zone is %v, want %v", e.Zone, wantZone)
			}
		})
	}
}

// TestInferYearEveryDay reads, on each day of years around a leap year, the date of every day of the twelve months
// before: a server that leaves the year out for so long gets each of them right, except the one that
// could be tomorrow.
func TestInferYearEveryDay(t *testing.T) {
	for now := time.Date(2027, 12, 1, 12, 0, 0, 0, time.UTC); now.Year() < 2029; now = now.AddDate(0, 0, 13) {
		for back := range 365 {
			want := now.AddDate(0, 0, -back)
			s := stamp{month: int(want.Month()), day: want.Day(), hour: 12}
			if tomorrow := now.Add(clockAhead); s.month == int(tomorrow.Month()) && s.day == tomorrow.Day() {
				want = tomorrow
			}
			o := Options{Now: now, Location: time.UTC}
			for _, o.latest = range []*stamp{nil, latestStamp(o)} {
				var e Entry
				if s.resolve(&e, &o); !e.Time.Equal(want) {
					t.Fatalf("on %v, %v is %v", now.Format(time.DateOnly), want.Format(time.DateOnly), e.Time)
				}
			}
		}
	}
}
