package listing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// readMainframe reads lines as one listing of d alone. It returns what it tells about each, headings left out.
func readMainframe(t *testing.T, d *dialect, lines ...string) []Entry {
	t.Helper()
	l := &lister{order: []*dialect{d}}
	var got []Entry
	for _, line := range lines {
		e, err := l.read(line)
		if err == ErrNotEntry {
			continue
		}
		if err != nil {
			t.Fatalf("read(%q): %v", line, err)
		}
		if e.Dialect != d.name {
			t.Errorf("dialect of %q = %q, want %q", line, e.Dialect, d.name)
		}
		if !strings.Contains(e.Raw, e.Name) || !strings.HasSuffix(e.Raw, line) {
			t.Errorf("name %q, raw %q of %q", e.Name, e.Raw, line)
		}
		e.Dialect, e.Raw, e.Text, e.Encoding = "", "", "", Entry{}.Encoding
		got = append(got, e)
	}
	return got
}

// wantMainframe fails unless d reads lines as want.
func wantMainframe(t *testing.T, d *dialect, lines []string, want []Entry) {
	t.Helper()
	if diff := cmp.Diff(want, readMainframe(t, d, lines...)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// refuseMainframe fails unless d refuses each line with an *parse.Error. A reason that is not empty is that of a line
// that d claims.
func refuseMainframe(t *testing.T, d *dialect, lines map[string]string) {
	t.Helper()
	for line, reason := range lines {
		l := &lister{order: []*dialect{d}}
		_, err := l.read(line)
		pe, ok := errors.AsType[*parse.Error](err)
		if reason == "" {
			reason = "unknown format"
		}
		if !ok || !strings.Contains(pe.Error(), reason) {
			t.Errorf("read(%q): %v, want %q", line, err, reason)
		}
	}
}

func mainframeDay(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func mainframeMinute(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
}

func TestMVSDatasets(t *testing.T) {
	d := &dialect{"mvs", readMVS}
	used := mainframeDay(2011, 4, 9)
	for _, tt := range []struct {
		name, line string
		want       Entry
	}{
		{"sequential", "PAY001 3390   2011/04/09  1   12  FB      80 27920  PS  PAY.JUNE.DATA", Entry{Name: "PAY.JUNE.DATA", Kind: KindFile, Time: used}},
		{"partitioned", "PAY001 3390   2011/04/09  2   30  FB      80 27920  PO  PAY.JCL", Entry{Name: "PAY.JCL", Kind: KindDir, Time: used}},
		{"library", "PAY001 3390   2011/04/09  2   30  U        0 27998  PO-E  PAY.LOAD", Entry{Name: "PAY.LOAD", Kind: KindDir, Time: used}},
		{"quoted", "PAY001 3390   2011/04/09  1   12  VBA    125   129  PS  'SYS9.OUT'", Entry{Name: "'SYS9.OUT'", Kind: KindFile, Time: used}},
		{"extents and use run together", "PAY001 3390   2011/04/09  123456  VB   29600 29600  PS    PAY.BIG", Entry{Name: "PAY.BIG", Kind: KindFile, Time: used}},
		{"use too wide", "PAY001 3390   2011/04/09  1+++++  VBS  32767 27966  PS  PAY.HUGE", Entry{Name: "PAY.HUGE", Kind: KindFile, Time: used}},
		{"never used", "PAY001 3390   **NONE**    1    1  FB     133  1330  PS  PAY.NEW", Entry{Name: "PAY.NEW", Kind: KindFile}},
		{"no format", "PAY001 3390   2011/04/09  1    0  NONE     0     0  PO  PAY.EMPTY", Entry{Name: "PAY.EMPTY", Kind: KindDir, Time: used}},
		{"American date", "OLD001 3380K  04/09/11  1    9  FB      80  6160  PO  OLD.CLIST", Entry{Name: "OLD.CLIST", Kind: KindDir, Time: used}},
		{"no unit", "PAY001 2011/04/09  1   12  FB      80 27920  PS  PAY.WIDE", Entry{Name: "PAY.WIDE", Kind: KindFile, Time: used}},
		{"cluster", "PAY001 3390   VSAM PAY.KSDS", Entry{Name: "PAY.KSDS", Kind: KindFile}},
		{"tape", "T00123 Tape                                         PAY.ARCHIVE", Entry{Name: "PAY.ARCHIVE", Kind: KindFile}},
		{"migrated", "Migrated                                                PAY.OLD", Entry{Name: "PAY.OLD", Kind: KindFile}},
		{"archived", "ARCIVE Not Direct Access Device                         PAY.OLDER", Entry{Name: "PAY.OLDER", Kind: KindFile}},
		{"not mounted", "PAY009 Not Mounted                                      PAY.AWAY", Entry{Name: "PAY.AWAY", Kind: KindFile}},
		{"unknown", "Error determining attributes                            PAY.CKPT", Entry{Name: "PAY.CKPT"}},
		{"unknown on a volume", "PAY001 Error determining attributes                     PAY.CKPT2", Entry{Name: "PAY.CKPT2"}},
		{"catalog", "User catalog connector                                  PAY.UCAT", Entry{Name: "PAY.UCAT", Kind: KindOther}},
		{"generations", "GDG                                                     PAY.DAILY", Entry{Name: "PAY.DAILY", Kind: KindDir}},
		{"pseudo directory", "Pseudo Directory                                        JUNE", Entry{Name: "JUNE", Kind: KindDir}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Size = -1
			if !tt.want.Time.IsZero() {
				tt.want.Precision = parse.PrecisionDay
			}
			wantMainframe(t, d, []string{tt.line}, []Entry{tt.want})
			for _, heading := range []string{
				"Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
				"Volume Unit    Referred Ext UsedRecfm Lrecl BlkSz Dsorg Dsname",
				"Volume Unit     Date  Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
			} {
				wantMainframe(t, d, []string{heading, tt.line}, []Entry{tt.want})
			}
		})
	}
	refuseMainframe(t, d, map[string]string{
		"PAY001 3390   2011/04/09  1   12  FB      80 27920  XX  PAY.X": "",
		"PAY001 3390   2011/04/09  1   12  Q!      80 27920  PS  PAY.X": "",
		"PAY001 3390   yesterday   1   12  FB      80 27920  PS  PAY.X": "",
		"PAY0019 3390  2011/04/09  1   12  FB      80 27920  PS  PAY.X": "",
		"PAY0013390 2011/04/09 112FB8027920PSPAY.X":                     "",
		"Migrated to another machine":                                   "",
		"PAY.X":                                                         "",
		"PAYX":                                                          "",
	})
}

func TestMVSMembers(t *testing.T) {
	d := &dialect{"mvs", readMVS}
	changed := mainframeMinute(2011, 4, 9, 23, 5)
	stats := "PAYCALC   01.17 2010/12/31 2011/04/09 23:05   120    90     7 ANNA"
	member := Entry{Name: "PAYCALC", Kind: KindFile, Size: -1, Owner: "ANNA", Time: changed, Precision: parse.PrecisionMinute}
	wantMainframe(t, d, []string{stats}, []Entry{member})

	lines := []string{
		" Name     VV.MM   Created       Changed      Size  Init   Mod   Id",
		stats,
		"$PAY#@1", // a member without statistics
		"TOTAL",   // no remark here
		"NOUSER    01.00 2011/04/09 2011/04/09 23:05     1     1     0",
	}
	bare := func(name string) Entry { return Entry{Name: name, Kind: KindFile, Size: -1} }
	noUser := member
	noUser.Name, noUser.Owner = "NOUSER", ""
	wantMainframe(t, d, lines, []Entry{member, bare("$PAY#@1"), bare("TOTAL"), noUser})

	wantMainframe(t, d, []string{
		"Name      VV.MM  Created   Changed  Time     Size    Init  Mod  ID",
		"PAYCALC   01.17  10/12/31  11/04/09 23:05     120      90    7  ANNA",
	}, []Entry{member})
	wantMainframe(t, d, []string{"PAYTAX" + strings.Repeat(" ", 62)}, []Entry{bare("PAYTAX")})

	forced := &lister{order: []*dialect{d}, o: Options{Dialect: "mvs"}}
	if e, err := forced.read("PAYTAX"); err != nil || e.Name != "PAYTAX" {
		t.Errorf("member alone, dialect given: %q, %v", e.Name, err)
	}
	refuseMainframe(t, d, map[string]string{
		"PAYCALC   1.17  2010/12/31 2011/04/09 23:05   120    90     7 ANNA": "",
		"PAYCALC   01.17 2010/12/31 2011/04/09 23:05   120    90     x ANNA": "",
		"PAYCALC17 01.17 2010/12/31 2011/04/09 23:05   120    90     7 ANNA": "",
	})
}

func TestMVSModules(t *testing.T) {
	d := &dialect{"mvs", readMVS}
	heading := " Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode"
	module := func(name string, size int64) Entry { return Entry{Name: name, Kind: KindFile, Size: size} }
	wantMainframe(t, d, []string{
		heading,
		"PAYMAIN   001A2C   00010F          01 FO             RN RU            31    ANY",
		"PAYALIAS  00000010 00010F PAYMAIN  00 FO                              24    24",
		"PAYODD    0000FF   00020F          00",
	}, []Entry{module("PAYMAIN", 0x1a2c), module("PAYALIAS", 16), module("PAYODD", 255)})
	wantMainframe(t, d, []string{
		"PAYMAIN   001A2C   00010F          01 FO             RN RU            31    ANY",
	}, []Entry{module("PAYMAIN", 0x1a2c)})
	refuseMainframe(t, d, map[string]string{
		"PAYMAIN   001G2C   00010F          01 FO             RN RU            31    ANY": "",
		"PAYODD    0000FF   00020F          00":                                           "",
	})
}
