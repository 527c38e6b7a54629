package ftpwire_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// Where the server does not know SITE CHMOD, MFF sets the mode, if FEAT lists it for that.
func TestChmodByMFF(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		chmod  string // the reply to SITE CHMOD; "" is the server's own
		sent   bool   // MFF
		err    error
	}{
		{"SITE CHMOD", nil, "", false, nil},
		{"MFF", nil, "502 SITE CHMOD is not known", true, nil},
		{"MFF, 504", nil, "504 no", true, nil},
		{"MFF without facts", []ftptest.Fault{"feat-mff-bare"}, "502 no", false, errors.ErrUnsupported},
		{"not allowed", nil, "550 Permission denied", false, fs.ErrPermission},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, k := filesClient(t, ftptest.Config{Faults: tt.faults}, nil)
				defer s.Close()
				defer c.Conn().Close()
				if site := "SITE CHMOD"; tt.chmod != "" {
					k.denial = tt.chmod
					k.deny.Store(&site)
				}
				before, err := c.Stat(t.Context(), "a.txt")
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Chmod(t.Context(), "a.txt", 0o604); !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("%v; want %v", err, tt.err)
				}
				want := "rw----r--"
				if tt.err != nil {
					want = before.Mode
				}
				if e, err := c.Stat(t.Context(), "a.txt"); err != nil || e.Mode != want {
					t.Errorf("%s, %v; want %s", e.Mode, err, want)
				}
				mff := slices.ContainsFunc(s.Commands(), func(line string) bool { return strings.HasPrefix(line, "MFF UNIX.mode=604; a.txt") })
				if mff != tt.sent {
					t.Errorf("MFF sent: %v", mff)
				}
			})
		})
	}
}
