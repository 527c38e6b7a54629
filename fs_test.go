package ftpwire_test

import (
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// fsClient is filesClient with more files: an empty one, one that is fetched at once, one that is not.
func fsClient(t *testing.T, faults ...ftptest.Fault) (*ftptest.Server, *ftpwire.Client, *replyCutter) {
	t.Helper()
	s, c, k := filesClient(t, ftptest.Config{Faults: faults}, nil)
	for name, data := range map[string][]byte{"/empty": nil, "/d/wide.bin": payload[:200<<10], "/d/a name.html": []byte("<p>{{.}}</p>")} {
		write(t, s, name, data)
	}
	return s, c, k
}

// The file system does what package fs demands, whatever the server can do.
func TestFS(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		dir    string
	}{
		{"MLST", nil, ""},
		{"of a directory", nil, "/"},
		{"LIST", []ftptest.Fault{"mlst-unknown"}, ""},
		{"LIST, no SIZE", []ftptest.Fault{"mlst-unknown", "feat-without-size"}, ""},
		{"REST ignored", []ftptest.Fault{"rest-ignored-retr"}, ""},
		{"REST refused", []ftptest.Fault{"rest-retr-refused"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, _ := fsClient(t, tt.faults...)
				defer s.Close()
				defer c.Conn().Close()
				if err := fstest.TestFS(c.FS(t.Context(), tt.dir), "a.txt", "empty", "d/b.txt", "d/e/f/g.txt", "d/wide.bin", "d/a name.html"); err != nil {
					t.Error(err)
				}
				if _, err := c.Getwd(t.Context()); err != nil {
					t.Errorf("the Client afterwards: %v", err)
				}
			})
		})
	}
}
