package fuzz_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// FuzzListing: a whole listing, detected or in any one format, reads the same at once, byte by byte and line by
// line; every line is an entry or several, an error or nothing; a name is part of its line.
func FuzzListing(f *testing.F) {
	for _, s := range []string{
		"total 2\r\n-rw-r--r-- 1 mira ops 40318 Feb  9 15:04 ledger\r\ndrwxr-xr-x 2 mira ops 5 Feb  9  2019 a b\r\n",
		"213-Status of /:\n213--rw-r--r-- 1 mira ops 40318 Feb  9 15:04 ledger\n213 End of status\n",
		"Directory DISK:[MIRA]\n\nA_LONG_NAME_OF_A_FILE.TXT;12\n                 7/8     3-MAY-2021 10:11:12  [OPS,MIRA]  (RWED,RWED,RE,)\nB.DIR;1  1 3-MAY-2021 10:11 [OPS,MIRA] (RWE,RWE,RE,E)\nTotal of 2 files, 8 blocks\n",
		"docs/  18:23  5/04/93  a  2,320  18:23  5/04/93\n2 files\n", "  m6800 .h  3  b.x  4\n  c.y  5\n", "0100644 33 0 40318 1086300000 ledger\n",
		"ALONE.TXT;1\nNEXT.TXT;2\n", "ALONE.TXT;1",
		"Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\nVOL001 3390   2021/05/03  1   15  FB      80  27920  PO  OPS.JCL\nMigrated                                            OPS.OLD\n",
		" Name     VV.MM   Created       Changed      Size  Init   Mod   Id\n MEMBER   01.03 2021/05/03 2021/06/01 10:11    17    15     0 MIRA\n",
		"OPS         4096 05/03/21 10:11:12 *STMF      a.txt\nOPS                                *MEM       A.FILE/B.MBR\n",
		"69312 80 -rw-r--r-- 1 mira ops 40318 000 17 2025 a\n-????????? ? ? ? ? ? b\n-rw-r--r-- 1 mira ops 5 c\n-rw-r--r-- 1 Mira Lee Domain Users 6 20240109:15:04 d\n",
		"-rw-r--r-- 1 mira ops 5 \xd1\xce\xd7  9 2019 \xf6\xd5\xcb\n05-03-21  10:11AM <JUNCTION> a => b\nd - - - - Aug 12 13:56 c\n",
		"+i83.48,m825718503,r,s280,\tname\n+i83.49,m825718503,/,\tdir\n",
		"              0           DIR   05-03-21   10:11  a\n            17      A          05-03-21   10:11  b\n",
		"File         Code             EOF  Last Modification    Owner  RWEP\nAFILE         101            1234 03-May-21 10:11:12 255,255 \"oooo\"\n",
		"type=cdir;modify=20210503101112; .\n no-facts\ntype=file;size=3; a\n", "11-23-16  09:17PM  4063 ledger 7.csv\n01-02-2021  10:11  <DIR>  a\n",
	} {
		f.Add(s)
	}
	now := time.Date(2024, 3, 10, 23, 0, 0, 0, time.UTC)
	formats := append([]string{""}, listing.Dialects()...)
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range formats {
			o := listing.Options{Now: now, Dialect: name}
			whole := outcomes(t, strings.NewReader(text), o)
			if diff := cmp.Diff(whole, outcomes(t, iotest.OneByteReader(strings.NewReader(text)), o)); diff != "" {
				t.Fatalf("%s: mismatch (-whole +byte by byte):\n%s", name, diff)
			}
			var lines []string
			for e, err := range listing.Lines(wholeLines(text), o) {
				lines = append(lines, outcome(t, e, err))
			}
			if diff := cmp.Diff(whole, lines); diff != "" {
				t.Fatalf("%s: mismatch (-whole +lines):\n%s", name, diff)
			}
			const most = 12 // on one line, of KA9Q and TSX-Plus
			if n := strings.Count(text, "\n") + 1; len(whole) > n*most {
				t.Fatalf("%s: %d outcomes of %d lines", name, len(whole), n)
			}
		}
	})
}

// wholeLines yields the lines of text without their ends.
func wholeLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutSuffix(line, "\n"); ok {
				line = strings.TrimSuffix(rest, "\r")
			}
			if !yield(line) {
				return
			}
		}
	}
}

func outcomes(t *testing.T, r io.Reader, o listing.Options) (out []string) {
	var names listing.CodePageDetector
	dates := listing.DateFormatDetector{Dialect: o.Dialect}
	for e, err := range listing.Read(r, o, listing.Limits{Line: -1, Entries: -1, Bytes: -1}) {
		out = append(out, outcome(t, e, err))
		if err == nil {
			names.Add(&e)
		}
		dates.Add(&e)
	}
	for _, g := range names.Guesses() {
		if _, err := listing.LookupCodePage(g.CodePage); err != nil || g.Fit != g.Names {
			t.Fatalf("guess %+v, %v", g, err)
		}
	}
	if format, _ := dates.Propose(); format != "" {
		if _, err := listing.ParseDateFormat(format); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// outcome returns what came of a line as text, and fails where it can't be so.
func outcome(t *testing.T, e listing.Entry, err error) string {
	if err != nil {
		if pe, ok := errors.AsType[*parse.Error](err); !ok || pe.Offset < 0 || e.Name != "" || e.Size != -1 {
			t.Fatalf("error %#v with %+v", err, e)
		}
		return e.Raw + " ! " + err.Error()
	}
	if e.Name == "" || !inLine(e) || !strings.Contains(e.Raw, e.Target) || e.Size < -1 || e.Links < 0 ||
		e.Dialect == "" || e.Time.IsZero() != (e.Precision == parse.PrecisionUnknown) {
		t.Fatalf("%q gives %+v", e.Raw, e)
	}
	return cmp.Diff(listing.Entry{}, e)
}

// inLine reports whether a name is a part of its line. Some formats have name and type in two columns, where
// commands want a dot between them.
func inLine(e listing.Entry) bool {
	switch e.Dialect {
	case "vmcms", "pcnfsd", "tsxplus":
		return true
	}
	return strings.Contains(e.Raw, e.Name)
}
