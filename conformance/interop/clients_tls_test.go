package interop

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// TestClientsWithCertificate has `ftpwire serve` demand client certificates: each
// program works with one, and not without.
func TestClientsWithCertificate(t *testing.T) {
	t.Parallel()
	known := peer.NewAuthority(t, "the known authority")
	dir := t.TempDir()
	ca, cert := filepath.Join(dir, "clients.pem"), filepath.Join(dir, "client.pem")
	write(t, ca, known.CertPEM)
	write(t, cert, peer.PEM(t, known.Client(t, "somebody")))
	for _, c := range clients {
		for _, tls := range []string{"explicit", "implicit"} {
			t.Run(c.program+"/"+tls, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(c.program); err != nil {
					missing(t, c.program+" is not installed: "+err.Error())
				}
				s := serve(t, tls, "--client-ca", ca)
				s.cert = cert
				exerciseClient(t, c, s)

				s.cert = ""
				write(t, filepath.Join(s.dir, "secret.bin"), []byte("secret"))
				scratch := t.TempDir()
				out, err := s.try(t, scratch, c.download(s, "secret.bin", "got.bin"))
				if err == nil {
					t.Errorf("a download without certificate worked:\n%s", out)
				}
				if got, err := os.ReadFile(filepath.Join(scratch, "got.bin")); err == nil && len(got) > 0 {
					t.Errorf("without certificate %d bytes came", len(got))
				}
			})
		}
	}
}

// try runs a client program that may fail.
func (s *served) try(t *testing.T, dir string, args []string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestClientsClearCommands has the programs that know CCC go on in clear after the
// login, with either side ending TLS first. Both waiting for the other is not tried;
// and lftp 4.9.2 takes a close_notify that arrives before it has sent its own for the
// end of the connection, so that it fails now and then where the server is first.
func TestClientsClearCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		client client
		mode   string // of the client: active ends TLS first
		policy string // of the server
	}{
		{curlClient, "active", "allowed"},
		{curlClient, "active", "client-first"},
		{curlClient, "passive", "allowed"},
		{curlClient, "passive", "server-first"},
		{lftpClient, "active", "allowed"},
		{lftpClient, "active", "client-first"},
		{ftplibClient, "active", "allowed"},
		{ftplibClient, "active", "server-first"},
		{ftplibClient, "active", "client-first"},
	} {
		t.Run(tt.client.program+"/"+tt.mode+"/"+tt.policy, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(tt.client.program); err != nil {
				missing(t, tt.client.program+" is not installed: "+err.Error())
			}
			s := serve(t, "explicit", "--ccc", tt.policy)
			s.ccc = tt.mode
			exerciseClient(t, tt.client, s)
			if log := s.log.String(); !strings.Contains(log, "CCC") {
				t.Errorf("the server's log knows no CCC:\n%s", log)
			}
		})
	}
}
