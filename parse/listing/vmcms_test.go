package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListVMCMS(t *testing.T) {
	at := "2009-03-04T07:20:41 second"
	for _, tt := range []struct {
		name string
		line string
		want listed
	}{
		{"fixed records", "LEDGER   DATA     F         80         20          1  3/04/09  7:20:41 -", listed{"LEDGER.DATA", "file", 1600, at, "", 0, "", "", ""}},
		{"variable records", "LEDGER   DATA     V         80         20          1  3/04/09  7:20:41 MIR191", listed{"LEDGER.DATA", "file", -1, at, "", 0, "", "", ""}},
		{"year first", "LEDGER   DATA     F         80         20          1 2009-03-04  7:20:41 MIR191", listed{"LEDGER.DATA", "file", 1600, at, "", 0, "", "", ""}},
		{"digits as name", "09-03-04 NEWS F 80 20 1 2009-03-04  7:20:41 MIR191", listed{"09-03-04.NEWS", "file", 1600, at, "", 0, "", "", ""}},
		{"directory", "AUDIT_BOOKS       DIR        -          -          -  3/04/09  7:20:41 -", listed{"AUDIT_BOOKS", "dir", -1, at, "", 0, "", "", ""}},
		{"mode", "LEDGER   DATA      A1 F      80     20     1       3/04/09   7:20:41", listed{"LEDGER.DATA", "file", 1600, at, "", 0, "", "", ""}},
		{"mode of a directory", "AUDIT             A1 DIR    -      -      -       3/04/09   7:20:41", listed{"AUDIT", "dir", -1, at, "", 0, "", "", ""}},
		{"years since 1900", "LEDGER   DATA      A1 F      80     20     1       3/04/109   7:20:41", listed{"LEDGER.DATA", "file", 1600, at, "", 0, "", "", ""}},
		{"size beyond an int64", "A B F 9999999999 9999999999 1 3/04/09 7:20:41 -", listed{"A.B", "file", -1, at, "", 0, "", "", ""}},
		{"byte file system", "03/04/2009 07:20:41   F        2          13930 'notes on x.txt'", listed{"notes on x.txt", "file", 13930, at, "", 2, "", "", ""}},
		{"byte file system, directory", "03/04/2009 07:20:41   D        -              - 'Books'", listed{"Books", "dir", -1, at, "", 0, "", "", ""}},
		{"byte file system, pipe", "03/04/2009 07:20:41   P        1              0 'p'", listed{"p", "other", 0, at, "", 1, "", "", ""}},
		{"virtual reader", "0042 MIRA     00000118 2009-03-04 07:20:41 LEDGER   DATA", listed{"LEDGER.DATA", "file", -1, at, "", 0, "", "", ""}},
		{"virtual reader, no type", "0042 MIRA     00000118 2009-03-04 07:20:41 LEDGER", listed{"LEDGER", "file", -1, at, "", 0, "", "", ""}},
		{"virtual reader, no name", "0042 MIRA     00000118 2009-03-04 07:20:41", listed{"0042", "file", -1, at, "", 0, "", "", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := decListed(t, decLister("vmcms", readVMCMS), tt.line)
			if diff := cmp.Diff([]listed{tt.want}, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := decLister("vmcms", readVMCMS).read("Filename FileType  Fm Format Lrecl  Records Blocks Date      Time"); err != ErrNotEntry {
		t.Errorf("heading: %v, want ErrNotEntry", err)
	}
}

func TestListVMCMSErrors(t *testing.T) {
	const other = "unknown format"
	for _, tt := range []struct{ name, line, want string }{
		{"long name", "LEDGERS09 DATA F 80 20 1 3/04/09 7:20:41 -", other},
		{"long type", "LEDGER DATADATA9 F 80 20 1 3/04/09 7:20:41 -", other},
		{"other format", "LEDGER DATA X 80 20 1 3/04/09 7:20:41 -", other},
		{"numbers and dashes", "LEDGER DATA F 80 - 1 3/04/09 7:20:41 -", other},
		{"no time of day", "LEDGER DATA F 80 20 1 3/04/09 -", other},
		{"more words", "LEDGER DATA F 80 20 1 3/04/09 7:20:41 - -", other},
		{"other type in the byte file system", "03/04/2009 07:20:41 X 1 2 'p'", other},
		{"empty name", "03/04/2009 07:20:41 F 1 2 ''", other},
		{"size in the byte file system", "03/04/2009 07:20:41 F 1 2k 'p'", other},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decLister("vmcms", readVMCMS).read(tt.line)
			if err == nil || err == ErrNotEntry {
				t.Fatalf("error %v, want an *Error", err)
			}
			if got := decReason(t, err); got != tt.want {
				t.Errorf("reason %q, want %q", got, tt.want)
			}
		})
	}
}
