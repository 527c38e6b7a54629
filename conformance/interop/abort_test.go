package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// TestGivenUpTransfers stops a download and an upload in the middle, by closing
// early and by a cancelled context, on every server, in clear and over TLS. The
// connection must be usable afterwards, within five seconds.
func TestGivenUpTransfers(t *testing.T) {
	big := randomBytes(7, 64<<20)
	for _, name := range peer.Names() {
		for _, mode := range []peer.TLSMode{peer.Plain, peer.Explicit} {
			t.Run(fmt.Sprintf("%s/%s", name, mode), func(t *testing.T) {
				s := peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: true})
				s.WriteFile(t, "big", big)
				c := login(t, s, clientConfig(s, mode, 0))
				usable := func(after string, begun time.Time) {
					t.Helper()
					if took := time.Since(begun); took > 5*time.Second {
						t.Errorf("%s: giving up took %v", after, took)
					}
					for _, err := range c.Nlst(t.Context(), "") {
						if err != nil {
							t.Fatalf("%s: listing: %v\n%s", after, err, s.Log())
						}
					}
				}

				d, err := c.Retr(t.Context(), "big", 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.CopyN(io.Discard, d, 1<<20); err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				if err := d.Close(); err != nil {
					t.Fatalf("early close: %v\n%s", err, s.Log())
				}
				usable("download closed early", begun)

				ctx, cancel := context.WithCancel(t.Context())
				d, err = c.Retr(ctx, "big", 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.CopyN(io.Discard, d, 1<<20); err != nil {
					t.Fatal(err)
				}
				begun = time.Now()
				cancel()
				if _, err := io.Copy(io.Discard, d); !errors.Is(err, context.Canceled) {
					t.Errorf("read after cancel: %v", err)
				}
				d.Close()
				usable("download cancelled", begun)

				ctx, cancel = context.WithCancel(t.Context())
				u, err := c.Stor(ctx, "up", 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := u.Write(big[:4<<20]); err != nil {
					t.Fatal(err)
				}
				begun = time.Now()
				cancel()
				if err := u.Close(); !errors.Is(err, context.Canceled) {
					t.Errorf("close of a cancelled upload: %v", err)
				}
				usable("upload cancelled", begun)
			})
		}
	}
}
