package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestAbortTempUpload cancels uploads under a temporary name at several moments, on every
// server, in clear and over TLS. The call is back at once, the temporary file goes, and the
// session can be used on.
func TestAbortTempUpload(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			t.Run(fmt.Sprintf("%s/%s", name, mode), func(t *testing.T) {
				t.Parallel()
				r := &resumer{t: t, s: peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: true}), mode: mode}
				r.local = filepath.Join(t.TempDir(), "up")
				if err := os.WriteFile(r.local, make([]byte, 32<<20), 0o600); err != nil {
					t.Fatal(err)
				}
				c := r.dial()
				for _, at := range []int64{1, 1 << 20, 20 << 20} {
					r.cancelUpload(c, at)
				}
			})
		}
	}
}

// cancelUpload cancels an upload when about so many octets have been read of it.
func (r *resumer) cancelUpload(c *ftpwire.Client, at int64) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.ctx())
	defer cancel()
	var begun time.Time
	f, err := os.Open(r.local)
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	src := io.MultiReader(io.LimitReader(f, at), onRead(func() { begun = time.Now(); cancel() }), f)
	got, err := c.Put(ctx, "up", src, &ftpwire.TransferOptions{TempUpload: true})
	took := time.Since(begun)
	if !errors.Is(err, context.Canceled) || took > time.Second {
		r.t.Errorf("%d octets: %v, back after %v", at, err, took)
	}
	if left := c.Settle(r.ctx()); len(left) > 0 {
		r.t.Errorf("%d octets: left on the server: %v\n%s", at, left, r.s.Log())
	}
	r.t.Logf("%d octets: back after %v with %q, all clean after %v", at, took, got.Partial, time.Since(begun))
	entries, err := os.ReadDir(r.s.Home)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "up") {
			r.t.Errorf("%d octets: %s is there", at, e.Name())
		}
	}
	if err := c.Conn().Noop(r.ctx()); err != nil {
		r.t.Errorf("%d octets: after it: %v", at, err)
	}
}

// An onRead is an empty source that calls when it is read.
type onRead func()

func (f onRead) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}
