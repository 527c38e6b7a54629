package interop

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestKeepAliveInTransfer moves a file slowly, both ways, with a NOOP every tenth of a
// second, on every server: whatever a server makes of them, the transfer is whole and
// the next commands are in step. What it made of them is logged.
func TestKeepAliveInTransfer(t *testing.T) {
	t.Parallel()
	const size = 24 << 20 // more than the sockets hold
	for _, name := range allServers() {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			if ok, _ := peer.Supports(name, mode); !ok {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", name, mode), func(t *testing.T) {
				t.Parallel()
				s := peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: true})
				s.WriteFile(t, "big", randomBytes(3, size))
				cfg := clientConfig(s, mode, 0)
				cfg.KeepAlive = 100 * time.Millisecond
				limit := datachan.NewLimiter(24<<20, 0)
				cfg.Data.Up, cfg.Data.Down = limit, limit
				var mu sync.Mutex
				var said []string
				c := login(t, s, cfg, func(e control.TraceEvent) {
					mu.Lock()
					defer mu.Unlock()
					if e.Kind == control.TraceSent || e.Kind == control.TraceReceived {
						said = append(said, strings.Split(e.String(), "\n")[0])
					}
				})
				refused := false // before the transfer
				dialogue := func() string {
					mu.Lock()
					defer mu.Unlock()
					i := len(said)
					for i > 0 && !strings.HasPrefix(said[i-1], "> RETR") && !strings.HasPrefix(said[i-1], "> STOR") {
						i--
					}
					if n := strings.Count(strings.Join(said[i:], "\n"), "> NOOP"); (n == 0) != refused {
						t.Errorf("%d NOOPs were sent: %q; refused before: %v", n, said[i:], refused)
					}
					return strings.Join(said[i:], " ")
				}

				d, err := c.Retr(t.Context(), "big", 0)
				if err != nil {
					t.Fatal(err)
				}
				d.Expect(size)
				n, err := io.Copy(io.Discard, d)
				if cerr := d.Close(); err != nil || cerr != nil || n != size {
					t.Fatalf("%d bytes, %v, %v\n%s", n, err, cerr, s.Log())
				}
				t.Logf("download: %s", dialogue())
				if err := c.Noop(t.Context()); err != nil {
					t.Fatal(err)
				}

				refused = c.HasQuirk(control.QuirkNOOPInTransfer)
				u, err := c.Stor(t.Context(), "up", 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := u.ReadFrom(&generator{size: size}); err != nil {
					t.Fatalf("%v\n%s", err, s.Log())
				}
				if err := u.Close(); err != nil {
					t.Fatalf("%v\n%s", err, s.Log())
				}
				t.Logf("upload: %s", dialogue())
				if err := c.Noop(t.Context()); err != nil {
					t.Fatal(err)
				}
				if info, err := os.Stat(filepath.Join(s.Home, "up")); err != nil || info.Size() != size {
					t.Errorf("the server has %v, %v", info, err)
				}
				if dir, err := c.Pwd(t.Context()); err != nil || dir != s.HomePath {
					t.Errorf("PWD: %q, %v; want %q: the replies are out of step", dir, err, s.HomePath)
				}
			})
		}
	}
}
