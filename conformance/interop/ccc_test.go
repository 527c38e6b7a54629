package interop

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
)

// TestClearCommands takes TLS down on the control connection after the login, on the
// servers that offer it: commands then travel in clear, for a firewall to read, and
// data connections stay protected and go on resuming.
func TestClearCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		server  string
		options peer.Options
		want    map[uint16]outcome
	}{
		{"proftpd", peer.Options{TLS: peer.Explicit}, map[uint16]outcome{tls12: resumed, tls13: resumed}},
		{"proftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true, RequirePROT: true}, map[uint16]outcome{tls12: resumed, tls13: resumed}},
		// Pure-FTPd allows it even where it demands TLS.
		{"pure-ftpd", peer.Options{TLS: peer.Explicit, RequireTLS: true, RequirePROT: true}, map[uint16]outcome{tls12: resumed, tls13: nothingToOffer}},
	} {
		name := tt.server
		if tt.options.RequirePROT {
			name += "/PROT P demanded"
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
	cfg.ClearCommandChannel, cfg.Dial = true, w.dial
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

// TestClearCommandsRefused asks for it where it is not to be had: commands stay under
// TLS, which is more protection than asked for, and the trace says so.
func TestClearCommandsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		server  string
		options peer.Options
	}{
		{"vsftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true}},
		{"pyftpdlib", peer.Options{TLS: peer.Explicit}},
		{"proftpd", peer.Options{TLS: peer.Explicit, RequireTLS: true, RequireReuse: true}},
	} {
		t.Run(tt.server, func(t *testing.T) {
			s := peer.Start(t, tt.server, tt.options)
			r := newCellRun(t, s, cell{row: row{server: s.Name, mode: peer.Explicit, version: tls12}, want: resumed})
			w := &wire{}
			cfg := clientConfig(s, peer.Explicit, tls12)
			cfg.ClearCommandChannel, cfg.Dial, cfg.Trace = true, w.dial, tracer(t)
			var notes syncBuffer
			trace := cfg.Trace
			cfg.Trace = func(e control.TraceEvent) {
				notes.Write([]byte(e.String() + "\n"))
				trace(e)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			c, err := control.Dial(ctx, s.Addr, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Login(ctx, s.User, s.Password, ""); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(notes.String(), "refuses CCC") {
				t.Errorf("the trace does not say that CCC was refused:\n%s", &notes)
			}
			r.transfers(c)
			if bytes.Contains(w.control(), []byte("\r\n226")) {
				t.Error("replies came in clear")
			}
			w.wantBegins(t, s.Name, true)
		})
	}
}
