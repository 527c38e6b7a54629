package listing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
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
		{"recent", "-rw-r--r--   1 mira     ops         40318 Feb  9 15:04 ledger-2024.csv",
			listed{"ledger-2024.csv", "file", 40318, "2024-02-09T15:04:00 minute", rw, 1, "mira", "ops", ""}},
		{"year", "drwxr-xr-x    4 7031     88             16 Aug 06  2017 ka  s sa",
			listed{"ka  s sa", "dir", 16, "2017-08-06T00:00:00 day", rwx, 4, "7031", "88", ""}},
		{"last year", "-rw-r--r-- 1 me us 5 Mar 12 00:00 a", listed{"a", "file", 5, "2023-03-12T00:00:00 minute", rw, 1, "me", "us", ""}},
		{"blanks around the name", "-rw-r--r-- 1 me us 5 Feb  9 15:04  a b ", listed{" a b ", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"link", "lrwxrwxrwx 1 ops net 11 Mar  2 06:41 latest -> builds/0142", listed{"latest", "link", 11, "2024-03-02T06:41:00 minute", "rwxrwxrwx", 1, "ops", "net", "builds/0142"}},
		{"link without target", "lrwxrwxrwx 1 ops net 11 Mar  2 06:41 latest", listed{"latest", "link", 11, "2024-03-02T06:41:00 minute", "rwxrwxrwx", 1, "ops", "net", ""}},
		{"arrow in a file name", "-rw-r--r-- 1 me us 5 Feb  9 15:04 a -> b", listed{"a -> b", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"no link count", "-rw-r--r-- me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 0, "me", "us", ""}},
		{"no group", "dr-xr-xr-x   5 mira                 1024 Jun 23  1998 archive", listed{"archive", "dir", 1024, "1998-06-23T00:00:00 day", "r-xr-xr-x", 5, "mira", "", ""}},
		{"no owner", "-rw-r--r-- 1 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "", "", ""}},
		{"size alone", "-rw-r--r-- 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 0, "", "", ""}},
		{"no size", "-rw-r--r-- 1 me us Feb  9 15:04 a", listed{"a", "file", -1, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"mode and date", "-rw-r--r-- Feb  9 15:04 a", listed{"a", "file", -1, "2024-02-09T15:04:00 minute", rw, 0, "", "", ""}},
		{"three owner words", "-rw-r--r--   1 audit team mira 7718 Jan 17 19:52 a", listed{"a", "file", 7718, "2024-01-17T19:52:00 minute", rw, 1, "audit", "team mira", ""}},
		{"five owner words", "-rw-r--r--   1 Mira van Dyk audit team 7718 Jan 17 19:52 a", listed{"a", "file", 7718, "2024-01-17T19:52:00 minute", rw, 1, "Mira", "van Dyk audit team", ""}},
		{"gap between owner and group", "-rw-r--r--   1 Mira van Dyk   audit team 7718 Jan 17 19:52 a", listed{"a", "file", 7718, "2024-01-17T19:52:00 minute", rw, 1, "Mira van Dyk", "audit team", ""}},
		{"long group", "-rw-r--r-- 1 mira all who may see the books of last year 7718 Jan 17 19:52 a", listed{"a", "file", 7718, "2024-01-17T19:52:00 minute", rw, 1, "mira", "all who may see the books of last year", ""}},
		{"nine letters", "drwxr-xr- 2 mira ops 0 Jan 17 19:52 a", listed{"a", "dir", 0, "2024-01-17T19:52:00 minute", "", 2, "mira", "ops", ""}},
		{"seven letters", "drwxr-x 2 mira ops 0 Jan 17 19:52 a", listed{"a", "dir", 0, "2024-01-17T19:52:00 minute", "", 2, "mira", "ops", ""}},
		{"octal mode", "640 1 mira ops 88 Jan 17 19:52 a", listed{"a", "file", 88, "2024-01-17T19:52:00 minute", "rw-r-----", 1, "mira", "ops", ""}},
		{"year padded behind", "-rw-r--r-- 1 mira ops 88 Jan 17 2009  a", listed{"a", "file", 88, "2009-01-17T00:00:00 day", rw, 1, "mira", "ops", ""}},
		{"year padded behind, blank in front of the name", "-rw-r--r-- 1 mira ops 88 Jan 17 2009   a", listed{" a", "file", 88, "2009-01-17T00:00:00 day", rw, 1, "mira", "ops", ""}},
		{"group glued to the size", "-rw-r--r-- 1 mira accounting88421 Feb  9 15:04 a", listed{"a", "file", 88421, "2024-02-09T15:04:00 minute", rw, 1, "mira", "accounting", ""}},
		{"link count 0", "-r--------   0 mira ops     90417735 Feb 11 05:08 vault", listed{"vault", "file", 90417735, "2024-02-11T05:08:00 minute", "r--------", 0, "mira", "ops", ""}},
		{"link count -", "-r--------   - mira ops 73 Feb 11 05:08 vault", listed{"vault", "file", 73, "2024-02-11T05:08:00 minute", "r--------", 0, "mira", "ops", ""}},
		{"ACL", "-rwxrw-r--+  1 814 37 6402 Feb  9 15:04 a", listed{"a", "file", 6402, "2024-02-09T15:04:00 minute", "rwxrw-r--", 1, "814", "37", ""}},
		{"links glued to the mode", "drwxr-xr-x23 mira ops 4608 Feb  9 15:04 a", listed{"a", "dir", 4608, "2024-02-09T15:04:00 minute", rwx, 23, "mira", "ops", ""}},
		{"Connect:Enterprise", "-ART------TCP 1 HUB 52044 Feb  9 15:04 batch", listed{"batch", "file", 52044, "2024-02-09T15:04:00 minute", "", 1, "HUB", "", ""}},
		{"set-id and sticky", "-rwsr-Sr-t 1 me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", "rwsr-Sr-t", 1, "me", "us", ""}},
		{"z/OS external link", "erwxrwxrwx 1 me us 5 Feb  9 15:04 a -> X", listed{"a", "link", 5, "2024-02-09T15:04:00 minute", "rwxrwxrwx", 1, "me", "us", "X"}},
		{"device", "brw-rw---- 1 ops disk 43, 6 Feb  9 15:04 tape6", listed{"tape6", "other", -1, "2024-02-09T15:04:00 minute", "rw-rw----", 1, "ops", "disk", ""}},
		{"device glued", "crw-rw---- 1 ops line 9,17 Feb  9 15:04 modem", listed{"modem", "other", -1, "2024-02-09T15:04:00 minute", "rw-rw----", 1, "ops", "line", ""}},
		{"pipe", "prw-r--r-- 1 mira ops 0 Feb  9 15:04 p", listed{"p", "other", 0, "2024-02-09T15:04:00 minute", rw, 1, "mira", "ops", ""}},
		{"size beyond int64", "-rw-r--r-- 0 18446744073709551614 18446744073709551615 Sep 21  2013 capture", listed{"capture", "file", -1, "2013-09-21T00:00:00 day", rw, 0, "18446744073709551614", "", ""}},
		{"commas in the size", "-rw-r--r-- 1 me us 1,234,567 Feb  9 15:04 a", listed{"a", "file", 1234567, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"dots in the size", "-rw-r--r-- 1 me us 1.234 Feb  9 15:04 a", listed{"a", "file", 1234, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
		{"k", "-rw-r--r-- 1 me us  12.5k Nov 8 04:37 a", listed{"a", "file", 12800, "2023-11-08T04:37:00 minute", rw, 1, "me", "us", ""}},
		{"owner named like a month", "-rw-r--r-- 1 Jan 5 7 Feb  9 15:04 a", listed{"a", "file", 7, "2024-02-09T15:04:00 minute", rw, 1, "Jan", "5", ""}},
		{"leading blanks", "  -rw-r--r-- 1 me us 5 Feb  9 15:04 a", listed{"a", "file", 5, "2024-02-09T15:04:00 minute", rw, 1, "me", "us", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Line(tt.line, Options{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, asListed(e)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if e.Raw != tt.line || e.Dialect != "unix" || e.Facts != "" || e.Zone != ZoneUnknown {
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
		{"17 Nov 06:25", "2023-11-17T06:25:00 minute"},
		{"17 Nov 2011", "2011-11-17T00:00:00 day"},
		{"4. Juli, 09:43", "2023-07-04T09:43:00 minute"},
		{"11.   Okt.  2012", "2012-10-11T00:00:00 day"},
		{"szept 14 22:05", "2023-09-14T22:05:00 minute"},
		{"JUN 18 07:52", "2023-06-18T07:52:00 minute"},
		{"Feb 29 10:00", "2024-02-29T10:00:00 minute"},
		{"Apr  6 2018 13:27", "2018-04-06T13:27:00 minute"},
		{"Apr  6 2018 13:27:49", "2018-04-06T13:27:49 second"},
		{"Apr  6 13:27:49 2018", "2018-04-06T13:27:49 second"},
		{"Jan  6 13:27:49", "2024-01-06T13:27:49 second"},
		{"2018-04-06 13:27", "2018-04-06T13:27:00 minute"},
		{"2018-04-06 13:27:49.315", "2018-04-06T13:27:49.315 second"},
		{"2018-04-06 13:27:49.315 +0230", "2018-04-06T13:27:49.315+02:30 second"},
		{"2018-04-06 13:27:49 -03:00", "2018-04-06T13:27:49-03:00 second"},
		{"2018-04-06", "2018-04-06T00:00:00 day"},
		{"2018-04-06 ", "2018-04-06T00:00:00 day"},
		{"2011.03.28  ", "2011-03-28T00:00:00 day"},
		{"1997/11/05 08:31", "1997-11-05T08:31:00 minute"},
		{"29-08-2009 21:46", "2009-08-29T21:46:00 minute"},
		{"08-29-2009 21:46", "2009-08-29T21:46:00 minute"},
		{"29.08.2009 21:46", "2009-08-29T21:46:00 minute"},
		{"03/07/69", "2069-03-07T00:00:00 day"},
		{"03/07/70", "1970-03-07T00:00:00 day"},
		{"11-23 16:08", "2023-11-23T16:08:00 minute"},
		{"11-23 2005", "2005-11-23T00:00:00 day"},
		{"7 19 22:54", "2023-07-19T22:54:00 minute"},
		{"6月 3日 09:15", "2023-06-03T09:15:00 minute"},
		{"6月3日 09:15", "2023-06-03T09:15:00 minute"},
		{"6月  3 2014", "2014-06-03T00:00:00 day"},
		{"2014年 6月 3日", "2014-06-03T00:00:00 day"},
		{"2014年 6月 3日 09:15", "2014-06-03T09:15:00 minute"},
		{"7\x8c\x8e 21\x93\xfa 2010\x94\x4e", "2010-07-21T00:00:00 day"},
		{"7\xb7\xee 21\xc6\xfc 09:15", "2023-07-21T09:15:00 minute"},
		{"févr.  9 15:04", "2024-02-09T15:04:00 minute"},
		{"f\xe9vr  9 15:04", "2024-02-09T15:04:00 minute"},
		{"Août  9 2003", "2003-08-09T00:00:00 day"},
		{"Янв  9 2003", "2003-01-09T00:00:00 day"},
		{"M\xe4r  9 2003", "2003-03-09T00:00:00 day"},
		{"Feb  9 03:04PM", "2024-02-09T15:04:00 minute"},
	} {
		t.Run(tt.date, func(t *testing.T) {
			line := "-rw-r--r-- 1 me us 1234 " + tt.date + " a"
			e, err := Line(line, Options{Now: testNow})
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

func TestListTimeOfDayInName(t *testing.T) {
	for _, tt := range []struct {
		name string
		line string
		want string
	}{
		{"alone", "-rw-r--r-- 1 me us 5 Feb  9 2003 10:30", "10:30"},
		{"alone after a padded year", "-rw-r--r-- 1 me us 5 Feb  9  2003 10:30", "10:30"},
		{"first word after a padded year", "-rw-r--r-- 1 me us 5 Feb  9  2003 10:30 Probe", "10:30 Probe"},
		{"day first", "-rw-r--r-- 1 me us 5  9 Feb  2003 10:30 Probe", "10:30 Probe"},
		{"after a time of day", "-rw-r--r-- 1 me us 5 Feb  9 15:04 10:30 Probe", "10:30 Probe"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Line(tt.line, Options{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, e.Name); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
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
			e, err := Line("-rw-r--r-- 1 me us 5 "+tt.date+" a", Options{Now: tt.now})
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
			e, err := Line("-rw-r--r-- 1 me us 5 "+tt.date+" a", Options{Location: tt.loc})
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
		{"file", "11-23-16  09:17PM                  4063 ledger 7.csv", listed{Name: "ledger 7.csv", Kind: "file", Size: 4063, Time: "2016-11-23T21:17:00 minute"}},
		{"directory", "05-19-17  12:26AM       <DIR>          Rechnungen", listed{Name: "Rechnungen", Kind: "dir", Size: -1, Time: "2017-05-19T00:26:00 minute"}},
		{"year of four digits", "05-19-2017  12:26PM       <DIR>          x", listed{Name: "x", Kind: "dir", Size: -1, Time: "2017-05-19T12:26:00 minute"}},
		{"24 hours", "2017-05-19  14:26       <dir>    x", listed{Name: "x", Kind: "dir", Size: -1, Time: "2017-05-19T14:26:00 minute"}},
		{"day first", "19.05.2017  14:26    5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2017-05-19T14:26:00 minute"}},
		{"seconds", "19.05.2017  14:26:33    5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2017-05-19T14:26:33 second"}},
		{"PM apart", "05-19-17  02:26 PM       5 x", listed{Name: "x", Kind: "file", Size: 5, Time: "2017-05-19T14:26:00 minute"}},
		{"no time of day", "05-19-17  25:26PM       5 x", listed{Name: "x", Kind: "file", Size: 5}},
		{"no time of day, PM apart", "05-19-17  12:61 PM       <DIR>          x y", listed{Name: "x y", Kind: "dir", Size: -1}},
		{"commas", "09-30-98  06:12PM          2,718,046 x", listed{Name: "x", Kind: "file", Size: 2718046, Time: "1998-09-30T18:12:00 minute"}},
		{"blanks in front, file", "11-23-16  09:17PM  4063   x", listed{Name: "  x", Kind: "file", Size: 4063, Time: "2016-11-23T21:17:00 minute"}},
		{"blanks in front, directory", "05-19-17  02:26PM       <DIR>            x ", listed{Name: "  x ", Kind: "dir", Size: -1, Time: "2017-05-19T14:26:00 minute"}},
		{"junction", `05-19-17  02:26PM    <JUNCTION>     Projekte [D:\ops]`, listed{Name: "Projekte", Kind: "link", Size: -1, Time: "2017-05-19T14:26:00 minute", Target: `D:\ops`}},
		{"symlink without target", `05-19-17  02:26PM    <SYMLINKD>     Projekte`, listed{Name: "Projekte", Kind: "link", Size: -1, Time: "2017-05-19T14:26:00 minute"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Line(tt.line+"\r\n", Options{})
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
	for _, line := range []string{"", " ", "\r\n", "total 12", "total 0", "TOTAL", "total: 5", "insgesamt 44", "合計 8", "总计 8", "Всего 3", "Status of /pub:"} {
		e, err := Line(line, Options{})
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
		{"text", "no such luck", "unknown format"},
		{"status", "status code 7", "unknown format"},
		{"total", "total chaos", "unknown format"},
		{"mode letter", "Qrwxrwxrwx 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode short", "-rwx 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode with a sign", "-rw-r--r_- 1 me us 5 Feb  9 15:04 a", "unknown format"},
		{"mode alone", "drwxr-xr-x", "no date"},
		{"Netware mode alone", "d [R----F--]", "no size with a date behind it"},
		{"no date, and a number that may be of one", "drwxr-xr-x 1 me us 5 image 12 of 30", "no date"},
		{"no date, and a month", "drwxr-xr-x 1 me us 5 May flowers", "no date"},
		{"date in a form that could be read", "-rw-r--r-- 1 me us 5 20240109:15:04 a", "a date format that may fit is yyyyMMdd:HH:mm"},
		{"year of three digits", "drwxr-xr-x 4 7031 88 16 Aug 06  217 kassa", "no date"},
		{"no name", "-rw-r--r-- 1 me us 5 Feb  9 15:04", "no name"},
		{"blank name", "-rw-r--r-- 1 me us 5 Feb  9 15:04  ", "no name"},
		{"link without a name", "lrwxrwxrwx 1 me us 5 Feb  9 15:04  -> x", "no name"},
		{"DOS without a time", "11-23-16 4063 a", "no time of day"},
		{"DOS without anything", "11-23-16", "no time of day"},
		{"DOS size", "12-12-15 09:17PM big a", "neither a size"},
		{"DOS without a name", "12-12-15 09:17PM 4063", "no name"},
		{"DOS meridiem", "12-12-15 07:50XM 4063 a", "no time of day"},
		{"two numbers", "12-12 07:50 4063 a", "unknown format"},
		{"odd date", "3-4-567 07:50 4063 a", "unknown format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Line(tt.line, Options{Now: testNow})
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
		{"", -1, false}, {"k", -1, false}, {"1,234.567", -1, false}, {"1.55k", -1, false},
		{"1.5b", -1, false}, {"1.xk", -1, false}, {"99999999999999999999k", -1, false}, {"5x", -1, false},
		{"-5", -1, true}, {"+5", -1, true}, {"-1.5k", -1, true}, {"-1,234", -1, true}, {"0x1f", -1, true}, {"0X10", -1, true},
		{"1e3", -1, true}, {"1.5E+09", -1, true}, {"2e-1", -1, true}, {"1,23", -1, true}, {"1234,567", -1, true}, {"1.55", -1, true},
		{"-", -1, false}, {"--5", -1, false}, {"-x", -1, false}, {"0x", -1, false}, {"0xg", -1, false}, {"e3", -1, false}, {"1e", -1, false}, {"1e+", -1, false},
	} {
		if got, ok := scan.Size(tt.word); got != tt.want || ok != tt.ok {
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
			line := FormatUnix(tt.e, testNow)
			if diff := cmp.Diff(tt.want, line); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			back, err := Line(line, Options{Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			unit := map[parse.Precision]time.Duration{parse.PrecisionMinute: time.Minute, parse.PrecisionDay: day}[back.Precision]
			if !tt.e.Time.IsZero() && !back.Time.Equal(tt.e.Time.Truncate(unit)) {
				t.Errorf("time %v is read as %v", tt.e.Time, back.Time)
			}
			if back.Target != tt.e.Target || back.Name != lineSafe(tt.e.Name) || back.Size != max(tt.e.Size, 0) {
				t.Errorf("read again it is %+v", back)
			}
		})
	}
	cet := time.FixedZone("CET", 3600)
	if got := FormatUnix(Entry{Name: "a", Time: testNow}, testNow.In(cet)); !strings.Contains(got, "Mar 11 00:00") {
		t.Errorf("not in the location of now: %q", got)
	}
}
