package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadNCSA(t *testing.T) {
	at := utcTime(2003, 10, 23, 12, 20, 0)
	testDialect(t, "ncsa", readNCSA, []dialectTest{
		{"file", "a.tar               16246 10-23-03  12:20", Entry{Name: "a.tar", Kind: KindFile, Size: 16246, Time: at, Precision: parse.PrecisionMinute}},
		{"blanks in the name", " my  file             0  10-23-2003 12:20", Entry{Name: "my  file", Kind: KindFile, Time: at, Precision: parse.PrecisionMinute}},
		{"slash", "pub/                    0  10-23-2003 12:20", Entry{Name: "pub", Kind: KindDir, Time: at, Precision: parse.PrecisionMinute}},
		{"<DIR>", "PUB     <DIR>  10-23-03 12:20", Entry{Name: "PUB", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
	})
	testHeadings(t, "ncsa", readNCSA, "729088 Bytes Available")
	testRefused(t, "ncsa", readNCSA, "a 1 10-23-03 12:20p", "1 10-23-03 12:20", "a 1 10/23/03 12:20", "a b 10-23-03 12:20", "a 1 02-30-03 12:20")
}

func TestReadPCNFSD(t *testing.T) {
	at := utcTime(1999, 6, 10, 22, 0, 0)
	testDialect(t, "pcnfsd", readPCNFSD, []dialectTest{
		{"extension in its column", "prog     exe     2,563,136 06-10-99  10:00p", Entry{Name: "prog.exe", Kind: KindFile, Size: 2563136, Time: at, Precision: parse.PrecisionMinute}},
		{"directory", "temp         <dir>         06-10-99  10:00p", Entry{Name: "temp", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
	})
	testRefused(t, "pcnfsd", readPCNFSD, "a 1 10-23-03 12:20", "program99 exe 1 06-10-99 10:00p", "a html 1 06-10-99 10:00p", "a b c 1 06-10-99 10:00p")
}

func TestReadSuperTCP(t *testing.T) {
	at := utcTime(2004, 11, 29, 22, 16, 0)
	testDialect(t, "supertcp", readSuperTCP, []dialectTest{
		{"directory", "TESTDI~1     <DIR>     11-29-2004  22:16 Test Dir", Entry{Name: "Test Dir", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
		{"blank before the name", "TEST~1          12     11-29-2004  22:16  Test", Entry{Name: " Test", Kind: KindFile, Size: 12, Time: at, Precision: parse.PrecisionMinute}},
	})
	testRefused(t, "supertcp", readSuperTCP, "TEST 12 11-29-2004 22:16", "TEST x 11-29-2004 22:16 a", "TEST 12 11-29 22:16 a")
}

func TestReadChameleon(t *testing.T) {
	at := utcTime(1995, 6, 21, 17, 1, 0)
	testDialect(t, "chameleon", readChameleon, []dialectTest{
		{"file", "KIT.EXE     960338      Jun 21 1995 17:01   R", Entry{Name: "KIT.EXE", Kind: KindFile, Size: 960338, Time: at, Precision: parse.PrecisionMinute}},
		{"directory", "KIT         <DIR>      Jun 21 1995 17:01", Entry{Name: "KIT", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute}},
	})
	testRefused(t, "chameleon", readChameleon, "KIT 1 Jun 21 1995 17:01 name", "KIT x Jun 21 1995 17:01", "KIT 1 Jun 21 1995")
}

func TestReadPCTCP(t *testing.T) {
	at := utcTime(1994, 5, 31, 6, 22, 0)
	testDialect(t, "pctcp", readPCTCP, []dialectTest{
		{"file", "      40774              IO.SYS   Tue May 31 06:22:00 1994", Entry{Name: "IO.SYS", Kind: KindFile, Size: 40774, Time: at, Precision: parse.PrecisionSecond}},
		{"directory", " <dir>                     UTIL   Tue May 31 06:22:00 1994", Entry{Name: "UTIL", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionSecond}},
	})
	testRefused(t, "pctcp", readPCTCP, "1 a Tu May 31 06:22:00 1994", "1 a Tue May 31 06:22:00", "x a Tue May 31 06:22:00 1994", "1 a Tue Jun 31 06:22:00 1994")
}

func TestReadDistinct(t *testing.T) {
	at := utcTime(2002, 12, 29, 6, 56, 0)
	testDialect(t, "distinct", readDistinct, []dialectTest{
		{"file", "-wa--        7665  Dec 29,2002   6:56  read me", Entry{Name: "read me", Kind: KindFile, Size: 7665, Time: at, Precision: parse.PrecisionMinute}},
		{"directory", "d---h           0  Dec 29,2002   6:56  sub", Entry{Name: "sub", Kind: KindDir, Time: at, Precision: parse.PrecisionMinute}},
	})
	testRefused(t, "distinct", readDistinct, "-aw-- 1 Dec 29,2002 6:56 a", "-wa-- x Dec 29,2002 6:56 a", "-wa-- 1 Dec 32,2002 6:56 a", "-wa-- 1 Dec 29,2002 6:56")
}

func TestReadVShell(t *testing.T) {
	at := utcTime(2000, 4, 4, 21, 6, 0)
	testDialect(t, "vshell", readVShell, []dialectTest{
		{"file", "206876  Apr 04, 2000 21:06 a report.doc", Entry{Name: "a report.doc", Kind: KindFile, Size: 206876, Time: at, Precision: parse.PrecisionMinute}},
		{"directory", "     0  Apr 04, 2000 21:06 pub/", Entry{Name: "pub", Kind: KindDir, Time: at, Precision: parse.PrecisionMinute}},
	})
	testRefused(t, "vshell", readVShell, "1 Apr 04 2000 21:06 a", "1 Apr 31, 2000 21:06 a", "x Apr 04, 2000 21:06 a", "1 Apr 04, 2000 21:06")
}
