package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadWfFTP(t *testing.T) {
	testDialect(t, "wfftp", readWfFTP, []dialectTest{
		{"file", "startup.cfg          2116  03/06/03  Thur.    07:38:50", Entry{Name: "startup.cfg", Kind: KindFile, Size: 2116,
			Time: utcTime(2003, 3, 6, 7, 38, 50), Precision: parse.PrecisionSecond}},
	})
	testHeadings(t, "wfftp", readWfFTP, " Volume - drive 1:", " Directory of 1:", "File Name            Size    Date     Day       Time",
		"------------------------", " 33554432 bytes - Total size")
	testRefused(t, "wfftp", readWfFTP, "a 1 03/06/03 Th. 07:38:50", "a 1 02/30/03 Thur. 07:38:50", "1 03/06/03 Thur. 07:38:50", "--------", "Directory of . 10:00:00")
}

func TestReadMicroRTOS(t *testing.T) {
	testDialect(t, "micrortos", readMicroRTOS, []dialectTest{
		{"fills its place", " 80000   9FFFF   131072   m0622210", Entry{Name: "m0622210", Kind: KindFile, Size: 131072}},
		{"does not", " A0000   A0B7F     2882   my page.cgi", Entry{Name: "my page.cgi", Kind: KindFile, Size: 2882}},
	})
	testHeadings(t, "micrortos", readMicroRTOS, " Start    End    length     File name", "-----------", " A0000   A0B7F     2882   <deleted file>",
		" ** Total 3 files, 250736 bytes **")
	testRefused(t, "micrortos", readMicroRTOS, "80000 9FFFF 131073 x", "80000 9FFFF 100 x", "8000G 9FFFF 131072 x", "80000 9FFFF 131072", "9FFFF 80000 1 x")
}

func TestReadSkiRDIN(t *testing.T) {
	testDialect(t, "skirdin", readSkiRDIN, []dialectTest{
		{"never read", "15.54:21 16.04.2003  FF.FF:FF FF.FF.FFFF  0000000001 A B", Entry{Name: "A B", Kind: KindFile, Size: 1,
			Time: utcTime(2003, 4, 16, 15, 54, 21), Precision: parse.PrecisionSecond}},
		{"never written", "00.00:00 00.00.0000  00.00:00 00.00.0000  0000000410 X.DIR", Entry{Name: "X.DIR", Kind: KindFile, Size: 410}},
	})
	testRefused(t, "skirdin", readSkiRDIN, "15:54:21 16.04.2003  FF.FF:FF FF.FF.FFFF  0000000001 A", "15.54:21 16.04.2003  FF.FF:FF FF.FF.FFFF  0000000001",
		"15.54:21 16.04.2003  GG.FF:FF FF.FF.FFFF  0000000001 A", "15.54:21 16.04.2003")
}
