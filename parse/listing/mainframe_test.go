package listing

import (
	"errors"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

func TestUnisys(t *testing.T) {
	d := &dialect{"unisys", readUnisys}
	at := mainframeMinute(2001, 2, 3, 4, 5)
	file := func(name string, size int64) Entry {
		return Entry{Name: name, Kind: KindFile, Size: size, Time: at, Precision: parse.PrecisionMinute}
	}
	long := "PAYROLL/ARCHIVE/0000001/OF/THE/YEAR"
	wantMainframe(t, d, []string{
		"Report for: (PAY)ROLL ON DISK",
		"PAYROLL/DATA            SEQDATA    900 02/03/2001  04:05",
		"",
		long,
		"                        ALGOLSYMBOL  7200 02/03/2001 04:05",
		`"MY FILE"/X             DATA         1 02/03/2001 04:05`,
		"          3 Files     8101 Octets",
	}, []Entry{file("PAYROLL/DATA", 900), file(long, 7200), file(`"MY FILE"/X`, 1)})
	refuseMainframe(t, d, map[string]string{
		"PAYROLL/DATA            SEQDATA    900 2001-02-03  04:05": "",
		"PAYROLL/DATA            seqdata    900 02/03/2001  04:05": "",
		"                        SEQDATA    900 02/03/2001  04:05": "",
		long: "", // no heading before it
	})

	l := &lister{order: []*dialect{d}}
	for _, line := range []string{"Report for: (PAY)ROLL ON DISK", long} {
		if _, err := l.read(line); err != ErrNotEntry {
			t.Fatalf("read(%q): %v", line, err)
		}
	}
	if e, err := l.read("ROLL SEQDATA 900 02/03/2001 04:05"); err != nil || e.Name != "ROLL" {
		t.Errorf("line behind a held one: %q, %v", e.Name, err)
	}
	if e, err := l.takeLost(); e.Raw != long || !errors.As(err, new(*parse.Error)) {
		t.Errorf("held line that was not continued: %q, %v", e.Raw, err)
	}
}

func TestMPE(t *testing.T) {
	d := &dialect{"mpeix", readMPE}
	file := func(name string, size int64) Entry { return Entry{Name: name, Kind: KindFile, Size: size} }
	wantMainframe(t, d, []string{
		" PATH= /PAY/ROLL/",
		"",
		" CODE  ------------LOGICAL RECORD-----------  ----SPACE----  FILENAME",
		"         SIZE  TYP        EOF      LIMIT R/B  SECTORS #X MX",
		"",
		" NMPRG   128W  FB          10        635   1      640  1  8  prog.bin",
		"          80B  FA         100        200  16      640  1  *  *INUSE",
		"           1B  BA         605 2147483647   1       16  1  *  .profile",
		"         256B  VA          11        100   1       16  1  *  mixed",
		"          16W  HBD          0   67107839   1       32  1  *  sub/",
		" ACCOUNT=  PAY         GROUP=  ROLL",
		" FILENAME  CODE  ------------LOGICAL RECORD-----------  ----SPACE----",
		" LIST1            132B  FA           2     100000   1    41008 29  8",
		" LIST2*    NMOBJ    2W  FB           9     100000   1    41008 29  8",
	}, []Entry{
		file("prog.bin", 2560), file("INUSE", 8000), file(".profile", 605), file("mixed", -1),
		{Name: "sub", Kind: KindDir, Size: -1},
		file("LIST1", 264), file("LIST2", 36),
	})
	wantMainframe(t, d, []string{"2147483647B FA 9223372036854775807 1 1 1 1 1 WIDE"}, []Entry{file("WIDE", -1)})
	refuseMainframe(t, d, map[string]string{
		"80B FA 100 200 16 640 1 * *":     "no name",
		"80B FA 100 200 16 640 1 *":       "",
		"80X FA 100 200 16 640 1 * NAME":  "",
		"80B QA 100 200 16 640 1 * NAME":  "",
		"80B FA 100 x00 16 640 1 * NAME":  "",
		"80B FA 100 200 16 640 1 * A B C": "",
	})
}

func TestVSE(t *testing.T) {
	d := &dialect{"vse", readVSE}
	at := mainframeMinute(1998, 11, 2, 10, 54)
	wantMainframe(t, d, []string{
		"PAYLIB     <Library>",
		"PAYCAT     <VSAM Catalog>",
		"PAYTEMP    Entry Seq VSAM",
		"TAX        <Sub Library>        6259      85,306   98/11/02   10:54",
		"TAX.TXT                 160          1  98/11/02  10:54  F",
		"TAX.BIG             123,456         90  98/11/02  10:54  S",
		"PAY.ESDS.FILE                                98/11/02  10:54       46360 E",
	}, []Entry{
		{Name: "PAYLIB", Kind: KindDir, Size: -1},
		{Name: "PAYCAT", Kind: KindDir, Size: -1},
		{Name: "PAYTEMP", Kind: KindFile, Size: -1},
		{Name: "TAX", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute},
		{Name: "TAX.TXT", Kind: KindFile, Size: 160, Time: at, Precision: parse.PrecisionMinute},
		{Name: "TAX.BIG", Kind: KindFile, Size: 123456, Time: at, Precision: parse.PrecisionMinute},
		{Name: "PAY.ESDS.FILE", Kind: KindFile, Size: -1, Time: at, Precision: parse.PrecisionMinute},
	})
	refuseMainframe(t, d, map[string]string{
		"TAX.TXT                 160          1  98/11/02  10:54  Q": "",
		"TAX.TXT                 1x0          1  98/11/02  10:54  F": "",
		"PAYLIB     <DIR>":         "",
		"PAYLIB     <Library> 1 2": "",
	})
}

func TestMusic(t *testing.T) {
	d := &dialect{"music", readMusic}
	at := mainframeMinute(1996, 9, 24, 14, 30)
	wantMainframe(t, d, []string{
		"  File name             RlenRf  Size  Read       Write     By      Attrbs #Recs",
		"TAXES                     80FC   12K 08JAN03 24SEP96 14:30 PAY0001  CR      150",
		"TAXES.ZIP                  0U   964K 0000000 24SEP96 14:30 PAY0001            0",
		`ROLL\                   <DIR>      2K 0000000 24SEP96 14:30 PAY0001            0`,
	}, []Entry{
		{Name: "TAXES", Kind: KindFile, Size: 12 << 10, Time: at, Precision: parse.PrecisionMinute, Owner: "PAY0001"},
		{Name: "TAXES.ZIP", Kind: KindFile, Size: 964 << 10, Time: at, Precision: parse.PrecisionMinute, Owner: "PAY0001"},
		{Name: "ROLL", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionMinute, Owner: "PAY0001"},
	})
	refuseMainframe(t, d, map[string]string{
		`\                       <DIR>     2K 0000000 24SEP96 14:30 PAY0001            0`: "no name",
		"TAXES                     80Q!   12K 08JAN03 24SEP96 14:30 PAY0001  CR      150": "",
		"TAXES                     80FC   12K NEVER   24SEP96 14:30 PAY0001  CR      150": "",
		"TAXES                     80FC   12K 08JAN03 24SEP96 14:30 PAY0001  CR":          "",
	})
}

func TestGCOS7(t *testing.T) {
	d := &dialect{"gcos7", readGCOS7}
	at := mainframeDay(1997, 6, 10)
	wantMainframe(t, d, []string{
		"d s -----0 PAY          OPER             JUN 10, 1997 LIB",
		"d d -----0 PAY          OPER                          CAT",
		"- - -----0 PAY          OPER             JUN 10, 1997 TAX-SEQ0",
		"- m        PAY          OPER             JUN 10, 1997 MEMBER2",
	}, []Entry{
		{Name: "LIB", Kind: KindDir, Size: -1, Time: at, Precision: parse.PrecisionDay, Owner: "PAY", Group: "OPER"},
		{Name: "CAT", Kind: KindDir, Size: -1, Owner: "PAY", Group: "OPER"},
		{Name: "TAX-SEQ0", Kind: KindFile, Size: -1, Time: at, Precision: parse.PrecisionDay, Owner: "PAY", Group: "OPER"},
		{Name: "MEMBER2", Kind: KindFile, Size: -1, Time: at, Precision: parse.PrecisionDay, Owner: "PAY", Group: "OPER"},
	})
	refuseMainframe(t, d, map[string]string{
		"- m        PAY          OPER                          MEMBER2": "",
		"x m        PAY          OPER             JUN 10, 1997 MEMBER2": "",
		"- m        Pay          OPER             JUN 10, 1997 MEMBER2": "",
		"- m        PAY          OPER             JUN 10, 1997":         "",
	})
}

func TestGCOS8(t *testing.T) {
	d := &dialect{"gcos8", readGCOS8}
	at := time.Date(1998, 2, 24, 9, 54, 17, 0, time.UTC)
	wantMainframe(t, d, []string{
		"- rwx r-x ---     1076480 02/24/98 09:54:17  pay           taxes",
		"d rwx rwx r--           0 02/25/98           pay           roll",
	}, []Entry{
		{Name: "taxes", Kind: KindFile, Size: 1076480, Time: at, Precision: parse.PrecisionSecond, Mode: "rwxr-x---", Owner: "pay"},
		{Name: "roll", Kind: KindDir, Size: -1, Time: mainframeDay(1998, 2, 25), Precision: parse.PrecisionDay, Mode: "rwxrwxr--", Owner: "pay"},
	})
	refuseMainframe(t, d, map[string]string{
		"- rwx r-x ---     1076480 02/24/98 09:54:17  pay":                 "no name",
		"- rwx rqx ---     1076480 02/24/98 09:54:17  pay           taxes": "",
		"- rwx r-x ---     107648k 02/24/98 09:54:17  pay           taxes": "",
	})
}
