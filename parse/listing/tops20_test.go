package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListTOPS20(t *testing.T) {
	const other = "unknown format"
	refused := func(reason string) []listed { return []listed{{Name: "error", Kind: reason}} }
	for _, tt := range []struct {
		name  string
		lines []string
		want  []listed
	}{
		{"names", []string{"PS:<MIRA>", "LEDGER.CSV.14", "BOOKS.DIRECTORY.1", "A.DIR.1"},
			[]listed{{"LEDGER.CSV", "file", -1, "", "", 0, "", "", ""}, {"BOOKS", "dir", -1, "", "", 0, "", "", ""}, {"A.DIR", "file", -1, "", "", 0, "", "", ""}}},
		{"all columns", []string{"<MIRA>LEDGER.CSV.14;P777700;A,3,5-May-2008 07:08:09,6-May-2008 07:08:09,17-Nov-1858 00:00:00"},
			[]listed{{"LEDGER.CSV", "file", -1, "2008-05-06T07:08:09 second", "", 0, "", "", ""}}},
		{"all columns, directory", []string{"PS:<MIRA>BOOKS.DIRECTORY.1;P777700;A,3,5-May-2008 07:08:09,6-May-2008 07:08:09"},
			[]listed{{"BOOKS", "dir", -1, "2008-05-06T07:08:09 second", "", 0, "", "", ""}}},
		{"name without heading", []string{"LEDGER.CSV.14"}, refused(other)},
		{"no generation", []string{"PS:<MIRA>", "LEDGER.CSV"}, refused(other)},
		{"two words", []string{"PS:<MIRA>", "LEDGER.CSV.14 x"}, refused(other)},
		{"no name", []string{"PS:<MIRA>", ".CSV.14", "..1"}, []listed{{".CSV", "file", -1, "", "", 0, "", "", ""}, {".", "file", -1, "", "", 0, "", "", ""}}},
		{"no write", []string{"<MIRA>A.B.1;P777700;A,3,5-May-2008 07:08:09"}, refused("no time of the last write")},
		{"no date", []string{"<MIRA>A.B.1;P777700;A,3,5-May-2008 07:08:09,never"}, refused("no time of the last write")},
		{"protection", []string{"<MIRA>A.B.1;P987700;A,3,5-May-2008 07:08:09,6-May-2008 07:08:09"}, refused(other)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := decListed(t, decLister("tops20", readTOPS20), tt.lines...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
