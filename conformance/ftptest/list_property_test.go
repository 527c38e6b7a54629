package ftptest

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // Windows has none

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

var listSeed = flag.Uint64("list-seed", 0, "seed of TestListProperty; 0 is a few fixed ones")

// A hostile is a file that a listing has to carry.
type hostile struct {
	name   string
	kind   listing.Kind
	size   int64
	time   time.Time
	target string
	unique string
}

func (h hostile) entry() listing.Entry {
	return listing.Entry{Name: h.name, Kind: h.kind, Size: h.size, Time: h.time, Target: h.target, Unique: h.unique,
		Perm: "r", Mode: "rw-r-x--x", Owner: "mira", Group: "ops", Links: 3}
}

// A listFormat is one dialect as a server writes it and as package listing reads it.
type listFormat struct {
	dialect string
	system  string // what SYST says
	write   func(e listing.Entry, now time.Time) string
	links   bool   // it tells links
	from    int    // first year that it can write
	utc     bool   // times are instants, not on a clock of the server
	clock   string // layout of all that it tells of a time; "" depends on the age
}

func listFormats() []listFormat {
	mlsx := func(e listing.Entry, _ time.Time) string { return listing.FormatMLSx(e, factNames[:]) }
	return []listFormat{
		{"unix", "UNIX Type: L8", ListUnix.format, true, 1601, false, ""},
		{"dos", "Windows_NT", ListDOS.format, false, 1601, false, "2006-01-02 15:04"},
		{"mlsx", "UNIX Type: L8", mlsx, true, 2, true, "2006-01-02 15:04:05"},
		{"eplf", "UNIX Type: L8", ListEPLF.format, false, 1970, true, "2006-01-02 15:04:05"},
	}
}

// TestListProperty writes directories of hostile names and dates in every format and reads them back, both with
// the format known and with it to be detected. What the format tells must come back.
func TestListProperty(t *testing.T) {
	seeds := []uint64{1, 2, 3, 959, 3000, 3001, 3659}
	if *listSeed != 0 {
		seeds = []uint64{*listSeed}
	}
	for _, f := range listFormats() {
		t.Run(f.dialect, func(t *testing.T) {
			for _, seed := range seeds {
				t.Logf("seed %d: -list-seed %d", seed, seed)
				g := &hostiles{rand.New(rand.NewPCG(seed, seed))}
				for range 40 {
					now, loc := g.now()
					files := g.files(f, now)
					for _, o := range []listing.Options{{Dialect: f.dialect}, {System: f.system}, {}} {
						o.Now, o.Location = now, loc
						if f.check(t, files, o); t.Failed() {
							return // one directory says enough
						}
					}
				}
			}
		})
	}
}

// check writes the files and reads them.
func (f listFormat) check(t *testing.T, files []hostile, o listing.Options) {
	t.Helper()
	var text strings.Builder
	for _, h := range files {
		text.WriteString(f.write(h.entry(), o.Now.In(o.Location)) + "\r\n")
	}
	i := 0
	for e, err := range listing.Read(strings.NewReader(text.String()), o, listing.Limits{}) {
		if i >= len(files) {
			t.Errorf("more entries than files: %q, %v", e.Raw, err)
			return
		}
		if err != nil {
			t.Errorf("line %q: %v (dialect %q, system %q)", e.Raw, err, o.Dialect, o.System)
		} else if bad := f.differs(files[i], e, o); bad != "" {
			t.Errorf("line %q read as %s: %s (dialect %q, system %q, now %v)", e.Raw, e.Dialect, bad, o.Dialect, o.System, o.Now)
		}
		i++
	}
	if i != len(files) {
		t.Errorf("%d entries of %d files (dialect %q, system %q):\n%q", i, len(files), o.Dialect, o.System, text.String())
	}
}

