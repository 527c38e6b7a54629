package interop

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// The client knows which software it speaks with: after a listing surely, and by the greeting
// and the login of all but one at least likely.
func TestServerIsKnown(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		software string
		version  bool // the greeting tells it
	}{
		"vsftpd": {"vsftpd", true}, "proftpd": {"ProFTPD", false}, "pure-ftpd": {"Pure-FTPd", false}, "pyftpdlib": {"pyftpdlib", true},
		"inetutils-ftpd": {"GNU inetutils ftpd", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			s.WriteFile(t, "full", []byte("content"))
			c := way{s: s}.client(t)
			before := c.Server()
			if _, err := entryNames(t, c, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Conn().Do(soon(t), protocol.Command{Verb: "SYST"}); err != nil {
				t.Logf("SYST: %v", err)
			}
			got := c.Server()
			t.Logf("after the login %q %v; after a listing %q %q %v by %s; system %q", before.Name, before.Confidence, got.Name, got.Version, got.Confidence, strings.Join(got.Evidence, "; "), got.System)
			lowest := control.ConfidenceSure
			if name == "inetutils-ftpd" {
				lowest = control.ConfidenceLikely // it says what other descendants of BSD's say
			}
			if got.Name != want.software || got.Confidence < lowest || (got.Version != "") != want.version {
				t.Errorf("%+v; want %s", got, want.software)
			}
		})
	}
}
