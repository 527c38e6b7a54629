package listing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// stampText returns s as a line, with the parts that were read.
func stampText(s stamp) string {
	text := fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d.%09d %v", s.year, s.month, s.day, s.hour, s.min, s.sec, s.nsec, s.precision)
	if s.zone != nil {
		_, seconds := time.Unix(0, 0).In(s.zone).Zone()
		text += fmt.Sprint(" ", seconds)
	}
	return strings.Replace(text, ".000000000", "", 1)
}

func TestDateFormatMatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format string
		text   string
		want   string // "" for no match
		rest   string // of text
	}{
		{"letters", "dd.MM.yyyy HH:mm", "13.04.2026 10:05 a", "2026-04-13 10:05:00 minute", " a"},
		{"layout", "02.01.2006 15:04", "13.04.2026 10:05 a", "2026-04-13 10:05:00 minute", " a"},
		{"day first between slashes", "dd/MM/yy", "04/05/26", "2026-05-04 00:00:00 day", ""},
		{"two letters, one digit", "dd.MM.yyyy", "3.4.2026", "2026-04-03 00:00:00 day", ""},
		{"one letter, two digits", "d.M.yyyy", "13.04.2026", "2026-04-13 00:00:00 day", ""},
		{"two digits, 1970", "yyMMdd", "700102", "1970-01-02 00:00:00 day", ""},
		{"two digits, 2069", "060102", "690102", "2069-01-02 00:00:00 day", ""},
		{"no separators", "yyyyMMddHHmmssSSS", "20260413100511250", "2026-04-13 10:05:11.250000000 second", ""},
		{"no separators, layout", "20060102150405.000", "20260413100511.25", "2026-04-13 10:05:11.250000000 second", ""},
		{"layout without its fraction", "2006-01-02 15:04:05.999", "2026-04-13 10:05:11 a", "2026-04-13 10:05:11 second", " a"},
		{"no separators, too short", "yyyyMMdd", "2026041", "", ""},
		{"no separators, time too short", "yyyyMMddHHmm", "202604131", "", ""},
		{"no separators, too long", "yyyyMMdd", "202604133", "", ""},
		{"no year", "MMM d HH:mm", "Apr  3 10:05 a", "0000-04-03 10:05:00 minute", " a"},
		{"no year, layout", "Jan _2 15:04", "Apr  3 10:05", "0000-04-03 10:05:00 minute", ""},
		{"localized", "d. MMMM yyyy", "3. März 2026", "2026-03-03 00:00:00 day", ""},
		{"localized, dot", "d MMM yyyy", "3 févr. 2026", "2026-02-03 00:00:00 day", ""},
		{"localized, dot of the format", "d MMM. yyyy", "3 févr. 2026", "2026-02-03 00:00:00 day", ""},
		{"month and day glued", "MMMd HH:mm", "dec11 10:05", "0000-12-11 10:05:00 minute", ""},
		{"month between", "dd-MMM-yyyy", "03-APR-2026", "2026-04-03 00:00:00 day", ""},
		{"characters", "yyyy年 M月 d日", "2026年 4月  3日 a", "2026-04-03 00:00:00 day", " a"},
		{"no month", "dd-MMM-yyyy", "03-XYZ-2026", "", ""},
		{"blanks", "MMM d", "Apr \t 3", "0000-04-03 00:00:00 day", ""},
		{"no blank", "MMM d", "Apr3", "", ""},
		{"blanks around the format", "  MMM d ", "Apr 3", "0000-04-03 00:00:00 day", ""},
		{"AM", "MM-dd-yy hh:mma", "04-13-26 12:05AM a", "2026-04-13 00:05:00 minute", " a"},
		{"PM", "01-02-06 03:04 PM", "04-13-26 01:05 pm", "2026-04-13 13:05:00 minute", ""},
		{"noon, one letter", "MM-dd-yy h:mma", "04-13-26 12:05p", "2026-04-13 12:05:00 minute", ""},
		{"no AM", "MM-dd-yy hh:mma", "04-13-26 12:05XM", "", ""},
		{"AMX", "MM-dd-yy hh:mma", "04-13-26 12:05AMX", "", ""},
		{"hour 13 of 12", "MM-dd-yy hh:mma", "04-13-26 13:05PM", "", ""},
		{"quoted", "yyyy-MM-dd'T'HH:mm:ssZ", "2026-04-13T10:05:11+0530", "2026-04-13 10:05:11 second 19800", ""},
		{"layout with zone", "2006-01-02T15:04:05Z07:00", "2026-04-13T10:05:11-03:30", "2026-04-13 10:05:11 second -12600", ""},
		{"Z", "2006-01-02T15:04Z0700", "2026-04-13T10:05Z", "2026-04-13 10:05:00 minute 0", ""},
		{"hours alone", "yyyy-MM-dd HH:mm XXX", "2026-04-13 10:05 +02 a", "2026-04-13 10:05:00 minute 7200", " a"},
		{"zone of 15 hours", "yyyy-MM-dd HH:mm Z", "2026-04-13 10:05 +1500", "", ""},
		{"zone cut", "yyyy-MM-dd HH:mm Z", "2026-04-13 10:05 +", "", ""},
		{"zone missing", "yyyy-MM-dd HH:mm Z", "2026-04-13 10:05 ", "", ""},
		{"zone named UTC", "E MMM d HH:mm:ss z yyyy", "Mon Apr 13 10:05:11 UTC 2026", "2026-04-13 10:05:11 second 0", ""},
		{"zone of another name", "Mon Jan _2 15:04:05 MST 2006", "Mo Apr 13 10:05:11 CEST 2026", "2026-04-13 10:05:11 second", ""},
		{"quote", "yyyy''MM''dd 'at|' HH:mm", "2026'04'13 at| 10:05", "2026-04-13 10:05:00 minute", ""},
		{"recent of two", "MMM d HH:mm|MMM d yyyy", "Apr 13 10:05 a", "0000-04-13 10:05:00 minute", " a"},
		{"old of two", "MMM d HH:mm | MMM d yyyy", "Apr 13  2025 a", "2025-04-13 00:00:00 day", " a"},
		{"two notations", "MMM d HH:mm|Jan _2 2006", "Apr 13  2025 a", "2025-04-13 00:00:00 day", " a"},
		{"longest of two", "yyyy-MM-dd|yyyy-MM-dd HH:mm", "2026-04-13 10:05 a", "2026-04-13 10:05:00 minute", " a"},
		{"end of day", "yyyy-MM-dd HH:mm", "2026-04-13 24:00", "2026-04-13 24:00:00 minute", ""},
		{"behind the end of day", "yyyy-MM-dd HH:mm", "2026-04-13 24:01", "", ""},
		{"end of no day", "yyyy-MM-dd HH:mm", "2026-04-31 24:00", "", ""},
		{"leap day", "MMM d", "Feb 29", "0000-02-29 00:00:00 day", ""},
		{"no leap day", "MMM d yyyy", "Feb 29 2025", "", ""},
		{"month 13", "dd.MM.yyyy", "04.13.2026", "", ""},
		{"year 1600", "dd.MM.yyyy", "04.12.1600", "", ""},
		{"no boundary", "dd.MM.yyyy", "13.04.2026a", "", ""},
		{"no boundary, dot", "dd.MM.yy", "13.04.26.1", "", ""},
		{"no start", "dd.MM.yy", " 13.04.26", "", ""},
		{"empty", "dd.MM.yy", "", "", ""},
		{"cut", "dd.MM.yy HH:mm", "13.04.26 10:", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseDateFormat(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			if f.String() != tt.format {
				t.Errorf("String is %q", f)
			}
			s, n, ok := f.match(tt.text)
			got := ""
			if ok {
				got = stampText(s)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("mismatch (-want +got):\n%s", diff)
			}
			if ok && tt.text[n:] != tt.rest || !ok && (n != 0 || s != stamp{}) {
				t.Errorf("%d bytes read, rest should be %q", n, tt.rest)
			}
		})
	}
}

func TestParseDateFormatErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format string
		offset int
		reason string // part of it
	}{
		{"empty", "", 0, "write for example"},
		{"blanks", "  ", 2, "write for example"},
		{"second empty", "MMM d|", 6, "write for example"},
		{"place in the second", "MMM d|MMM D", 10, "the day is dd"},
		{"year in capitals", "YYYY-MM-dd", 0, "YYYY has no meaning; the year is yyyy"},
		{"three letters of year", "yyy-MM-dd", 0, "the year is yyyy"},
		{"month for minute", "yyyy-MM-dd HH:MM", 14, "minutes are mm"},
		{"minute for month", "yyyy-mm-dd", 10, "MM for the month"},
		{"minute for month and minute", "yyyy-mm-dd HH:mm", 14, "the month is MM"},
		{"text", "dd of MM", 3, "'in quotes'"},
		{"percent", "%Y-%m-%d", 0, "write for example yyyy"},
		{"quote", "yyyy-MM-dd'T", 10, "second one"},
		{"no month", "dd yyyy", 7, "no month"},
		{"no day", "MM/yyyy", 7, "no day"},
		{"no minute", "yyyy-MM-dd HH", 13, "HH:mm"},
		{"no hour", "yyyy-MM-dd mm", 13, "minutes without an hour"},
		{"seconds alone", "yyyy-MM-dd ss", 13, "HH:mm:ss"},
		{"fraction alone", "yyyy-MM-dd HH:mm SSS", 20, "ss.SSS"},
		{"fraction before a number", "yyyy-MM-dd HH:mm:ss.SSSyyyy", 23, "second time"},
		{"fraction before a year", "MM-dd HH:mm:ss.SSSyyyy", 22, "separator"},
		{"hour of 12", "yyyy-MM-dd hh:mm", 16, "write HH"},
		{"hour of 24 with AM", "yyyy-MM-dd HH:mm a", 18, "write hh"},
		{"mixed", "yyyy-MM-02", 0, "letters in a layout"},
		{"layout with other digits", "2006-01-02 17:04", 11, "here as 1; the parts of a layout"},
		{"layout of another date", "2026-04-13", 1, "here as 02; the parts of a layout"},
		{"layout with other digit", "2006-01-02 8:04", 11, "no part of a layout"},
		{"layout with day of year", "2006-002", 5, "digits"},
		{"layout hour of 12", "2006-01-02 03:04", 16, "write HH"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseDateFormat(tt.format)
			e, ok := errors.AsType[*parse.Error](err)
			if !ok || f != nil {
				t.Fatalf("got %v %v", f, err)
			}
			if e.What != "date format" || e.Offset != tt.offset || !strings.Contains(e.Reason, tt.reason) {
				t.Errorf("got %s at %d: %s, want %d: ...%s...", e.What, e.Offset, e.Reason, tt.offset, tt.reason)
			}
		})
	}
}

