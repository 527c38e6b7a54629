package listing

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A brief is the part of an entry that a line must tell right even where its date is none.
type brief struct {
	Name   string
	Kind   Kind
	Size   int64
	Timed  bool
	Target string
}

// briefs reads lines as one listing; what can't be read has only the name "error".
func briefs(dialect string, lines ...string) (all []brief) {
	for e, err := range Lines(slices.Values(lines), Options{Now: testNow, Dialect: dialect}) {
		if err != nil {
			all = append(all, brief{Name: "error"})
			continue
		}
		all = append(all, brief{e.Name, e.Kind, e.Size, !e.Time.IsZero(), e.Target})
	}
	return all
}

// TestUndated has lines whose columns stand but whose date is none: entries, of which the time is unknown.
func TestUndated(t *testing.T) {
	file := func(name string, size int64) []brief { return []brief{{Name: name, Kind: KindFile, Size: size}} }
	for _, tt := range []struct {
		name  string
		lines []string
		want  []brief
	}{
		{"month is a number", []string{"-rw-r--r-- 1 mira ops 40318 000 17 2025 ledger.csv"}, file("ledger.csv", 40318)},
		{"unknown month", []string{"-rw-r--r-- 1 mira ops 40318 Qqq 17 15:04 my ledger"}, file("my ledger", 40318)},
		{"unknown month, day first", []string{"-rw-r--r-- 1 mira ops 40318 17 Qqq 2025 ledger"}, file("ledger", 40318)},
		{"unknown month in bytes", []string{"-rw-r--r-- 1 mira ops 40318 \xa1\xfe\xa2 17 15:04 ledger"}, file("ledger", 40318)},
		{"unknown month and a date in the name", []string{"-rw-r--r-- 1 mira ops 5 Qqq  9 15:04 Probe 2024-01-02 b"}, file("Probe 2024-01-02 b", 5)},
		{"unknown month, size and date in the name", []string{"-rw-r--r-- 1 mira ops 5 Qqq  9 2019 Probe 5 Jan  2 10:00 b"}, file("Probe 5 Jan  2 10:00 b", 5)},
		{"30 February", []string{"-rw-r--r-- 1 mira ops 5 Feb 30 15:04 a"}, file("a", 5)},
		{"29 February 2023", []string{"-rw-r--r-- 1 mira ops 5 Feb 29  2023 a"}, file("a", 5)},
		{"hour 25", []string{"-rw-r--r-- 1 mira ops 5 Feb  9 25:00 a"}, file("a", 5)},
		{"year 0", []string{"-rw-r--r-- 1 mira ops 5 Jan  1 0000 a"}, file("a", 5)},
		{"date of zeros", []string{"-rw-r--r-- 1 mira ops 5 0000-00-00 00:00 a b"}, file("a b", 5)},
		{"date of zeros alone", []string{"-rw-r--r-- 1 mira ops 5 00-00-00 a b"}, file("a b", 5)},
		{"dashes and signs", []string{"-rw-r--r-- 1 mira ops 5 -- -- --:-- a b"}, file("a b", 5)},
		{"question marks", []string{"-rw-r--r-- 1 mira ops 5 ??? ?? ??:?? a b"}, file("a b", 5)},
		{"no value", []string{"-rw-r--r-- 1 mira ops 5 (null) a b", "-rw-r--r-- 1 mira ops 6 N/A c"}, append(file("a b", 5), file("c", 6)...)},
		{"no value, or a name", []string{"-rw-r--r-- 1 mira ops 5 unknown ledger"}, []brief{{Name: "error"}}},
		{"day that can be, hour that can't", []string{"-rw-r--r-- 1 mira ops 5 2023-03-17 25:00 a"}, file("a", 5)},
		{"dashes", []string{"-rw-r--r-- 1 mira ops 5 - - - a"}, file("a", 5)},
		{"no group", []string{"-rw-r--r-- 1 mira 40318 Qqq 17 2025 ledger"}, file("ledger", 40318)},
		{"four words of owners", []string{"-rw-r--r-- 1 Mira Lee Domain Users 40318 Qqq 17 2025 ledger"}, file("ledger", 40318)},
		{"numbers for owners", []string{"-rw-r--r-- 1 500 10 2025 Qqq 17 10:11 ledger"}, file("ledger", 2025)},
		{"link", []string{"lrwxrwxrwx 1 mira ops 7 Qqq 17 2025 now -> ../then"}, []brief{{Name: "now", Kind: KindLink, Size: 7, Target: "../then"}}},
		{"seconds and year", []string{"-rw-r--r-- 1 mira ops 5 Qqq 17 10:11:12 2025 a"}, file("a", 5)},

		{"no date", []string{"drwxr-xr-x 1 mira ops 5 books"}, []brief{{Name: "books", Kind: KindDir, Size: 5}}},
		{"no date, name of words", []string{"-rw-r--r-- 1 mira ops 5 my old ledger.v2"}, file("my old ledger.v2", 5)},
		{"no date, column of blanks", []string{"-rw-r--r-- 1 mira ops 5              ledger"}, file("ledger", 5)},
		{"no date, as another line shows", []string{"-rw-r--r-- 1 mira ops 5 ledger", "-rw-r--r-- 1 mira ops 6 image 12 of 30"},
			append(file("ledger", 5), file("image 12 of 30", 6)...)},
		{"no group and a year", []string{"-rw-r--r-- 1 mira 40318 2025 ledger"}, []brief{{Name: "error"}}},
		{"group of digits", []string{"-rw-r--r-- 1 mira 100 40318 ledger"}, file("ledger", 40318)},
		{"perhaps no date", []string{"-rw-r--r-- 1 mira ops 6 image 12 of 30"}, []brief{{Name: "error"}}},
		{"size without its blank", []string{"-rw-r--r-- 1 mira 99 4096Feb 23 30:01 ledger"}, []brief{{Name: "error"}}},
		{"not looked at", []string{"-????????? ? ?    ?        ?            ? my ledger", "d?????????   ? ? ? ? ? books", "?????????? ? ? ? ? ? x"},
			[]brief{{Name: "my ledger", Kind: KindFile, Size: -1}, {Name: "books", Kind: KindDir, Size: -1}, {Name: "x", Size: -1}}},

		{"DOS, month", []string{"13-32-15 09:17PM 4063 a"}, file("a", 4063)},
		{"DOS, hour", []string{"12-12-15 25:50 4063 a"}, file("a", 4063)},
		{"DOS, zeros", []string{"00-00-0000  00:00       <DIR>          a"}, []brief{{Name: "a", Kind: KindDir, Size: -1}}},
		{"OS/2", []string{"   12    A          02-31-03   10:57  a"}, file("a", 12)},
		{"VMS, day", []string{"A.B;1 3/4 30-FEB-2011 18:05"}, file("A.B", 1536)},
		{"VMS, month", []string{"A.B;1 3/4 7-FEX-2011 18:05"}, file("A.B", 1536)},
		{"VMS, year", []string{"A.B;1 3/4 7-FEB-11 18:05"}, file("A.B", 1536)},
		{"OS/2, hour", []string{"   12    A          02-28-03   30:57  a"}, file("a", 12)},
		{"EPLF", []string{"+m12x,r,s280,\ta"}, file("a", 280)},
		{"EPLF, year", []string{"+m999999999999999,r,s280,\ta"}, file("a", 280)},
		{"IBM i", []string{"SALES   1024 32/20/40 09:08:07 *STMF   a"}, file("a", 1024)},
		{"IBM i, hour", []string{"SALES   1024 02/20/03 25:08:07 *STMF   a"}, file("a", 1024)},
		{"NetWare", []string{"- [R----F--] mira   512 000 17 2025 my ledger"}, file("my ledger", 512)},
		{"Sterling", []string{"-C--E-----FTP B MIRA1     18128     41 Qqq 12 13:56 my ledger"}, file("my ledger", 41)},
		{"Sterling, batch", []string{"BOX1    00000013 00000606 <x>       991329-1308 A"}, file("x", 606)},
		{"Macintosh, folder", []string{"drwxrwxr-x               folder        2 Qqq 10 15:04 my books"}, []brief{{Name: "my books", Kind: KindDir, Size: -1}}},
		{"Macintosh, forks", []string{"-rw-r--r--        0   40318   40318 Qqq 10 2025 my ledger"}, file("my ledger", 40318)},
		{"z/OS, zeros", []string{"PAY001 3390   0000/00/00  1   12  FB      80 27920  PS  PAY.X"}, file("PAY.X", -1)},
		{"VM/CMS, zeros", []string{"LEDGER DATA F 80 20 1 0000-00-00 00:00:00 -"}, file("LEDGER.DATA", 1600)},
		{"VxWorks", []string{"512 FEB-30-2001 12:17:38 X"}, file("X", 512)},
		{"VM/CMS", []string{"LEDGER DATA F 80 20 1 2009-13-04 7:20:41 -"}, file("LEDGER.DATA", 1600)},
		{"z/OS", []string{"PAY001 3390   2011/14/09  1   12  FB      80 27920  PS  PAY.X"}, file("PAY.X", -1)},
		{"z/OS, member", []string{"PAYCALC   01.17 2010/12/31 2011/04/31 23:05   120    90     7 ANNA"}, file("PAYCALC", -1)},
		{"Tandem", []string{"File  Code  EOF  Last Modification  Owner  RWEP", `SALARIES      101             7256 31-Feb-14 08:09:10 155, 76 "nunu"`}, file("SALARIES", 7256)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, briefs("", tt.lines...)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUndatedFormat keeps an error where the caller said how dates are written: the name starts after it.
func TestUndatedFormat(t *testing.T) {
	f, err := ParseDateFormat("dd.MM.yyyy HH:mm")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"-rw-r--r-- 1 mira ops 5 Qqq 17 2025 a", "-rw-r--r-- 1 mira ops 5 a"} {
		_, err := Line(line, Options{Now: testNow, Dates: f})
		wantError(t, err, line, "no date")
	}
}

// TestLateForms has forms of dates that few servers write, each with a name of two words after it.
func TestLateForms(t *testing.T) {
	for date, want := range map[string]string{
		"09-Feb-21":                  "2021-02-09T00:00:00Z",
		"9-feb-2021 15:04":           "2021-02-09T15:04:00Z",
		"09/Feb/2021 15:04:05 +0200": "2021-02-09T15:04:05+02:00",
		"Feb  9 15.04":               "2024-02-09T15:04:00Z",
		"2021-02-09T15:04:05":        "2021-02-09T15:04:05Z",
		"2021-02-09T15:04Z":          "2021-02-09T15:04:00Z",
		"2021-02-09T15:04:05+02:00":  "2021-02-09T15:04:05+02:00",
		"Tue Feb  9 15:04:05 2021":   "2021-02-09T15:04:05Z",
		"2/9/2021 3:04 PM":           "2021-02-09T15:04:00Z",
	} {
		e, err := Line("-rw-r--r-- 1 mira ops 5 "+date+" my report", Options{Now: testNow})
		if err != nil || e.Name != "my report" || e.Size != 5 || e.Group != "ops" || rfc3339(e.Time) != want {
			t.Errorf("%s: %q of %d octets, group %q, at %s, %v; want %s", date, e.Name, e.Size, e.Group, rfc3339(e.Time), err, want)
		}
	}
}

func TestUnixInode(t *testing.T) {
	for name, line := range map[string]string{
		"inode":                "  69312 -rw-r--r--   1 mira ops 40318 Feb  9 15:04 my ledger",
		"blocks":               " 80 -rw-r--r--   1 mira ops 40318 Feb  9 15:04 my ledger",
		"both":                 "69312 80 -rw-r--r--+  1 mira ops 40318 Feb  9 15:04 my ledger",
		"blocks with a unit":   "40K -rw-r--r--   1 mira ops 40318 Feb  9 15:04 my ledger",
		"long number of inode": "69312668804186112 -rw-r--r-- 1 mira ops 40318 Feb  9 15:04:05 2021 my ledger",
	} {
		t.Run(name, func(t *testing.T) {
			want := []brief{{Name: "my ledger", Kind: KindFile, Size: 40318, Timed: true}}
			if diff := cmp.Diff(want, briefs("", line)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	for _, line := range []string{"x 80 -rw-r--r-- 1 mira ops 5 Feb  9 15:04 a", "1 2 3 -rw-r--r-- 1 mira ops 5 Feb  9 15:04 a"} {
		if diff := cmp.Diff([]brief{{Name: "error"}}, briefs("", line)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", line, diff)
		}
	}
}

func TestDashes(t *testing.T) {
	dir := []brief{{Name: "MY BOOKS", Kind: KindDir, Size: -1, Timed: true}}
	for _, line := range []string{
		"d [--------] mira                       - Apr 13 23:52 MY BOOKS",
		"d [R----F--] mira                     --- Apr 13 23:52 MY BOOKS",
		"d --------   mira                       - Apr 13 23:52 MY BOOKS",
		"d---------FTP B MIRA1     -     - Aug 12 13:56 MY BOOKS",
		"d - - - - Aug 12 13:56 MY BOOKS",
		"drwxr-xr-x  2 mira ops   - Aug 12 13:56 MY BOOKS",
	} {
		if diff := cmp.Diff(dir, briefs("", line)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", line, diff)
		}
	}
}

func TestVMSUnits(t *testing.T) {
	for size, want := range map[string]int64{
		"12KB/16KB": 12 << 10, "1.50KB": 1536, "512B/1KB": 512, "3MB": 3 << 20, "0B": 0,
		"******": -1, "***/***": -1, "****KB/16KB": -1, "12345/*****": 12345 * 512,
	} {
		line := "LEDGER.TXT;3   " + size + "   3-MAY-2021 10:11:12  [OPS,MIRA]  (RWED,RWED,RE,)"
		if diff := cmp.Diff([]brief{{Name: "LEDGER.TXT", Kind: KindFile, Size: want, Timed: true}}, briefs("", line)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", size, diff)
		}
	}
	for _, size := range []string{"12XB", "1e3KB", "KB", "*x*"} {
		line := "LEDGER.TXT;3   " + size + "   3-MAY-2021 10:11:12  [OPS,MIRA]  (RWED,RWED,RE,)"
		if diff := cmp.Diff([]brief{{Name: "error"}}, briefs("", line)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", size, diff)
		}
	}
}

func TestReparsePoints(t *testing.T) {
	for rest, want := range map[string]brief{
		`<JUNCTION>     My Books [D:\ops\books]`:  {Name: "My Books", Kind: KindLink, Size: -1, Timed: true, Target: `D:\ops\books`},
		`<JUNCTION>     My Books => D:\ops\books`: {Name: "My Books", Kind: KindLink, Size: -1, Timed: true, Target: `D:\ops\books`},
		`<SYMLINKD>     My Books -> D:\ops`:       {Name: "My Books", Kind: KindLink, Size: -1, Timed: true, Target: `D:\ops`},
		`<SYMLINK>      a.txt [b.txt]`:            {Name: "a.txt", Kind: KindLink, Size: -1, Timed: true, Target: "b.txt"},
		`<JUNCTION>     My Books`:                 {Name: "My Books", Kind: KindLink, Size: -1, Timed: true},
		`<DIR>          a => b`:                   {Name: "a => b", Kind: KindDir, Size: -1, Timed: true},
		`<WIMBOOT>      a.txt`:                    {Name: "a.txt", Kind: KindUnknown, Size: -1, Timed: true},
	} {
		if diff := cmp.Diff([]brief{want}, briefs("", "05-03-21  10:11AM       "+rest)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", rest, diff)
		}
	}
}

// TestMembersAlone has bare names of members where something else says that the listing is of z/OS, and where nothing does.
func TestMembersAlone(t *testing.T) {
	member := brief{Name: "LEDGER", Kind: KindFile, Size: -1}
	module := brief{Name: "LEDGER1", Kind: KindFile, Size: 88}
	if diff := cmp.Diff([]brief{module, member}, briefs("", "LEDGER1   000058   000009          00 FO             RN RU            31    ANY", "LEDGER")); diff != "" {
		t.Errorf("after a module: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]brief{member}, briefs("mvs", "LEDGER")); diff != "" {
		t.Errorf("dialect given: mismatch (-want +got):\n%s", diff)
	}
	if e, err := Line("LEDGER", Options{System: "MVS is the operating system of this server."}); err != nil || e.Name != "LEDGER" {
		t.Errorf("SYST says MVS: %q, %v", e.Name, err)
	}
	if diff := cmp.Diff([]brief{{Name: "error"}}, briefs("", "LEDGER")); diff != "" {
		t.Errorf("alone: mismatch (-want +got):\n%s", diff)
	}
}

// TestOwnersOfWords parts owners and groups of several words by what the listing shows.
func TestOwnersOfWords(t *testing.T) {
	lines := []string{
		"-rw-r--r--   1 Mira Lee ops          40318 Feb  9 15:04 first", // nothing shows it yet
		"-rw-r--r--   1 mira     ops          40318 Feb  9 15:04 usual",
		"-rw-r--r--   1 Mira Lee ops          40318 Feb  9 15:04 owner of two",
		"-rw-r--r--   1 mira     Domain Users 40318 Feb  9 15:04 group of two",
		"-rw-r--r--   1 Mira Lee Domain Users 40318 Feb  9 15:04 both",
		"-rw-r--r-- 1 Mira Lee Domain Users 7 Feb  9 15:04 both, not aligned",
	}
	want := [][2]string{{"Mira", "Lee ops"}, {"mira", "ops"}, {"Mira Lee", "ops"}, {"mira", "Domain Users"}, {"Mira Lee", "Domain Users"}, {"Mira Lee", "Domain Users"}}
	var got [][2]string
	for e, err := range Lines(slices.Values(lines), Options{Now: testNow}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, [2]string{e.Owner, e.Group})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
