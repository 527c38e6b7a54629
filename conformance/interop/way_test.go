package interop

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/tlsx"
)

// allServers returns the names of the servers with and without TLS.
func allServers() []string { return append(peer.Names(), peer.ClearNames()...) }

// A way is how a client talks to a server: in clear or held to a TLS version, with data
// connections that the client or the server opens.
type way struct {
	s       *peer.Server
	mode    tlsx.Mode
	version uint16
	data    datachan.Mode
}

// onEveryWay runs a test on each server with TLS, each way. vsftpd and ProFTPD demand that
// data connections resume the session.
func onEveryWay(t *testing.T, test func(t *testing.T, w way)) {
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // servers take their time to start, and to refuse
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit, RequireReuse: true})
			for _, version := range []uint16{0, tls12, tls13} {
				for _, data := range []datachan.Mode{datachan.ModeEPSV, datachan.ModeEPRT} {
					w := way{s: s, mode: peer.Explicit, version: version, data: data}
					if version == 0 {
						w.mode = peer.Plain
					}
					t.Run(w.String(), func(t *testing.T) { test(t, w) })
				}
			}
		})
	}
}

func (w way) String() string {
	version := "clear"
	if w.version != 0 {
		version = versionName(w.version)
	}
	return version + "/" + w.data.String()
}

// conn returns a control connection, logged in.
func (w way) conn(t *testing.T) *control.Conn {
	t.Helper()
	cfg := clientConfig(w.s, w.mode, w.version)
	cfg.Data.Mode = w.data
	return login(t, w.s, cfg)
}

// profile returns what a client needs to reach the server.
func (w way) profile(t *testing.T) *ftpwire.Profile {
	t.Helper()
	host, port, err := net.SplitHostPort(w.s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	cfg := clientConfig(w.s, w.mode, w.version)
	p := &ftpwire.Profile{
		Host: host, User: w.s.User, Password: w.s.Password,
		RootCAs: cfg.TLS.RootCAs, TLSMin: tlsx.Version(w.version), TLSMax: tlsx.Version(w.version),
		DataMode: w.data, Timeout: 20 * time.Second, Config: control.Config{Security: cfg.Security, Trace: tracer(t)},
	}
	p.Port, err = strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// client returns a client, logged in.
func (w way) client(t *testing.T) *ftpwire.Client {
	t.Helper()
	c, err := ftpwire.Dial(soon(t), w.profile(t))
	if err != nil {
		t.Fatalf("dial: %v\n%s", err, w.s.Log())
	}
	t.Cleanup(func() { c.Conn().Close() })
	return c
}

// soon returns a context for operations that take no time.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// makeDir makes an empty directory of the user's on the server.
func makeDir(t *testing.T, s *peer.Server, name string) {
	t.Helper()
	s.WriteFile(t, name+"/file", nil)
	if err := os.Remove(filepath.Join(s.Home, name, "file")); err != nil {
		t.Fatal(err)
	}
}

// isDot reports whether an entry stands for the directory itself or its parent.
func isDot(e listing.Entry) bool {
	return e.Kind == listing.KindCurrent || e.Kind == listing.KindParent
}
