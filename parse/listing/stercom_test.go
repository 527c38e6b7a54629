package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadSterCom(t *testing.T) {
	testDialect(t, "stercom", readSterCom, []dialectTest{
		{"Connect:Enterprise Unix", "-C--E-----FTP A BOX1       1812       41 Apr  1  2014 two words", Entry{Name: "two words",
			Kind: KindFile, Size: 41, Owner: "BOX1", Group: "1812", Time: utcTime(2014, 4, 1, 0, 0, 0), Precision: parse.PrecisionDay}},
		{"batches", "BOX1    00000013 00000606 <new orders>       990929-1308 A R TCP EBC", Entry{Name: "new orders",
			Kind: KindFile, Size: 606, Owner: "BOX1", Time: utcTime(1999, 9, 29, 13, 8, 0), Precision: parse.PrecisionMinute}},
		{"Connect:Express", "-F 1 R -   -     -     IN!A.B.C", Entry{Name: "IN!A.B.C", Kind: KindFile, Size: -1}},
	})
	testRefused(t, "stercom", readSterCom, "-C--E-----FTP A BOX1       1812       41 Apr  1  2014",
		"-C--E-----FTP A BOX1       1812       41 Avr x", "-rw-r--r-- 1 u g 1 Jan  2  2006 a",
		"BOX1    00000013 00000606 <x       990929-1308 A R TCP EBC",
		"-F 3 R -   -     -     x", "-c--E-----FTP A BOX1       1812       41 Apr  1  2014 x")
	testHeadings(t, "stercom", readSterCom, "Total number of batches listed: 12")
}
