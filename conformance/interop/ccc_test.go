package interop

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// TestClearCommands takes TLS down on the control connection behind the login, on the
// servers that offer it: commands then travel in clear, for a firewall to read, and
// data connections stay protected and go on resuming.
func TestClearCommands(t *testing.T) {
	for _, tt := range []struct {
		server  string
		options peer.Options
		want    map[uint16]outcome
	}{
		{"proftpd", peer.Options{TLS: peer.Explicit}, map[uint16]outcome{tls12: resumed, tls13: resumed}},
		{"proftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true, RequirePROT: true}, map[uint16]outcome{tls12: resumed, tls13: resumed}},
		{"pure-ftpd", peer.Options{TLS: peer.Explicit}, map[uint16]outcome{tls12: resumed, tls13: nothingToOffer}},
	} {
		name := tt.server
		if tt.options.RequirePROT {
			name += "/PROT and reuse demanded"
		}
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, tt.server, tt.options)
			for _, version := range tlsVersions {
				t.Run(versionName(version), func(t *testing.T) { clearedTransfers(t, s, version, tt.want[version]) })
			}
		})
	}
}

func clearedTransfers(t *testing.T, s *peer.Server, version uint16, want outcome) {
	r := newCellRun(t, s, cell{row: row{server: s.Name, mode: peer.Explicit, version: version}, want: want})
	w := &wire{}
	cfg := clientConfig(s, peer.Explicit, version)
	cfg.ClearCommands, cfg.Dial = true, w.dial
	c := login(t, s, cfg)
	r.transfers(c)
	if _, err := c.Pwd(t.Context()); err != nil {
		t.Errorf("PWD: %v", err)
	}
	if !bytes.Contains(w.control(), []byte("\r\n257 ")) {
		t.Error("the reply to PWD is not in clear")
	}
	if bytes.Contains(w.control(), []byte("\r\n230 ")) {
		t.Error("the login was in clear")
	}
	w.wantBegins(t, s.Name, want == resumed)
	if err := c.Quit(t.Context()); err != nil {
		t.Errorf("QUIT: %v", err)
	}
}

// TestClearCommandsRefused asks for it where it is not to be had: the login fails, and
// nothing goes on under another protection than was asked for.
func TestClearCommandsRefused(t *testing.T) {
	for _, tt := range []struct {
		server  string
		options peer.Options
	}{
		{"vsftpd", peer.Options{TLS: peer.Explicit}},
		{"pyftpdlib", peer.Options{TLS: peer.Explicit}},
		{"proftpd", peer.Options{TLS: peer.Explicit, RequireTLS: true}},
	} {
		t.Run(tt.server, func(t *testing.T) {
			s := peer.Start(t, tt.server, tt.options)
			for _, version := range tlsVersions {
				cfg := clientConfig(s, peer.Explicit, version)
				cfg.ClearCommands, cfg.Trace = true, tracer(t)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				c, err := control.Dial(ctx, s.Addr, cfg)
				if err != nil {
					t.Fatal(err)
				}
				err = c.Login(ctx, s.User, s.Password, "")
				re, refused := errors.AsType[*protocol.ReplyError](err)
				if _, ok := errors.AsType[*control.SecurityError](err); !ok || !refused || re.Verb != "CCC" {
					t.Errorf("%s: %v; want a *control.SecurityError with the reply to CCC\n%s", versionName(version), err, s.Log())
				} else {
					t.Logf("%s: %v", versionName(version), err)
				}
				c.Close()
			}
		})
	}
}
