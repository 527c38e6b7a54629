package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadOS2(t *testing.T) {
	at := utcTime(2003, 4, 23, 10, 57, 0)
	minute := parse.PrecisionMinute
	testDialect(t, "os2", readOS2, []dialectTest{
		{"file", "   1123      A          04-23-03   10:57  read me", Entry{Name: "read me", Kind: KindFile, Size: 1123, Time: at, Precision: minute}},
		{"no attributes", "   1123                 04-23-2003   10:57  x", Entry{Name: "x", Kind: KindFile, Size: 1123, Time: at, Precision: minute}},
		{"year since 1900", "   1123    RSHA         04-23-103   10:57  x", Entry{Name: "x", Kind: KindFile, Size: 1123, Time: at, Precision: minute}},
		{"directory", "      0           DIR   04-23-03   10:57  BIN", Entry{Name: "BIN", Kind: KindDir, Time: at, Precision: minute}},
		{"attributes behind DIR", "      0 DIR   A  04-23-103   10:57  BIN", Entry{Name: "BIN", Kind: KindDir, Time: at, Precision: minute}},
	})
	testRefused(t, "os2", readOS2, "DIR  04-23-03   10:57  BIN", "0  dir  04-23-03   10:57  BIN", "0  rsa  04-23-03   10:57  x",
		"0  A  2003-04-23   10:57  x", "0  A  04-23-03   10:57",
		"04-23-03  10:57AM  <DIR>  BIN", "0  A  04-23-003   10:57  x", "5  A")
}
