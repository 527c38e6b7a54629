package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadNetware(t *testing.T) {
	day, minute := parse.PrecisionDay, parse.PrecisionMinute
	at := utcTime(1999, 10, 20, 22, 39, 0)
	testDialect(t, "netware", readNetware, []dialectTest{
		{"directory", "d [RWCEAFMS] jdoe                          512 Nov 24  2005 My Files", Entry{Name: "My Files", Kind: KindDir,
			Size: 512, Owner: "jdoe", Time: utcTime(2005, 11, 24, 0, 0, 0), Precision: day}},
		{"rights glued to the letter", "-[R----F--] jdoe            14       Oct 20  1999    cx.exe", Entry{Name: "cx.exe", Kind: KindFile,
			Size: 14, Owner: "jdoe", Time: utcTime(1999, 10, 20, 0, 0, 0), Precision: day}},
		{"no owner", "- [R----F--]   14 Oct 20  1999 cx.exe", Entry{Name: "cx.exe", Kind: KindFile,
			Size: 14, Time: utcTime(1999, 10, 20, 0, 0, 0), Precision: day}},
		{"HellSoft", "d[R----F-]  1 jdoe           512 Oct 20  1999 in", Entry{Name: "in", Kind: KindDir,
			Size: 512, Owner: "jdoe", Links: 1, Time: utcTime(1999, 10, 20, 0, 0, 0), Precision: day}},
		{"version 3", "- [R----F-] ftp       9086 Oct 20 99 22:39 faq", Entry{Name: "faq", Kind: KindFile,
			Size: 9086, Owner: "ftp", Time: at, Precision: minute}},
		{"print services, DOS", "-[RWCEAFMS] jdoe         1285     Sept 4, 99 3:39 am a b", Entry{Name: "a b", Kind: KindFile,
			Size: 1285, Owner: "jdoe", Time: utcTime(1999, 9, 4, 3, 39, 0), Precision: minute}},
		{"print services, NFS", "-rw-r--r-- 2 jdoe wheel   349 Oct 20, 99 10:39 pm a", Entry{Name: "a", Kind: KindFile, Mode: "rw-r--r--",
			Size: 349, Links: 2, Owner: "jdoe", Group: "wheel", Time: at, Precision: minute}},
		{"print services, link", "-rw-r--r-- 1 jdoe wheel   4 Oct 20, 99 10:39 pm l -> a", Entry{Name: "l", Kind: KindLink, Target: "a",
			Mode: "rw-r--r--", Size: 4, Links: 1, Owner: "jdoe", Group: "wheel", Time: at, Precision: minute}},
	})
	testRefused(t, "netware", readNetware, "a [RWCEAFMS] jdoe  512 Nov 24  2005 x",
		"d [RWXEAFMS] jdoe  512 Nov 24  2005 x", "d [RWCEAFMS] jdoe  512 Nov 24  2005", "d [RWCEAFMS]",
		"-rw-r--r-- 1 u g 1 Jan  2  2006 a", "-rw-r--r-- 1 u g 1 Jan  2 15:04 a")
}
