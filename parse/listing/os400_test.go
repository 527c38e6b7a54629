package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadOS400(t *testing.T) {
	second := parse.PrecisionSecond
	testDialect(t, "os400", readOS400, []dialectTest{
		{"file", "SALES            1024 02/20/03 09:08:07 *STMF      price list.txt", Entry{Name: "price list.txt", Kind: KindFile,
			Size: 1024, Owner: "SALES", Time: utcTime(2003, 2, 20, 9, 8, 7), Precision: second}},
		{"directory", "SALES            8192 20/02/03 09:08:07 *DIR       old/", Entry{Name: "old", Kind: KindDir,
			Size: 8192, Owner: "SALES", Time: utcTime(2003, 2, 20, 9, 8, 7), Precision: second}},
		{"year first", "SALES            8192 99/02/03 09:08:07 *DDIR      opt/", Entry{Name: "opt", Kind: KindDir,
			Size: 8192, Owner: "SALES", Time: utcTime(1999, 2, 3, 9, 8, 7), Precision: second}},
		{"dots", "SALES            8192 03.02.99 09:08:07 *FILE      A.FILE", Entry{Name: "A.FILE", Kind: KindFile,
			Size: 8192, Owner: "SALES", Time: utcTime(1999, 2, 3, 9, 8, 7), Precision: second}},
		{"long year", "SALES            8192 02/03/1999 09:08:07 *LIB       A.LIB", Entry{Name: "A.LIB", Kind: KindDir,
			Size: 8192, Owner: "SALES", Time: utcTime(1999, 2, 3, 9, 8, 7), Precision: second}},
		{"epoch west of Greenwich", "SALES            8192 12/31/69 19:00:00 *FLR       DLS/", Entry{Name: "DLS", Kind: KindDir,
			Size: 8192, Owner: "SALES", Time: utcTime(1969, 12, 31, 19, 0, 0), Precision: second}},
		{"member", "SALES                                   *MEM       A.FILE/JAN.MBR", Entry{Name: "A.FILE/JAN.MBR",
			Kind: KindFile, Size: -1, Owner: "SALES"}},
		{"absolute path", "SALES 9 02/20/03 09:08:07 *STMF /home/sales/x.pdf", Entry{Name: "x.pdf", Kind: KindFile,
			Size: 9, Owner: "SALES", Time: utcTime(2003, 2, 20, 9, 8, 7), Precision: second}},
		{"symbolic link", "SALES 9 02/20/03 09:08:07 *SYMLNK    s", Entry{Name: "s", Kind: KindLink,
			Size: 9, Owner: "SALES", Time: utcTime(2003, 2, 20, 9, 8, 7), Precision: second}},
		{"document", "/QDLS/SALES          0 02/20/03 09:08:07 DIR", Entry{Name: "SALES", Kind: KindDir,
			Time: utcTime(2003, 2, 20, 9, 8, 7), Precision: second}},
	})
	testRefused(t, "os400", readOS400,
		"SALES            1024 02/20/03 09:08:07 STMF       a",
		"SALES            1024 02/20/03 09:08:07 *STMF",

		"SALES            1024 02/20 09:08:07 *STMF      a",

		"SALES            1024 02/20/03 09:08:07 *MEM       A.FILE/B.MBR",
		"SALES            1024                   *MEM       A.FILE/B.MBR",
		"SALES                                   *MEM       ",
		"SALES EXT        1024 02/20/03 09:08:07 *DIR       a/",
		"/home 1 2 3 DIR",
	)
}

// A date that can have the day first only settles the order for the lines behind it.
func TestReadOS400DateOrder(t *testing.T) {
	l := &lister{order: []*dialect{{"os400", readOS400}}}
	for _, tt := range []struct {
		line string
		day  int
	}{
		{"U 1 04/03/08 10:00:00 *STMF a", 3},
		{"U 1 25/03/08 10:00:00 *STMF b", 25},
		{"U 1 04/03/08 10:00:00 *STMF c", 4},
		{"U 1 04/30/08 10:00:00 *STMF d", 30},
	} {
		e, err := l.read(tt.line)
		if err != nil || e.Time.Day() != tt.day {
			t.Errorf("read %q: day %d, %v, want day %d", tt.line, e.Time.Day(), err, tt.day)
		}
	}
}
