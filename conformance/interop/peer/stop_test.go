package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// The end of a test ends the server, also with a session in the middle of a
// transfer, and leaves neither a process nor a file.
func TestStopLeavesNothing(t *testing.T) {
	onEach(t, everyMode, func(t *testing.T, name string, m tlsx.Mode) {
		var s *Server
		var family []int
		t.Run("run", func(t *testing.T) {
			s = start(t, name, Options{TLS: m})
			c := dial(t, s, m, 0)
			c.login(s)
			c.protect(c.open("STOR half"))
			family = s.process.living()
		})
		if s == nil {
			t.Skip("the server did not start here: see the run above")
		}
		if !slices.Contains(family, s.process.pid) {
			t.Errorf("processes %v do not have the server's, %d", family, s.process.pid)
		}
		if left := append(s.process.living(), stillAlive(family)...); len(left) != 0 {
			t.Errorf("processes %v of %v are left", left, family)
		}
		if _, err := os.Stat(s.CAFile); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", s.CAFile, err)
		}
		if conn, err := net.DialTimeout("tcp", s.Addr, time.Second); err == nil {
			conn.Close()
			t.Errorf("something listens on %s", s.Addr)
		}
	})
}

// A recorder is a testing.TB that keeps how it ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

var errEnded = errors.New("ended")

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	panic(errEnded)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	panic(errEnded)
}

// startRecorded runs Start and returns how it ended.
func startRecorded(t *testing.T, name string, o Options) (r *recorder) {
	r = &recorder{TB: t}
	defer func() {
		if p := recover(); p != nil && p != errEnded {
			panic(p)
		}
	}()
	Start(r, name, o)
	return r
}

func TestMissingServer(t *testing.T) {
	t.Setenv("FTPWIRE_INTEROP_CACHE", t.TempDir())
	for _, name := range allNames() {
		p, _ := lookup(name)
		if _, err := os.Stat(filepath.Join("/", p.path)); err == nil {
			t.Logf("%s is installed in the system: not missing", name)
			continue
		}
		t.Setenv("FTPWIRE_INTEROP", "")
		if r := startRecorded(t, name, Options{}); r.skipped == "" || r.failed != "" {
			t.Errorf("%s: skipped %q, failed %q: want it skipped", name, r.skipped, r.failed)
		}
		t.Setenv("FTPWIRE_INTEROP", "required")
		if r := startRecorded(t, name, Options{}); r.failed == "" || r.skipped != "" {
			t.Errorf("%s, required: skipped %q, failed %q: want it failed", name, r.skipped, r.failed)
		}
	}
}

func TestRefusedOptions(t *testing.T) {
	tests := []struct {
		name    string
		server  string
		options Options
		skip    bool
	}{
		{"unknown server", "wu-ftpd", Options{}, false},
		{"mode the server lacks", "pure-ftpd", Options{TLS: Implicit}, true},
		{"no TLS at all", "inetutils-ftpd", Options{TLS: Explicit}, true},
		{"user name", "pyftpdlib", Options{User: "a:b"}, false},
		{"TLS version", "pyftpdlib", Options{TLS: Explicit, TLSMin: 0x0301}, false},
		{"no tickets on TLS 1.3", "pyftpdlib", Options{TLS: Explicit, TLSMin: 0x0304, NoTickets: true}, false},
		{"passive ports", "pyftpdlib", Options{PassivePorts: [2]int{2000, 1999}}, false},
		{"privileged passive port", "pyftpdlib", Options{PassivePorts: [2]int{20, 3000}}, false},
		{"server that does not start", "pyftpdlib", Options{Extra: []string{"raise SystemExit(3)"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p, ok := lookup(tt.server); ok && !tt.skip {
				if _, _, err := p.find(); err != nil {
					t.Skipf("%s is not installed here: %v", tt.server, err)
				}
			}
			r := startRecorded(t, tt.server, tt.options)
			if (r.skipped != "") != tt.skip || (r.failed != "") == tt.skip {
				t.Errorf("skipped %q, failed %q; want skip: %v", r.skipped, r.failed, tt.skip)
			}
		})
	}
}
