package ftpwire_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestMendedFaults: with each of these faults of a server a session goes as without it: a
// listing, an upload that replaces a file, a look at that file.
func TestMendedFaults(t *testing.T) {
	for _, tt := range []struct {
		fault    ftptest.Fault
		modes    []tlsx.Mode // nil: all
		sessions int         // 0: one
		clear    bool        // data connections are in clear
	}{
		{fault: "greeting-text"},
		{fault: "greeting-late"},
		{fault: "mlst-one-line"},
		{fault: "auth-begins-334", modes: []tlsx.Mode{ftptest.TLSExplicit}},
		{fault: "auth-tls-200", modes: []tlsx.Mode{ftptest.TLSExplicit}},
		{fault: "pbsz-prot-500", modes: []tlsx.Mode{ftptest.TLSExplicit}, clear: true},
		{fault: "feat-silent", sessions: 2},
		{fault: "feat-331", sessions: 2},
		{fault: "closed-at-feat", sessions: 2},
		{fault: "421-at-feat", sessions: 2},
		{fault: "epsv-silent", sessions: 2},
		{fault: "closed-at-epsv", sessions: 2},
		{fault: "nlst-silent", modes: []tlsx.Mode{ftptest.TLSNone}},
		{fault: "nlst-silent", modes: []tlsx.Mode{ftptest.TLSExplicit, ftptest.TLSImplicit}, sessions: 2},
	} {
		for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit} {
			if tt.modes != nil && !slices.Contains(tt.modes, mode) {
				continue
			}
			t.Run(string(tt.fault)+"/"+mode.String(), func(t *testing.T) {
				t.Parallel()
				s, c := connect(t, ftptest.Config{TLS: mode, Faults: []ftptest.Fault{tt.fault}}, func(p *ftpwire.Profile) {
					p.Timeout = time.Second // the server is in this process
					if tt.clear {
						p.DataProtection = control.ProtectClear
					}
				})
				if err := s.WriteFile("/f", []byte("old")); err != nil {
					t.Fatal(err)
				}
				if tt.fault != "nlst-silent" {
					if got, err := names(t.Context(), c, ""); err != nil || !slices.Contains(got, "f") {
						t.Errorf("listed %q, %v", got, err)
					}
				}
				if _, err := c.Put(t.Context(), "f", strings.NewReader("a new one"), nil); err != nil {
					t.Errorf("put: %v", err)
				}
				if e, err := c.Stat(t.Context(), "f"); err != nil || e.Size != 9 {
					t.Errorf("stat: %d, %v", e.Size, err)
				}
				if got, err := s.ReadFile("/f"); err != nil || string(got) != "a new one" {
					t.Errorf("stored %q, %v", got, err)
				}
				sessions := 0
				for _, line := range s.Commands() {
					if strings.HasPrefix(line, "PASS") {
						sessions++
					}
				}
				if want := max(tt.sessions, 1); sessions != want {
					t.Errorf("%d logins; want %d: %q", sessions, want, s.Commands())
				}
			})
		}
	}
}
