package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadVxWorks(t *testing.T) {
	at := utcTime(2001, 2, 19, 12, 17, 38)
	testDialect(t, "vxworks", readVxWorks, []dialectTest{
		{"file", " 1165    FEB-19-2001  12:17:38   A B", Entry{Name: "A B", Kind: KindFile, Size: 1165, Time: at, Precision: parse.PrecisionSecond}},
		{"directory", "  512    Feb-19-2001  12:17:38   SYS LIB           <DIR>", Entry{Name: "SYS LIB", Kind: KindDir, Size: 512, Time: at, Precision: parse.PrecisionSecond}},
	})
	testHeadings(t, "vxworks", readVxWorks, "  size          date       time       name", "--------       ------     ------    --------")
	testRefused(t, "vxworks", readVxWorks, "512 FEB-19-2001 12:17:38", "x FEB-19-2001 12:17:38 X", "512 19-FEB-2001 12:17:38 X")
}
