package interop

import (
	"errors"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
)

// TestLoginOptions asks real servers for a virtual host, a language and more. ProFTPD
// alone knows HOST; the login goes through without where that is allowed.
func TestLoginOptions(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{})
			cfg := clientConfig(s, peer.Plain, 0)
			cfg.Login = control.LoginOptions{
				VirtualHost: "127.0.0.1", HostOptional: true, ClientName: "interop test", Language: "en",
				After: []control.AfterLogin{{Command: "SITE NONSENSE", MayFail: true}, {Command: "NOOP"}},
			}
			if name == "proftpd" {
				cfg.Login.VirtualHost = "no-such.example"
				c := dialTo(t, s.Addr, cfg)
				err := c.Login(t.Context(), s.User, s.Password, "")
				if he, ok := errors.AsType[*control.HostError](err); !ok || he.Unsupported || he.Err == nil {
					t.Errorf("HOST: %v; want a HostError: no such host", err)
				}
				cfg.Login.VirtualHost = ""
			}
			c := dialTo(t, s.Addr, cfg)
			if err := c.Login(t.Context(), s.User, s.Password, ""); err != nil {
				t.Fatalf("login: %v\n%s", err, s.Log())
			}
			if err := c.Noop(t.Context()); err != nil {
				t.Errorf("NOOP after the login: %v", err)
			}
		})
	}
}
