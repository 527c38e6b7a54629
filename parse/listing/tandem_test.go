package listing

import (
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/parse"
)

func TestTandem(t *testing.T) {
	d := &dialect{"tandem", readTandem}
	changed := time.Date(2014, 3, 7, 8, 9, 10, 0, time.UTC)
	wantMainframe(t, d, []string{
		"File         Code             EOF  Last Modification    Owner  RWEP",
		`\NODE1.$DATA.PAYROLL`,
		`SALARIES      101             7256 07-Mar-14 08:09:10 155, 76 "nunu"`,
		`SALARIES2 101 7256  7-Mar-2014 08:09:10 255,255 "oooo"`,
		`OPEN       O 1000                0 07-Mar-14 08:09:10   8,  1 "NCNC"`,
		`LICENSED     100L            40000 07-Mar-14 08:09:10 255,  0 "*SGRD*"`,
		`TODAY         101               12           08:09:10 155, 76 "nunu"`,
	}, []Entry{
		{Name: "SALARIES", Kind: KindFile, Size: 7256, Time: changed, Precision: parse.PrecisionSecond, Owner: "155, 76", Group: "155"},
		{Name: "SALARIES2", Kind: KindFile, Size: 7256, Time: changed, Precision: parse.PrecisionSecond, Owner: "255,255", Group: "255"},
		{Name: "OPEN", Kind: KindFile, Size: 0, Time: changed, Precision: parse.PrecisionSecond, Owner: "8,  1", Group: "8"},
		{Name: "LICENSED", Kind: KindFile, Size: 40000, Time: changed, Precision: parse.PrecisionSecond, Owner: "255,  0", Group: "255"},
		{Name: "TODAY", Kind: KindFile, Size: 12, Owner: "155, 76", Group: "155"},
	})
	refuseMainframe(t, d, map[string]string{
		`SALARIES      101             7256 07-Foo-14 08:09:10 155, 76 "nunu"`: "",
		`SALARIES      101             7256 07-Mar-14 08:09:10 155, 76 nunu`:   "",
		`SALARIES      101             7256 07-Mar-14 08:09:10 155  76 "nunu"`: "",
		`SALARIES      101             72x6 07-Mar-14 08:09:10 155, 76 "nunu"`: "",
		`SALARIES      abc             7256 07-Mar-14 08:09:10 155, 76 "nunu"`: "",
		`\NODE1.$DATA.PAYROLL`: "", // before any other line
	})
}
