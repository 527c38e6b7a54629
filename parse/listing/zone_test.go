package listing

import (
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

// zoneOf is what one file says.
func zoneOf(listed Entry, mdtm time.Time) (*time.Location, bool) {
	var d ZoneDetector
	d.Add(listed, mdtm)
	return d.Location()
}

func TestZoneOf(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	minute := func(s string) Entry { return Entry{Time: at(s), Precision: parse.PrecisionMinute} }
	second := func(s string) Entry { return Entry{Time: at(s), Precision: parse.PrecisionSecond} }
	utc := at("2026-04-13T10:00:41Z")
	for _, tt := range []struct {
		name   string
		listed Entry
		mdtm   time.Time
		want   string // "" for not ok
	}{
		{"two hours ahead", minute("2026-04-13T12:00:00Z"), utc, "+02:00"},
		{"UTC", minute("2026-04-13T10:00:00Z"), utc, "UTC"},
		{"behind, other day", minute("2026-04-12T22:00:00Z"), utc, "-12:00"},
		{"India", minute("2026-04-13T15:30:00Z"), utc, "+05:30"},
		{"Nepal, to the second", second("2026-04-13T15:45:41Z"), utc, "+05:45"},
		{"Newfoundland", minute("2026-04-13T06:30:00Z"), utc, "-03:30"},
		{"rounded up", minute("2026-04-13T12:01:00Z"), utc, "+02:00"},
		{"two seconds of FAT", second("2026-04-13T12:00:42Z"), utc, "+02:00"},
		{"written in between", minute("2026-04-13T12:02:00Z"), utc, ""},
		{"written in between, to the second", second("2026-04-13T11:59:40Z"), utc, ""},
		{"largest", minute("2026-04-14T12:00:00Z"), utc, "+26:00"},
		{"larger", minute("2026-04-14T12:15:00Z"), utc, ""},
		{"smallest", minute("2026-04-12T08:00:00Z"), utc, "-26:00"},
		{"smaller", minute("2026-04-12T07:45:00Z"), utc, ""},
		{"two days", minute("2026-04-15T10:00:00Z"), utc, ""},
		{"wrong year", minute("2025-04-13T12:00:00Z"), utc, ""},
		{"beyond a duration", minute("1601-01-01T00:00:00Z"), at("2026-04-13T10:00:41Z"), ""},
		{"date only", Entry{Time: at("2026-04-13T00:00:00Z"), Precision: parse.PrecisionDay}, utc, ""},
		{"no time", Entry{}, utc, ""},
		{"no MDTM", minute("2026-04-13T12:00:00Z"), time.Time{}, ""},
		{"zone known", Entry{Time: utc, Precision: parse.PrecisionSecond, Zone: ZoneUTC}, utc, ""},
		{"zone given", Entry{Time: utc, Precision: parse.PrecisionSecond, Zone: ZoneOffset}, utc, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loc, ok := zoneOf(tt.listed, tt.mdtm)
			got := ""
			if ok {
				got = loc.String()
			}
			if got != tt.want || ok != (loc != nil) {
				t.Fatalf("got %q %v, want %q", got, ok, tt.want)
			}
			if !ok {
				return
			}
			back := tt.listed.Time.Add(-offsetOf(loc))
			if d := back.Sub(tt.mdtm).Abs(); d > 2*time.Minute {
				t.Errorf("with the zone, the listed time is still %v off", d)
			}
		})
	}
}

func offsetOf(loc *time.Location) time.Duration {
	_, seconds := time.Unix(0, 0).In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

func TestZoneOfReadsLinesAgain(t *testing.T) {
	const line = "-rw-r--r-- 1 me us 5 2026-04-13 12:00 a"
	mdtm := time.Date(2026, 4, 13, 10, 0, 41, 0, time.UTC)
	listed, err := Line(line, Options{})
	if err != nil {
		t.Fatal(err)
	}
	loc, ok := zoneOf(listed, mdtm)
	if !ok {
		t.Fatal("no zone")
	}
	again, err := Line(line, Options{Location: loc})
	if err != nil {
		t.Fatal(err)
	}
	if want := mdtm.Truncate(time.Minute); !again.Time.Equal(want) || again.Zone != ZoneOffset {
		t.Errorf("got %v %v, want %v", again.Time, again.Zone, want)
	}
}

func TestZoneDetector(t *testing.T) {
	utc := time.Date(2026, 4, 13, 10, 0, 0, 0, time.UTC)
	file := func(hours int) Entry {
		return Entry{Time: utc.Add(time.Duration(hours) * time.Hour), Precision: parse.PrecisionMinute}
	}
	date := Entry{Time: utc, Precision: parse.PrecisionDay}
	for _, tt := range []struct {
		name  string
		files []Entry
		added int
		want  string
	}{
		{"none", nil, 0, ""},
		{"says nothing", []Entry{date}, 0, ""},
		{"one", []Entry{file(2)}, 1, "+02:00"},
		{"agree", []Entry{file(2), date, file(2)}, 2, "+02:00"},
		{"daylight saving time", []Entry{file(2), file(1)}, 2, ""},
		{"dispute lasts", []Entry{file(2), file(1), file(1), file(1)}, 4, ""},
		{"UTC first", []Entry{file(0), file(1)}, 2, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d ZoneDetector
			added := 0
			for _, e := range tt.files {
				if d.Add(e, utc) {
					added++
				}
			}
			loc, ok := d.Location()
			got := ""
			if ok {
				got = loc.String()
			}
			if got != tt.want || added != tt.added {
				t.Errorf("got %q after %d files, want %q after %d", got, added, tt.want, tt.added)
			}
		})
	}
}