func TestDateFormatAllocates(t *testing.T) {
	for _, tt := range []struct{ name, format, text string }{
		{"letters", "MMM d yyyy|dd.MM.yyyy HH:mm:ss.SSS Z", "13.04.2026 10:05:11.25 +0200 a"},
		{"name of a month", "E MMMM d hh:mm a z", "Mon April 13 10:05 PM CEST a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseDateFormat(tt.format)
			if err != nil {
				t.Fatal(err)
			}
			ok := false
			if n := testing.AllocsPerRun(100, func() { _, _, ok = f.match(tt.text) }); n != 0 || !ok {
				t.Errorf("%v allocations, match is %v", n, ok)
			}
		})
	}
}

func TestProposeDateFormat(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"dots", "13.04.2026 10:00", "dd.MM.yyyy HH:mm"},
		{"dots, either", "04.05.2026", "dd.MM.yyyy"},
		{"dots, month first", "04.13.2026", "MM.dd.yyyy"},
		{"slashes, year first", "2026/04/13", "yyyy/MM/dd"},
		{"slashes, either", "04/05/2026 10:00:11", "MM/dd/yyyy HH:mm:ss"},
		{"slashes, day first", "13/04/26 10:00", "dd/MM/yy HH:mm"},
		{"IIS", "04-13-26 10:00AM", "MM-dd-yy hh:mma"},
		{"IIS, blank", "04-13-26  10:00 pm", "MM-dd-yy hh:mm a"},
		{"two digits, year first", "88-04-13", "yy-MM-dd"},
		{"ISO", "2026-04-13T10:00:11Z", "yyyy-MM-dd'T'HH:mm:ssZ"},
		{"ls --full-time", "2026-04-13 10:00:11.250000000 +0200", "yyyy-MM-dd HH:mm:ss.SSS Z"},
		{"ls -T", "Apr 13 10:00:11 2026", "MMM d HH:mm:ss yyyy"},
		{"no year", "13 avr. 10:00", "d MMM HH:mm"},
		{"no year in digits", "13.04. 10:00", "dd.MM. HH:mm"},
		{"no year and no time", "Apr 13", ""},
		{"dots in the time", "13.04.2026 10.00", "dd.MM.yyyy HH.mm"},
		{"no separators", "20260413100011", "yyyyMMddHHmmss"},
		{"in a line", "-rw-r--r-- 1 me us 5 13.04.2026 10:00 a 04/05/2026", "dd.MM.yyyy HH:mm"},
		{"IIS, one letter", "04-13-26 10:00p", "MM-dd-yy hh:mma"},
		{"time that can't be", "13.04.2026 25:00", "dd.MM.yyyy"},
		{"date that can't be", "31.02.2026", ""},
		{"address", "10.1.22.3", ""},
		{"no date", "total 12", ""},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := proposeDateFormat(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDateFormat(f *testing.F) {
	f.Add("dd.MM.yyyy HH:mm|Jan _2 2006", "13.04.2026 10:00 a")
	f.Add("E, d MMM yyyy h:mm:ss.SSS a z'''x'", "Mon, 3 Apr 2026 9:05:11.5 PM +05:45'x")
	f.Fuzz(func(t *testing.T, format, text string) {
		d, err := ParseDateFormat(format)
		if err != nil {
			if e, ok := errors.AsType[*parse.Error](err); !ok || e.Offset < 0 || e.Offset > len(format) {
				t.Fatalf("error %v", err)
			}
		} else if s, n, ok := d.match(text); ok && (n < 1 || n > len(text) || s.outOfRange() != "") {
			t.Fatalf("%+v with %d bytes of %q", s, n, text)
		}
		if p := proposeDateFormat(text); p != "" {
			if _, err := ParseDateFormat(p); err != nil {
				t.Fatalf("proposal: %v", err)
			}
		}
	})
}