// differs says in what e is not the file, or returns "".
func (f listFormat) differs(h hostile, e listing.Entry, o listing.Options) string {
	switch {
	case e.Name != h.name:
		return fmt.Sprintf("name %q; want %q", e.Name, h.name)
	case e.Kind != h.kind:
		return fmt.Sprintf("kind %v; want %v", e.Kind, h.kind)
	case h.kind == listing.KindFile && e.Size != h.size:
		return fmt.Sprintf("size %d; want %d", e.Size, h.size)
	case e.Target != h.target && !(f.dialect == "mlsx" && e.Target == ""): // FormatMLSx leaves out what is no value of a fact
		return fmt.Sprintf("target %q; want %q", e.Target, h.target)
	}
	return f.timeDiffers(h.time, e, o)
}

// timeDiffers compares times as exact as the format is. Of an hour that a clock shows twice, both are right.
func (f listFormat) timeDiffers(want time.Time, e listing.Entry, o listing.Options) string {
	if f.utc {
		if got := e.Time.UTC(); !got.Equal(want) || e.Precision != parse.PrecisionSecond {
			return fmt.Sprintf("time %v to the %v; want %v", got, e.Precision, want)
		}
		return ""
	}
	layout, precision := f.clock, parse.PrecisionMinute
	if layout == "" {
		layout = "2006-01-02 15:04"
		if age := o.Now.Sub(want); age < 0 || age >= halfYear {
			layout, precision = "2006-01-02", parse.PrecisionDay
		}
	}
	got, shown := e.Time.In(o.Location), want.In(o.Location)
	if got.Format(layout) != shown.Format(layout) || e.Precision != precision {
		return fmt.Sprintf("time %v to the %v; want %v to the %v", got, e.Precision, shown.Format(layout), precision)
	}
	// Midnight may not exist where the clock changes then; nothing else may be off by more than a change.
	if off := got.Sub(shown).Abs(); precision == parse.PrecisionMinute && off >= time.Minute && off > maxChange {
		return fmt.Sprintf("time %v; want %v", got, shown)
	}
	return ""
}

// halfYear is how old a file may be for "ls -l" to show its time of day: half a year of 365 days.
const halfYear = 365 * 12 * time.Hour

// maxChange is more than clocks are changed by for summer time.
const maxChange = time.Hour + time.Minute

// hostiles makes files up.
type hostiles struct{ *rand.Rand }

// now returns a clock near a moment at which listings go wrong, and the zone of the server.
func (g *hostiles) now() (time.Time, *time.Location) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia"}
	loc, err := time.LoadLocation(pick(g, zones...))
	if err != nil {
		panic(err) // tzdata is linked in
	}
	now := pick(g, moments()...).Add(time.Duration(g.Int64N(int64(96*time.Hour))) - 48*time.Hour)
	if g.IntN(4) == 0 {
		now = time.Unix(g.Int64N(1<<32), 0)
	}
	return now.Truncate(time.Second), loc
}

// moments are New Year, leap days, and changes to and from summer time, on both hemispheres.
func moments() []time.Time {
	var list []time.Time
	for _, s := range []string{
		"1999-12-31T23:59:59Z", "2000-02-29T12:00:00Z", "2023-12-31T23:59:00Z", "2024-01-01T00:00:00Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z",
		"2025-02-28T23:59:00Z", "2025-03-01T00:00:00Z", "2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z", "2024-03-10T07:00:00Z",
		"2024-11-03T06:00:00Z", "2024-04-06T15:00:00Z", "2024-10-05T15:30:00Z", "2017-10-15T03:00:00Z", "2018-02-18T02:00:00Z", "2100-02-28T23:00:00Z",
	} {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		list = append(list, t)
	}
	return list
}

