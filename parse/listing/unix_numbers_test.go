package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadUnixNumbers(t *testing.T) {
	at := utcTime(2004, 6, 3, 22, 0, 0)
	file := Entry{Kind: KindFile, Size: 40318, Mode: "rw-r--r--", Owner: "33", Group: "0", Time: at, Precision: parse.PrecisionSecond, Zone: ZoneUTC}
	with := func(change func(*Entry)) Entry {
		e := file
		change(&e)
		return e
	}
	testDialect(t, "unix", readUnix, []dialectTest{
		{"file", "0100644    33    0  40318  1086300000   ledger 7 ", with(func(e *Entry) { e.Name = "ledger 7 " })},
		{"without the first zero", "100644 33 0 40318 1086300000 ledger", with(func(e *Entry) { e.Name = "ledger" })},
		{"set-id", "0104755 33 0 40318 1086300000 su", with(func(e *Entry) { e.Name, e.Mode = "su", "rwsr-xr-x" })},
		{"directory", "040755 33 0 40318 1086300000 sub", with(func(e *Entry) { e.Name, e.Kind, e.Mode = "sub", KindDir, "rwxr-xr-x" })},
		{"link", "0120777 33 0 40318 1086300000 now -> sub", with(func(e *Entry) {
			e.Name, e.Target, e.Kind, e.Mode = "now", "sub", KindLink, "rwxrwxrwx"
		})},
		{"socket", "0140644 33 0 40318 1086300000 s", with(func(e *Entry) { e.Name, e.Kind = "s", KindOther })},
		{"1970", "0100644 33 0 40318 0 old", with(func(e *Entry) { e.Name, e.Time = "old", utcTime(1970, 1, 1, 0, 0, 0) })},
	})
	testRefused(t, "unix", readUnix,
		"0644 33 0 40318 1086300000 no type", "0030644 33 0 40318 1086300000 unknown type", "0160644 33 0 40318 1086300000 unknown type",
		"0100684 33 0 40318 1086300000 not octal", "00100644 33 0 40318 1086300000 too long", "1100644 33 0 40318 1086300000 too large",
		"0100644 mira 0 40318 1086300000 name", "0100644 33 ops 40318 1086300000 name", "0100644 33 0 40k 1086300000 name",
		"0100644 33 0 40318 10863000000 name", "0100644 33 0 40318 -1 name", "0100644 33 0 40318 1086300000", "0100644 33 0 40318 1086300000 ")
}
