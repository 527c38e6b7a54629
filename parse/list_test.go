package parse

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testNow = time.Date(2024, 3, 10, 23, 0, 0, 0, time.UTC)

// listed is the outcome of one line, as text where that is easier to read.
type listed struct {
	Name, Kind   string
	Size         int64
	Time         string // RFC 3339 without the zone, and the precision
	Mode         string
	Links        int
	Owner, Group string
	Target       string
}

func asListed(e Entry) listed {
	l := listed{e.Name, e.Kind.String(), e.Size, "", e.Mode, e.Links, e.Owner, e.Group, e.Target}
	if !e.Time.IsZero() {
		l.Time = strings.TrimSuffix(rfc3339(e.Time), "Z") + " " + e.Precision.String()
	}
	return l
}

func TestListUnix(t *testing.T) {
	const rw, rwx = "rw-r--r--", "rwxr-xr-x"
	for _, tt := range []struct {
		name string
		line string
		want listed
	}{
		{"recent", "-rw-r--r--   1 me       us          1234 Feb  9 15:04 a.txt",
			listed{"a.txt", "file", 1234, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"year", "drwxr-xr-x    3 110      1002            3 Dec 02  2009 p  u b",
			listed{"p  u b", "dir", 3, "2009-12-02T00:00:00 day", rwx, 3, "110", "1002", ""}},
		{"last year", "-rw-r--r-- 1 me us 5 Mar 12 00:00 a", listed{"a", "file", 5, "2023-03-12T00:00:00 minute", rw, 1, "me", "us", ""}},
		{"blanks around the name", "-rw-r--r-- 1 me us 5 Feb  9 15:04  a b ", listed{" a b ", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"link", "lrwxrwxrwx 1 root other 7 Jan 25 00:17 bin -> usr/bin", listed{"bin", "link", 7, "2024-01-25T00:17:00 minute", "rwxrwxrwx", 1, "root", "other", "usr/bin"}},
		{"link without target", "lrwxrwxrwx 1 root other 7 Jan 25 00:17 bin", listed{"bin", "link", 7, "2024-01-25T00:17:00 minute", "rwxrwxrwx", 1, "root", "other", ""}},
		{"arrow in a file name", "-rw-r--r-- 1 me us 5 Feb  9 15:04 a -> b", listed{"a -> b", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"no link count", "-rw-r--r-- me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 0, "me", "us", ""}},
		{"no group", "dr-xr-xr-x   2 root                  512 Apr  8  1994 etc", listed{"etc", "dir", 512, "1994-04-08T00:00:00 day", "r-xr-xr-x", 2, "root", "", ""}},
		{"no owner", "-rw-r--r-- 1 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "", "", ""}},
		{"size alone", "-rw-r--r-- 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 0, "", "", ""}},
		{"no size", "-rw-r--r-- 1 me us Feb  9 15:04 a", listed{"a", "file", -1, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"mode and date", "-rw-r--r-- Feb  9 15:04 a", listed{"a", "file", -1, "2024-02-09T15:04:00 minute", rw, 0, "", "", ""}},
		{"three owner words", "-rw-r--r--   1 group domain user 531 Jan 29 03:26 a", listed{"a", "file", 531, "2024-01-29T03:26:00 minute", rw, 1, "group domain", "user", ""}},
		{"group glued to the size", "-rw-r--r-- 1 me longgroup123456 Feb  9 15:04 a", listed{"a", "file", 123456, "2024-02-09T15:04:00 minute", rw, 1, "me", "longgroup", ""}},
		{"link count 0", "-r--------   0 user group     65222236 Feb 24 00:39 a", listed{"a", "file", 65222236, "2024-02-24T00:39:00 minute", "r--------", 0, "user", "group", ""}},
		{"link count -", "-r--------   - user group 65 Feb 24 00:39 a", listed{"a", "file", 65, "2024-02-24T00:39:00 minute", "r--------", 0, "user", "group", ""}},
		{"NetPresenz folder", "drwxrwxr-x               folder        2 May 10  1996 net", listed{"net", "dir", 2, "1996-05-10T00:00:00 day", "rwxrwxr-x", 0, "folder", "", ""}},
		{"NetPresenz file", "-------r--         326  1391972  1392298 Nov 22  1995 a", listed{"a", "file", 1392298, "1995-11-22T00:00:00 day", "------r--", 326, "1391972", "", ""}},
		{"Netware directory", "d [R----F--] supervisor            512       Jan 16 18:53    login", listed{"login", "dir", 512, "2024-01-16T18:53:00 minute", "", 0, "supervisor", "", ""}},
		{"Netware file", "-[R----F--]  1 rhesus  214059 Oct 20 15:27 cx.exe", listed{"cx.exe", "file", 214059, "2023-10-20T15:27:00 minute", "", 1, "rhesus", "", ""}},
		{"ACL", "-rwxrw-r--+  1 521 101 2080 Feb  9 15:04 a", listed{"a", "file", 2080, "2024-02-09T15:04:00 minute", "rwxrw-r--", 1, "521", "101", ""}},
		{"links glued to the mode", "drwxr-xr-x12 me us 2080 Feb  9 15:04 a", listed{"a", "dir", 2080, "2024-02-09T15:04:00 minute", rwx, 12, "me", "us", ""}},
		{"Connect:Enterprise", "-ART------TCP 1 ID 10000 Feb  9 15:04 a", listed{"a", "file", 10000, "2024-02-09T15:04:00 minute", "", 1, "ID", "", ""}},
		{"set-id and sticky", "-rwsr-Sr-t 1 me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", "rwsr-Sr-t", 1, "me", "us", ""}},
		{"z/OS external link", "erwxrwxrwx 1 me us 5 Feb  9 15:04 a -> X", listed{"a", "link", 5, "2024-02-09T15:04:00 minute", "rwxrwxrwx", 1, "me", "us", "X"}},
		{"device", "brw-rw---- 1 root disk 8, 0 Feb  9 15:04 sda", listed{"sda", "other", -1, "2024-02-09T15:04:00 minute", "rw-rw----", 1, "root", "disk", ""}},
		{"device glued", "crw-rw---- 1 root tty 4,64 Feb  9 15:04 ttyS0", listed{"ttyS0", "other", -1, "2024-02-09T15:04:00 minute", "rw-rw----", 1, "root", "tty", ""}},
		{"pipe", "prw-r--r-- 1 root root 0 Feb  9 15:04 p", listed{"p", "other", 0, "2024-02-09T15:04:00 minute", rw, 1, "root", "root", ""}},
		{"size beyond int64", "-rw-r--r-- 0 18446744073709551615 18446744073709551615 Nov 16  2006 v", listed{"v", "file", -1, "2006-11-16T00:00:00 day", rw, 0, "18446744073709551615", "", ""}},
		{"commas in the size", "-rw-r--r-- 1 me us 1,234,567 Feb  9 15:04 a", listed{"a", "file", 1234567, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"dots in the size", "-rw-r--r-- 1 me us 1.234 Feb  9 15:04 a", listed{"a", "file", 1234, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"k", "-rw-r--r-- 1 me us  33.5k Oct 5 21:22 a", listed{"a", "file", 34304, "2023-10-05T21:22:00 minute", rw, 1, "me", "us", ""}},
		{"owner named like a month", "-rw-r--r-- 1 Jan 5 7 Feb  9 15:04 a", listed{"a", "file", 7, "2024-02-09T15:04:00 minute", rw, 1, "Jan", "5", ""}},
		{"leading blanks", "  -rw-r--r-- 1 me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := List(tt.line, ListOptions{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, asListed(e)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if e.Raw != tt.line || e.Dialect != "unix" || e.Facts != nil || e.Zone != ZoneUnknown {
				t.Errorf("raw %q, dialect %q, facts %v, zone %v", e.Raw, e.Dialect, e.Facts, e.Zone)
			}
		})
	}
}

func TestListDates(t *testing.T) {
	for _, tt := range []struct {
		date string // stands before the name "a"
		want string
	}{
		{"26 Jul 20:10", "2023-07-26T20:10:00 minute"},
		{"26 Jul 2009", "2009-07-26T00:00:00 day"},
		{"26. Juli, 20:10", "2023-07-26T20:10:00 minute"},
		{"2.   Okt.  2003", "2003-10-02T00:00:00 day"},
		{"szept 26 20:10", "2023-09-26T20:10:00 minute"},
		{"JUL 26 20:10", "2023-07-26T20:10:00 minute"},
		{"Feb 29 10:00", "2024-02-29T10:00:00 minute"},
		{"Jan  2 2006 15:04", "2006-01-02T15:04:00 minute"},
		{"Jan  2 2006 15:04:05", "2006-01-02T15:04:05 second"},
		{"Jan  2 15:04:05 2006", "2006-01-02T15:04:05 second"},
		{"Jan  2 15:04:05", "2024-01-02T15:04:05 second"},
		{"2006-01-02 15:04", "2006-01-02T15:04:00 minute"},
		{"2006-01-02 15:04:05.678", "2006-01-02T15:04:05.678 second"},
		{"2006-01-02 15:04:05.678 +0230", "2006-01-02T15:04:05.678+02:30 second"},
		{"2006-01-02 15:04:05 -03:00", "2006-01-02T15:04:05-03:00 second"},
		{"2006-01-02", "2006-01-02T00:00:00 day"},
		{"2006-01-02 ", "2006-01-02T00:00:00 day"},
		{"2004.07.15  ", "2004-07-15T00:00:00 day"},
		{"1999/10/12 17:12", "1999-10-12T17:12:00 minute"},
		{"24-04-2003 17:12", "2003-04-24T17:12:00 minute"},
		{"04-24-2003 17:12", "2003-04-24T17:12:00 minute"},
		{"24.04.2003 17:12", "2003-04-24T17:12:00 minute"},
		{"04/05/69", "2069-04-05T00:00:00 day"},
		{"04/05/70", "1970-04-05T00:00:00 day"},
		{"09-26 13:45", "2023-09-26T13:45:00 minute"},
		{"09-26 2000", "2000-09-26T00:00:00 day"},
		{"3 29 03:26", "2023-03-29T03:26:00 minute"},
		{"8月 5日 10:00", "2023-08-05T10:00:00 minute"},
		{"8月5日 10:00", "2023-08-05T10:00:00 minute"},
		{"8월  5 2006", "2006-08-05T00:00:00 day"},
		{"2006年 8月 5日", "2006-08-05T00:00:00 day"},
		{"2006年 8月 5日 10:00", "2006-08-05T10:00:00 minute"},
		{"4\x8c\x8e 18\x93\xfa 2003\x94\x4e", "2003-04-18T00:00:00 day"},
		{"4\xb7\xee 18\xc6\xfc 10:00", "2023-04-18T10:00:00 minute"},
		{"févr.  9 15:04", "2024-02-09T15:04:00 minute"},
		{"f\xe9vr  9 15:04", "2024-02-09T15:04:00 minute"},
		{"Août  9 2003", "2003-08-09T00:00:00 day"},
		{"Янв  9 2003", "2003-01-09T00:00:00 day"},
		{"M\xe4r  9 2003", "2003-03-09T00:00:00 day"},
		{"Feb  9 03:04PM", "2024-02-09T15:04:00 minute"},
	} {
		t.Run(tt.date, func(t *testing.T) {
			line := "-rw-r--r-- 1 me us 1234 " + tt.date + " a"
			e, err := List(line, ListOptions{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			want := listed{"a", "file", 1234, tt.want, "rw-r--r--", 1, "me", "us", ""}
			if diff := cmp.Diff(want, asListed(e)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMonthNames(t *testing.T) {
	n := 0
	for _, names := range monthNames {
		n += len(strings.Fields(names))
	}
	if n != len(months) {
		t.Errorf("%d names, %d different ones", n, len(months))
	}
	for name, want := range months {
		if got := monthOf(name + "."); got != want {
			t.Errorf("%q is month %d, want %d", name, got, want)
		}
	}
}

func TestListTimeOfDayAsName(t *testing.T) {
	e, err := List("-rw-r--r-- 1 me us 5 Feb  9  2003 10:30", ListOptions{})
	if err != nil || e.Name != "10:30" {
		t.Errorf("name is %q, error %v", e.Name, err)
	}
}

func TestListYears(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		name string
		now  time.Time
		date string
		want string
	}{
		{"no now", time.Time{}, "Feb  9 15:04", ""},
		{"past", at("2024-03-10 23:00"), "Mar 10 22:59", "2024-03-10T22:59:00 minute"},
		{"clock a day ahead", at("2024-03-10 23:00"), "Mar 11 23:00", "2024-03-11T23:00:00 minute"},
		{"a minute more", at("2024-03-10 23:00"), "Mar 11 23:01", "2023-03-11T23:01:00 minute"},
		{"New Year, file of last year", at("2024-01-01 00:10"), "Dec 31 23:50", "2023-12-31T23:50:00 minute"},
		{"New Year, clock ahead", at("2023-12-31 23:50"), "Jan  1 00:10", "2024-01-01T00:10:00 minute"},
		{"leap day in a common year", at("2025-02-10 00:00"), "Feb 29 10:00", "2024-02-29T10:00:00 minute"},
		{"leap day across 1900", at("1903-01-01 00:00"), "Feb 29 10:00", "1896-02-29T10:00:00 minute"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := List("-rw-r--r-- 1 me us 5 "+tt.date+" a", ListOptions{Now: tt.now})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, asListed(e).Time); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListZones(t *testing.T) {
	cet := time.FixedZone("CET", 3600)
	for _, tt := range []struct {
		name string
		date string
		loc  *time.Location
		want string
		zone Zone
	}{
		{"none", "2006-01-02 15:04:05", nil, "2006-01-02T15:04:05Z", ZoneUnknown},
		{"UTC", "2006-01-02 15:04:05", time.UTC, "2006-01-02T15:04:05Z", ZoneUTC},
		{"caller's", "2006-01-02 15:04:05", cet, "2006-01-02T15:04:05+01:00", ZoneOffset},
		{"server's", "2006-01-02 15:04:05 -0500", cet, "2006-01-02T15:04:05-05:00", ZoneOffset},
		{"no zone but a name", "2006-01-02 15:04:05 +1500", cet, "2006-01-02T15:04:05+01:00", ZoneOffset},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := List("-rw-r--r-- 1 me us 5 "+tt.date+" a", ListOptions{Location: tt.loc})
			if err != nil {
				t.Fatal(err)
			}
			if got := rfc3339(e.Time); got != tt.want || e.Zone != tt.zone {
				t.Errorf("got %s %v, want %s %v", got, e.Zone, tt.want, tt.zone)
			}
		})
	}
}

func TestListDOS(t *testing.T) {
	for _, tt := range []struct {
		name string
		line string
		want listed
	}{
		{"file", "08-07-15  07:50PM                  718 a b.dat", listed{Name: "a b.dat", Kind: "file", Size: 718, Time: "2015-08-07T19:50:00 minute"}},
		{"directory", "08-10-15  12:04AM       <DIR>          Billing", listed{Name: "Billing", Kind: "dir", Size: -1, Time: "2015-08-10T00:04:00 minute"}},
		{"year of four digits", "08-10-2015  12:04PM       <DIR>          x", listed{Name: "x", Kind: "dir", Size: -1, Time: "2015-08-10T12:04:00 minute"}},
		{"24 hours", "2015-08-10  14:04       <dir>    x", listed{Name: "x", Kind: "dir", Size: -1, Time: "2015-08-10T14:04:00 minute"}},
		{"day first", "10.08.2015  14:04    5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2015-08-10T14:04:00 minute"}},
		{"seconds", "10.08.2015  14:04:33    5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2015-08-10T14:04:33 second"}},
		{"PM apart", "08-10-15  02:04 PM       5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2015-08-10T14:04:00 minute"}},
		{"commas", "04-14-99  03:47PM          1,234,589 x", listed{Name: "x", Kind: "file", Size: 1234589, Time: "1999-04-14T15:47:00 minute"}},
		{"blanks in front, file", "08-07-15  07:50PM  718   x", listed{Name: "  x", Kind: "file", Size: 718, Time: "2015-08-07T19:50:00 minute"}},
		{"blanks in front, directory", "08-10-15  02:04PM       <DIR>            x ", listed{Name: "  x ", Kind: "dir", Size: -1, Time: "2015-08-10T14:04:00 minute"}},
		{"junction", `08-10-15  02:04PM    <JUNCTION>     Docs [C:\Users]`, listed{Name: "Docs", Kind: "link", Size: -1, Time: "2015-08-10T14:04:00 minute", Target: `C:\Users`}},
		{"symlink without target", `08-10-15  02:04PM    <SYMLINKD>     Docs`, listed{Name: "Docs", Kind: "link", Size: -1, Time: "2015-08-10T14:04:00 minute"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := List(tt.line+"\r\n", ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, asListed(e)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if e.Raw != tt.line || e.Dialect != "dos" {
				t.Errorf("raw %q, dialect %q", e.Raw, e.Dialect)
			}
		})
	}
}

func TestListNotEntry(t *testing.T) {
	for _, line := range []string{"", " ", "\r\n", "total 12", "total 0", "TOTAL", "total: 5", "insgesamt 44", "合計 8", "Status of /pub:"} {
		e, err := List(line, ListOptions{})
		if !errors.Is(err, ErrNotEntry) || e.Name != "" {
			t.Errorf("%q: entry %+v, error %v", line, e, err)
		}
	}
}

func TestListErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		line string
		err  string
	}{
		{"text", "no such directory", "unknown format"},
		{"status", "status code 7", "unknown format"},
		{"total", "total chaos", "unknown format"},
		{"mode letter", "Zrwxrwxrwx 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode short", "-rwx 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode with a sign", "-rw-r--r_- 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode alone", "drwxr-xr-x", "no date"},
		{"Netware mode alone", "d [R----F--]", "no date"},
		{"no date", "drwxr-xr-x 1 me us 5 name", "no date"},
		{"year of three digits", "drwxr-xr-x 3 110 1002 3 Dec 02  209 pub", "no date"},
		{"30 February", "-rw-r--r-- 1 me us 5 Feb 30 15:04 a", "no date"},
		{"29 February 2023", "-rw-r--r-- 1 me us 5 Feb 29  2023 a", "no date"},
		{"hour 24", "-rw-r--r-- 1 me us 5 Feb  9 24:00 a", "no date"},
		{"no name", "-rw-r--r-- 1 me us 5 Feb  9 15:04", "no name"},
		{"blank name", "-rw-r--r-- 1 me us 5 Feb  9 15:04  ", "no name"},
		{"link without a name", "lrwxrwxrwx 1 me us 5 Feb  9 15:04  -> x", "no name"},
		{"DOS without a time", "08-07-15 718 a", "no time of day"},
		{"DOS without anything", "08-07-15", "no time of day"},
		{"DOS month", "13-32-15 07:50PM 718 a", "out of range"},
		{"DOS hour", "12-12-15 25:50 718 a", "no time of day"},
		{"DOS size", "12-12-15 07:50PM big a", "neither a size"},
		{"DOS without a name", "12-12-15 07:50PM 718", "no name"},
		{"DOS meridiem", "12-12-15 07:50XM 718 a", "no time of day"},
		{"DOS year 1", "0001-1-1 0:00 0 a", "unknown format"},
		{"year 1", "-rw-r--r-- 1 me us 5 0001-01-01 00:00 a", "no date"},
		{"two numbers", "12-12 07:50 718 a", "unknown format"},
		{"odd date", "1-2-345 07:50 718 a", "unknown format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := List(tt.line, ListOptions{Now: testNow})
			wantError(t, err, tt.line, tt.err)
			if diff := cmp.Diff(Entry{Size: -1, Raw: tt.line}, e); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListSize(t *testing.T) {
	for _, tt := range []struct {
		word string
		want int64
		ok   bool
	}{
		{"0", 0, true}, {"12", 12, true}, {"99999999999999999999", -1, true},
		{"1,234", 1234, true}, {"1.234.567", 1234567, true}, {"9,999,999,999,999,999,999", -1, true},
		{"12k", 12288, true}, {"1.5M", 1572864, true}, {"2G", 2 << 30, true}, {"3t", 3 << 40, true}, {"7b", 7, true},
		{"9000000000000000000k", -1, true},
		{"", 0, false}, {"k", 0, false}, {"1,23", 0, false}, {"1234,567", 0, false}, {"1,234.567", 0, false}, {"1.55k", 0, false},
		{"1.5b", 0, false}, {"1.xk", 0, false}, {"99999999999999999999k", 0, false}, {"-5", 0, false}, {"5x", 0, false},
	} {
		if got, ok := listSize(tt.word); got != tt.want || ok != tt.ok {
			t.Errorf("size of %q is %d, %v; want %d, %v", tt.word, got, ok, tt.want, tt.ok)
		}
	}
}

func TestFormatList(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		name string
		e    Entry
		want string
	}{
		{"recent", Entry{Name: "a b", Kind: KindFile, Size: 5, Time: testNow, Mode: "rw-------", Owner: "me", Group: "us", Links: 2},
			"-rw-------   2 me       us                  5 Mar 10 23:00 a b"},
		{"182 days", Entry{Name: "a", Kind: KindDir, Time: testNow.Add(-182 * day)}, "drwxr-xr-x   1 ftp      ftp                 0 Sep 10 23:00 a"},
		{"183 days", Entry{Name: "a", Kind: KindDir, Time: testNow.Add(-183 * day)}, "drwxr-xr-x   1 ftp      ftp                 0 Sep  9  2023 a"},
		{"future", Entry{Name: "a", Kind: KindCurrent, Size: -1, Time: testNow.Add(1)}, "drwxr-xr-x   1 ftp      ftp                 0 Mar 10  2024 a"},
		{"link, no time", Entry{Name: "a", Kind: KindLink, Target: "b"}, "lrwxrwxrwx   1 ftp      ftp                 0 Jan  1  1970 a -> b"},
		{"other", Entry{Name: "a", Kind: KindOther, Owner: "John Doe"}, "?rw-r--r--   1 John_Doe ftp                 0 Jan  1  1970 a"},
		{"unknown kind, bad name and mode", Entry{Name: "a\r\nb", Mode: "x"}, "-rw-r--r--   1 ftp      ftp                 0 Jan  1  1970 a??b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := FormatList(tt.e, testNow)
			if diff := cmp.Diff(tt.want, line); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			back, err := List(line, ListOptions{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			unit := map[Precision]time.Duration{PrecisionMinute: time.Minute, PrecisionDay: day}[back.Precision]
			if !tt.e.Time.IsZero() && !back.Time.Equal(tt.e.Time.Truncate(unit)) {
				t.Errorf("time %v is read as %v", tt.e.Time, back.Time)
			}
			if back.Target != tt.e.Target || back.Name != lineSafe(tt.e.Name) || back.Size != max(tt.e.Size, 0) {
				t.Errorf("read again it is %+v", back)
			}
		})
	}
	cet := time.FixedZone("CET", 3600)
	if got := FormatList(Entry{Name: "a", Time: testNow}, testNow.In(cet)); !strings.Contains(got, "Mar 11 00:00") {
		t.Errorf("not in the location of now: %q", got)
	}
}