// time returns a time of last modification, which the format f can write in any zone.
func (g *hostiles) time(f listFormat, now time.Time) time.Time {
	const day = 24 * time.Hour
	var t time.Time
	switch g.IntN(6) {
	case 0:
		t = now.Add(-time.Duration(g.Int64N(int64(365 * day))))
	case 1:
		t = now.Add(-halfYear + time.Duration(g.Int64N(int64(4*day))) - 2*day)
	case 2:
		t = now.Add(time.Duration(g.Int64N(int64(2*day))) - day)
	case 3, 4:
		t = pick(g, moments()...).Add(time.Duration(g.Int64N(int64(6*time.Hour))) - 3*time.Hour)
	default:
		from, to := time.Date(f.from, 1, 3, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
		t = time.Unix(from+g.Int64N(to-from), 0)
	}
	if first := time.Date(f.from, 1, 3, 0, 0, 0, 0, time.UTC); t.Before(first) {
		t = first
	}
	return t.Truncate(time.Second).UTC()
}

// files returns the files of one directory.
func (g *hostiles) files(f listFormat, now time.Time) []hostile {
	files := make([]hostile, g.IntN(20))
	for i := range files {
		h := hostile{name: g.name(f), kind: listing.KindFile, time: g.time(f, now), unique: fmt.Sprintf("%dU%x", i, g.Uint32())}
		switch g.IntN(6) {
		case 0:
			h.kind = listing.KindDir
		case 1:
			if f.links {
				h.kind, h.target = listing.KindLink, g.name(f)
				h.name = linkName(h.name, h.target)
			}
		}
		if h.kind == listing.KindFile {
			h.size = pick(g, 0, 1, 4096, g.Int64N(1<<20), g.Int64N(math.MaxInt64), math.MaxInt64)
		}
		files[i] = h
	}
	return files
}

// linkName returns a name for a link that ends where the first arrow is: "ls" has no other mark for it.
func linkName(name, target string) string {
	for strings.Index(name+" -> "+target, " -> ") < len(name) {
		name = strings.Replace(name, "->", "=>", 1)
	}
	return name
}

// name returns a name of one to three pieces, of which nothing is plain. No format can carry CR and LF, which end
// a line, and NUL, which is no character of the network virtual terminal; all other control characters may occur.
// A name of blanks alone is left out where columns stand before it: to clients, such a line ends in its date or size.
func (g *hostiles) name(f listFormat) string {
	for {
		var b strings.Builder
		for range 1 + g.IntN(3) {
			b.WriteString(g.piece())
		}
		name := b.String()
		if blank := strings.Trim(name, " \t") == ""; blank && !f.utc || name == "." || name == ".." {
			continue
		}
		return name
	}
}

func (g *hostiles) piece() string {
	if g.IntN(4) == 0 { // any bytes
		b := make([]byte, 1+g.IntN(6))
		for i := range b {
			for b[i] = byte(g.Uint32()); strings.IndexByte("\x00\r\n/", b[i]) >= 0; {
				b[i] = byte(g.Uint32())
			}
		}
		return string(b)
	}
	return pick(g, pieces...)
}

// pieces are what names are made of.
var pieces = []string{
	" ", "  ", "\t", "-", "d", "l", "+", "=", ";", ",", ".", "..", "~", "*", "a", "Z", "0", "15", "2024", "1,234", "*a=b;", "\x01", "\x1b[31m", "\x7f",
	" -> ", "->", " -> a", "a -> b", "[x]", " [target]", "<DIR>", " <JUNCTION> ", "total 12", "Status of /:", "213-", "226 Done",
	"é", "e\u0301", "日本語", "\u202egpj", "\ufeff", "\u00a0", "\xff\xfe", "\x83\x5c", "年", "10月", "Mär", "янв",
	"Jan  2 15:04", "Feb 29  2024", "15:04", "03:04PM", "2024-02-29", "02-29-24", "29.02.2024 12:00", "1 2 15:04", "Dec 31 23:59 2023",
	"-rw-r--r-- 1 me us 5 Feb  9 15:04 a", "drwxr-xr-x", "total", "02-09-24  03:04PM       <DIR>          a", "02-09-24  03:04PM  5 a",
	"type=file;size=3; a", "type=dir;", "size=7", "+i1.2,m825718503,r,s280,\ta", "+/,", ",\t", "A.TXT;1  2/3  3-MAY-2021 10:11:12", "*STMF", "DIR",
}

func pick[T any](g *hostiles, of ...T) T { return of[g.IntN(len(of))] }
