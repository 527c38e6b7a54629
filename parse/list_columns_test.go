package parse

import "testing"

func TestReadKA9Q(t *testing.T) {
	at := utcTime(1993, 5, 4, 18, 23, 0)
	testDialect(t, "ka9q", readKA9Q, []dialectTest{
		{"file", "readme  2,320  18:23  5/04/93 ", Entry{Name: "readme", Kind: KindFile, Size: 2320, Time: at, Precision: PrecisionMinute}},
		{"size whose digits don't fit the commas", "readme  2,32  18:23  5/04/93", Entry{Name: "readme", Kind: KindFile, Size: -1, Time: at, Precision: PrecisionMinute}},
		{"directory", "docs/         18:23  5/04/93", Entry{Name: "docs", Kind: KindDir, Size: -1, Time: at, Precision: PrecisionMinute}},
	})
	testHeadings(t, "ka9q", readKA9Q, "5 files ")
	testRefused(t, "ka9q", readKA9Q, "a/  18:23  5/04/93  b/  10:23  1/02/93", "a  18:23  5/04/93", "a 1 18:23  5-04-93", "a 1 18:23 2/30/93", "a x 18:23 5/04/93")
}

func TestReadTSXPlus(t *testing.T) {
	l := &lister{order: []*dialect{{"tsxplus", readTSXPlus}}}
	l.cur = l.order[0]
	for line, want := range map[string]Entry{
		"      readme.txt      6": {Name: "readme.txt", Size: 6 * 512},
		"      m6800 .h        3": {Name: "m6800.h", Size: 3 * 512},
	} {
		e, err := l.read(line)
		if err != nil || e.Name != want.Name || e.Size != want.Size || e.Kind != KindFile {
			t.Errorf("read %q as %+v, %v, want %+v", line, e, err, want)
		}
	}
	testHeadings(t, "tsxplus", readTSXPlus, "Directory [du3:*.*] / 7 Files / 14876 Blocks")
	testRefused(t, "tsxplus", readTSXPlus, "a.dsk 520  b.dsk 3000", "a.txt 6", "readme 6", "toolongname.txt 6")
}
