package listing

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// decLister returns a lister of one dialect.
func decLister(name string, read func(*lister, *words, *Entry) error) *lister {
	return &lister{order: []*dialect{{name, read}}}
}

// decListed reads lines and returns the entries, and "error" with the reason for each that can't be read.
func decListed(t *testing.T, l *lister, lines ...string) (got []listed) {
	t.Helper()
	missing := func() {
		if l.lost != "" {
			_, err := l.takeLost()
			got = append(got, listed{Name: "error", Kind: decReason(t, err)})
		}
	}
	for _, line := range lines {
		e, err := l.read(line)
		missing()
		switch {
		case err == nil:
			if !strings.HasSuffix(e.Raw, line) || e.Dialect == "" {
				t.Errorf("%q: raw %q, dialect %q", line, e.Raw, e.Dialect)
			}
			got = append(got, asListed(e))
		case err != ErrNotEntry:
			got = append(got, listed{Name: "error", Kind: decReason(t, err)})
		}
	}
	l.end()
	missing()
	return got
}

func decReason(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*parse.Error](err)
	if !ok {
		t.Fatalf("not an *Error: %v", err)
	}
	return e.Reason
}

func TestListVMS(t *testing.T) {
	const rw, day = "rwxr-x---", "2011-02-07T"
	file := func(name string, size int64, time, mode, owner, group string) listed {
		return listed{name, "file", size, time, mode, 0, owner, group, ""}
	}
	dir := listed{"TOOLS", "dir", 512, "2011-02-07T18:05:00 minute", "rwxr-x---", 0, "MIRA", "", ""}
	for _, tt := range []struct {
		name  string
		lines string // one or two, separated by LF
		want  listed
	}{
		{"TCP/IP Services", "LEDGER.CSV;14           37/40           7-FEB-2011 18:05:09  [AUDIT,MIRA]        (RWED,RWED,RE,)",
			file("LEDGER.CSV", 37*512, day+"18:05:09 second", rw, "MIRA", "AUDIT")},
		{"MultiNet", "LEDGER.CSV;14              37   7-FEB-2011 18:05 [MIRA] (RWE,RWE,RE,)", file("LEDGER.CSV", 37*512, day+"18:05:00 minute", rw, "MIRA", "")},
		{"directory", "TOOLS.DIR;1   1   7-FEB-2011 18:05 [MIRA] (RWE,RWE,RE,)", dir},
		{"directory in lower case", "tools.dir;1   1   7-feb-2011 18:05 [MIRA] (rwe,rwe,re,)", listed{"tools", "dir", 512, day + "18:05:00 minute", rw, 0, "MIRA", "", ""}},
		{"directories have version 1", "TOOLS.DIR;2   1   7-FEB-2011 18:05 [MIRA] (RWE,RWE,RE,)", file("TOOLS.DIR", 512, day+"18:05:00 minute", rw, "MIRA", "")},
		{"no rights", "A.;1 0/0 7-FEB-2011 18:05:09 [MIRA] (,,,)", file("A.", 0, day+"18:05:09 second", "---------", "MIRA", "")},
		{"right to delete alone", "A.;1 0/0 7-FEB-2011 18:05:09 [MIRA] (D,D,W,D)", file("A.", 0, day+"18:05:09 second", "----w----", "MIRA", "")},
		{"numbers as owner", "A.B;1 1/4 7-FEB-2011 18:05:09 [310,17] (RWED,RWED,RE,)", file("A.B", 512, day+"18:05:09 second", rw, "17", "310")},
		{"owner cut off", "A.B;1 1/4 7-FEB-2011 18:05:09 [AUDIT,MIRA$LONG    (RWED,RWED,RE,)", file("A.B", 512, day+"18:05:09 second", rw, "MIRA$LONG", "AUDIT")},
		{"owner without brackets", "A.B;1 1/4 7-FEB-2011 MIRA (RWED,RWED,RE,)", file("A.B", 512, day+"00:00:00 day", rw, "MIRA", "")},
		{"blank in the owner", "A.B;1 1/4 7-FEB-2011 18:05 [AUDIT, MIRA] (RWED,RWED,RE,)", file("A.B", 512, day+"18:05:00 minute", rw, "MIRA", "AUDIT")},
		{"hundredths", "A.B;1 9 7-FEB-2011 18:05:09.25", file("A.B", 9*512, day+"18:05:09.25 second", "", "", "")},
		{"date before size", "A.B;1 7-FEB-2011 18:05 9/12 [MIRA] (RWED,RWED,RE,)", file("A.B", 9*512, day+"18:05:00 minute", rw, "MIRA", "")},
		{"no size and no date", "A.B;1   [AUDIT,MIRA]   (RWED,RWED,RE,)", file("A.B", -1, "", rw, "MIRA", "AUDIT")},
		{"no version", "A.B   9/12 7-FEB-2011 18:05 [MIRA] (RWED,RWED,RE,)", file("A.B", 9*512, day+"18:05:00 minute", rw, "MIRA", "")},
		{"directory before the name", "DUA1:[MIRA.OLD]A.B;3   9/12 7-FEB-2011 18:05", file("A.B", 9*512, day+"18:05:00 minute", "", "", "")},
		{"blank in the name", "A  C.B;3   9/12 7-FEB-2011 18:05", file("A  C.B", 9*512, day+"18:05:00 minute", "", "", "")},
		{"semicolon in the name", "A;2.B;3   9/12 7-FEB-2011 18:05", file("A;2.B", 9*512, day+"18:05:00 minute", "", "", "")},
		{"size beyond an int64", "A.B;3   99999999999999999999 7-FEB-2011 18:05", file("A.B", -1, day+"18:05:00 minute", "", "", "")},
		{"before 1970", "A.B;3   1 17-NOV-1858 00:00", file("A.B", 512, "1858-11-17T00:00:00 minute", "", "", "")},
		{"two lines", "A_LONG_NAME_FOR_ITS_COLUMN.TXT;1\n       3/4     7-FEB-2011 18:05:09  [MIRA]  (RWED,RWED,RE,)",
			file("A_LONG_NAME_FOR_ITS_COLUMN.TXT", 3*512, day+"18:05:09 second", rw, "MIRA", "")},
		{"two lines not indented", "A_LONG_NAME.TXT;1\n3     7-FEB-2011 18:05:09", file("A_LONG_NAME.TXT", 3*512, day+"18:05:09 second", "", "", "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := decListed(t, decLister("vms", readVMS), strings.Split(tt.lines, "\n")...)
			if diff := cmp.Diff([]listed{tt.want}, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListVMSTwoLines(t *testing.T) {
	l := decLister("vms", readVMS)
	if _, err := l.read("A_LONG_NAME.TXT;1"); err != ErrNotEntry {
		t.Fatalf("first line: %v", err)
	}
	e, err := l.read("    3/4  7-FEB-2011 18:05:09")
	if err != nil {
		t.Fatalf("second line: %v", err)
	}
	if want := "A_LONG_NAME.TXT;1\n    3/4  7-FEB-2011 18:05:09"; e.Raw != want || l.held != "" {
		t.Errorf("raw %q, held %q; want %q and nothing", e.Raw, l.held, want)
	}
	const lost = "the line that should follow is missing"
	for _, tt := range []struct {
		name  string
		lines []string
		want  []string // names, or reasons
	}{
		{"name after a name", []string{"A.B;1", "C.D;2", "  1 7-FEB-2011 18:05"}, []string{lost, "C.D"}},
		{"whole entry after a name", []string{"A.B;1", "C.D;2  1 7-FEB-2011 18:05"}, []string{lost, "C.D"}},
		{"end after a name", []string{"A.B;1"}, []string{lost}},
		{"message after a name", []string{"A.B;1", "    No privilege for attempted operation", "C.D;2  1 7-FEB-2011 18:05"},
			[]string{"a message of the server and no columns", "C.D"}},
		{"bad columns after a name", []string{"A.B;1", "    1/2 7-FEB-2011 18:05 (RX,,,)"}, []string{"not a protection of four times RWED"}},
		{"protection in a line of its own", []string{"A.B;1  1/3  7-FEB-2011 18:05 [MIRA]", "   (RWED,RWED,RE,)"}, []string{"A.B"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range decListed(t, decLister("vms", readVMS), tt.lines...) {
				if e.Name == "error" {
					e.Name = e.Kind
				}
				got = append(got, e.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListVMSNotEntry(t *testing.T) {
	for _, line := range []string{
		"Directory DUA1:[MIRA]", "DUA1:[MIRA.OLD]", "SYS$DISK:[000000]", "Directory DUA1:[MIRA]*.TXT;*",
		"Total of 3 files, 41/60 blocks.", "Total of 41 blocks in 3 files.", "Grand total of 2 directories, 9 files.",
		"   (RWED,RWED,RE,)", "%DIRECT-W-NOFILES, no files found", "*.*;       <%RMS-E-FNF, file not found>",
		"A.B;1    %RMS-E-FNF, file not found",
	} {
		if _, err := decLister("vms", readVMS).read(line); err != ErrNotEntry {
			t.Errorf("%q: %v, want ErrNotEntry", line, err)
		}
	}
}

func TestListVMSErrors(t *testing.T) {
	const columns = "neither size, date, owner nor protection"
	for _, tt := range []struct{ name, line, want string }{
		{"no privilege", "A.B;1   %RMS-E-PRV, insufficient privilege or file protection violation", "a message of the server and no columns"},
		{"whole listing refused", "%SYSTEM-F-NOPRIV, no privilege for attempted operation", "a message of the server and no columns"},
		{"month first", "A.B;1 3/4 FEB-7-2011 18:05", columns},
		{"two parts of a date", "A.B;1 3/4 7-FEB 18:05", "not a date such as 2-JAN-2006"},
		{"allocated is no number", "A.B;1 7-FEB-2011 18:05 3/x", "not a number of blocks"},
		{"two sizes", "A.B;1 3/4 7-FEB-2011 18:05 3/4", "column out of place"},
		{"two times", "A.B;1 3/4 7-FEB-2011 18:05 18:06", "time of day out of place"},
		{"AM or PM", "A.B;1 3/4 7-FEB-2011 18:05 PM [MIRA] (,,,)", columns},
		{"hyphen in the owner", "A.B;1 3/4 7-FEB-2011 18:05 [AUDIT-1,MIRA] (,,,)", "not an owner"},
		{"empty owner", "A.B;1 3/4 7-FEB-2011 18:05 [] (,,,)", "not an owner"},
		{"digit in the protection", "A.B;1 3/4 7-FEB-2011 18:05 [MIRA] (RWED2,,,)", "not a protection of four times RWED"},
		{"three in the protection", "A.B;1 3/4 7-FEB-2011 18:05 [MIRA] (RWED,,)", "not a protection of four times RWED"},
		{"five in the protection", "A.B;1 3/4 7-FEB-2011 18:05 [MIRA] (RWED,,,,)", "not a protection of four times RWED"},
		{"name of a directory alone", "[MIRA];1 3/4 7-FEB-2011 18:05", "no name"},
		{"blank before the version", "A.B; 1 3/4 7-FEB-2011 18:05 [MIRA] (,,,)", "unknown format"},
		{"nothing but a size", "A.B;1 3", "unknown format"},
		{"no version and few columns", "A.B 3 7-FEB-2011 18:05", "unknown format"},
		{"text", "Welcome to DUA1", "unknown format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decLister("vms", readVMS).read(tt.line)
			if err == nil || err == ErrNotEntry {
				t.Fatalf("error %v, want an *Error", err)
			}
			if got := decReason(t, err); got != tt.want {
				t.Errorf("reason %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzListVMS(f *testing.F) {
	f.Add("A.B;1\n   3/4 7-FEB-2011 18:05 [AUDIT,MIRA] (RWED,RWED,RE,)")
	f.Add("Directory DUA1:[MIRA]\nA.B;1 %RMS-E-PRV, no\n(,,,)")
	f.Add("NOTES SCRIPT V 80 20 1 3/04/01 7:20:41 -")
	f.Add("04-11-24 11:30:51  seq ->\n%a#b>seq\n+uence")
	f.Add("PS:<MIRA>\nA.B.1\n<X>A.B.1;P777700;A,1,7-Feb-2011 18:05:09,7-Feb-2011 18:05:09")
	f.Fuzz(func(t *testing.T, text string) {
		for name, read := range map[string]func(*lister, *words, *Entry) error{
			"vms": readVMS, "vmcms": readVMCMS, "vos": readVOS, "tops20": readTOPS20,
		} {
			l := decLister(name, read)
			for line := range strings.SplitSeq(text, "\n") {
				e, err := l.read(line)
				if err == nil && (e.Name == "" || e.Size < -1 || e.Dialect != name) {
					t.Errorf("%s: %q gives %+v", name, line, e)
				}
				if _, ok := errors.AsType[*parse.Error](err); err != nil && !ok && err != ErrNotEntry {
					t.Errorf("%s: %q: %v is no *Error", name, line, err)
				}
				if err == nil && name != "vmcms" && !slices.ContainsFunc(strings.Split(e.Raw, "\n"), func(s string) bool { return strings.Contains(s, e.Name) }) {
					t.Errorf("%s: name %q is not in %q", name, e.Name, e.Raw)
				}
			}
		}
	})
}
