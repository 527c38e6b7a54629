package interop

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestPool fetches files by a Pool from servers that bear fewer connections than it may have: it finds that out, and no job notices.
func TestPool(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		server string
		extra  []string
		limit  int
	}{
		{"vsftpd", []string{"max_per_ip=2"}, 2},                     // 421 in place of the greeting
		{"vsftpd", nil, 5},                                          // no limit
		{"proftpd", nil, 5},                                         // no limit
		{"proftpd", []string{"MaxClientsPerUser 2"}, 2},             // 530 to PASS
		{"pure-ftpd", []string{"-C", "2"}, 2},                       // 421 in place of the greeting
		{"pyftpdlib", []string{"FTPServer.max_cons_per_ip = 2"}, 2}, // 421 in place of the greeting
	} {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			t.Run(fmt.Sprintf("%s/%v/%v", tt.server, mode, tt.limit), func(t *testing.T) {
				t.Parallel()
				extra := slices.Clone(tt.extra)
				if tt.server == "proftpd" && extra != nil {
					extra = append(extra, "ScoreboardFile "+filepath.Join(t.TempDir(), "scoreboard")) // it counts there
				}
				poolOf(t, peer.Start(t, tt.server, peer.Options{TLS: mode, RequireReuse: mode != peer.Plain, Extra: extra}), mode, tt.limit)
			})
		}
	}
}

func poolOf(t *testing.T, s *peer.Server, mode tlsx.Mode, limit int) {
	const files = 40
	want := func(n int) []byte { return bytes.Repeat([]byte{byte(n), '\r', '\n'}, n*100) }
	for n := range files {
		s.WriteFile(t, fmt.Sprintf("f%d", n), want(n))
	}
	pool := &ftpwire.Pool{Profile: way{s: s, mode: mode, data: dataModes[0]}.profile(t), MaxConnections: 5}
	var jobs sync.WaitGroup
	for n := range files {
		jobs.Go(func() {
			if err := pool.Do(soon(t), func(ctx context.Context, c *ftpwire.Client) error {
				got, err := c.ReadFile(ctx, fmt.Sprintf("f%d", n))
				if err == nil && !bytes.Equal(got, want(n)) {
					t.Errorf("f%d: %d octets; want %d", n, len(got), len(want(n)))
				}
				return err
			}); err != nil {
				t.Errorf("f%d: %v", n, err)
			}
		})
	}
	jobs.Wait()
	if n := pool.Limit(); n != limit {
		t.Errorf("Limit is %d; want %d\n%s", n, limit, s.Log())
	}
	if err := pool.Close(soon(t)); err != nil {
		t.Error(err)
	}
}
