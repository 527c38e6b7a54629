package interop

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// TestUploadsAreWhole sends 40 files of 4 MiB over TLS 1.3 to each server and
// compares hashes on the server's disk. A client that closes a data connection
// while the server's session tickets lie unread in it makes its own kernel throw
// the end of the file away; some servers then say 226 all the same.
func TestUploadsAreWhole(t *testing.T) {
	t.Parallel()
	const uploads, size = 40, 4 << 20
	for _, tg := range []target{
		{server: "vsftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true}},
		{server: "vsftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true, Strict: true}, label: "strict"},
		{server: "proftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true}},
		{server: "pure-ftpd", options: peer.Options{TLS: peer.Explicit, RequireTLS: true}},
		{server: "pyftpdlib", options: peer.Options{TLS: peer.Explicit, RequireTLS: true}},
	} {
		t.Run(tg.String(), func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, tg.server, tg.options)
			c := login(t, s, clientConfig(s, tg.options.TLS, tls.VersionTLS13))
			data := randomBytes(3, size)
			whole := 0
			for i := range uploads {
				data[0] = byte(i)
				name := fmt.Sprintf("up%02d", i)
				u, err := c.Stor(t.Context(), name, 0)
				if err != nil {
					t.Fatalf("STOR %s: %v\n%s", name, err, s.Log())
				}
				if _, err := u.Write(data); err != nil {
					t.Errorf("STOR %s: write: %v", name, err)
				}
				if err := u.Close(); err != nil {
					t.Errorf("STOR %s: close: %v", name, err)
				}
				got, err := os.ReadFile(filepath.Join(s.Home, name))
				if err != nil {
					t.Fatal(err)
				}
				if sha256.Sum256(got) == sha256.Sum256(data) {
					whole++
				}
				os.Remove(filepath.Join(s.Home, name))
			}
			if whole != uploads {
				t.Errorf("%d of %d uploads are whole", whole, uploads)
			}
			t.Logf("%d of %d uploads are whole", whole, uploads)
		})
	}
}
