package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadOS9(t *testing.T) {
	at := utcTime(1992, 4, 3, 13, 6, 0)
	file := Entry{Name: "my box", Kind: KindFile, Size: 248, Owner: "78", Group: "1", Time: at, Precision: parse.PrecisionMinute}
	dir := file
	dir.Kind = KindDir
	testDialect(t, "os9", readOS9, []dialectTest{
		{"file", "  1.78    92/04/03 1306   ---wr-wr     10C       248 my box", file},
		{"dashes of Windows-1252", "  1.78    92/04/03 1306   \x96\x96\x96wr\x96wr     10C       248 my box", file},
		{"directory", "  1.78    92/04/03 1306   d-ewrewr     10C       248 my box", dir},
	})
	testHeadings(t, "os9", readOS9, "                Directory of . 11:44:44", " Owner    Last modified  Attributes Sector Bytecount Name",
		"-------  -------------  ---------- ------ --------- ----")
	testRefused(t, "os9", readOS9, "1.78 92/04/03 2506 ------wr 10C 248 a", "1.78 92/13/03 1306 ------wr 10C 248 a", "1.x 92/04/03 1306 ------wr 10C 248 a",
		"1.78 92/04/03 1306 ------wx 10C 248 a", "1.78 92/04/03 1306 ------wr 10C 248", "-------  -------")
}
