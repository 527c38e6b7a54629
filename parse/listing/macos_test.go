package listing

import (
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

func TestReadMacOS(t *testing.T) {
	at := utcTime(1995, 11, 22, 0, 0, 0)
	testDialect(t, "macos", readMacOS, []dialectTest{
		{"forks", "-rw-r--r--     326     1000     1326 Nov 22  1995  Mac file", Entry{Name: " Mac file", Kind: KindFile, Size: 1326,
			Mode: "rw-r--r--", Time: at, Precision: parse.PrecisionDay}},
		{"no resource fork", "-rw-r--r--       0     1000     1000 Nov 22  1995 x", Entry{Name: "x", Kind: KindFile, Size: 1000,
			Mode: "rw-r--r--", Time: at, Precision: parse.PrecisionDay}},
		{"folder", "drwxr-xr-x          folder        3 Nov 22  1995 x", Entry{Name: "x", Kind: KindDir, Size: -1,
			Mode: "rwxr-xr-x", Time: at, Precision: parse.PrecisionDay}},
		{"Unix, if asked for", "-rw-r--r--   1 jdoe staff  1000 Nov 22  1995 x", Entry{Name: "x", Kind: KindFile, Size: 1000, Links: 1,
			Owner: "jdoe", Group: "staff", Mode: "rw-r--r--", Time: at, Precision: parse.PrecisionDay}},
	})
	testRefused(t, "macos", readMacOS, "drwxr-xr-x   9 folder 0 Nov 22  1995 x", "12-05-96  05:03PM  <DIR>  x")
}

// Where the dialect isn't known, three numbers are forks only if they add up.
func TestReadMacOSDetection(t *testing.T) {
	for _, tt := range []struct {
		name, first, line, want string
	}{
		{"links, owner and size", "", "-rw-r--r--     1     1000     1326 Nov 22  1995 x", "unix"},
		{"sizes that add up by chance", "", "-rw-r--r--     1     1000     1001 Nov 22  1995 x", "unix"},
		{"forks", "", "-rw-r--r--   326     1000     1326 Nov 22  1995 x", "macos"},
		{"WebSTAR behind a folder", "drwx------   folder  2 Dec 20  2001 d", "-rwx------   17   332   640 Dec 20  2001 x", "macos"},
		{"owner and group", "", "drwxr-xr-x  2 folder staff  64 Dec 20  2001 x", "unix"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &lister{order: []*dialect{{"macos", readMacOS}, {"unix", readUnix}}}
			if tt.first != "" {
				if _, err := l.read(tt.first); err != nil {
					t.Fatal(err)
				}
			}
			if e, err := l.read(tt.line); err != nil || e.Dialect != tt.want {
				t.Errorf("read %q as %s, %v, want %s", tt.line, e.Dialect, err, tt.want)
			}
		})
	}
}
