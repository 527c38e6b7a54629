package interop

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestSSCN runs transfers both ways on a ProFTPD that is the TLS client of data
// connections, and the usual way again when that is over. By default ProFTPD refuses
// certificates that it can't verify, as between servers it should. It shows its own, so
// that it proves who it is in this role, too. It has no CPSV, nor has another server of
// Debian 12.
func TestSSCN(t *testing.T) {
	t.Parallel()
	options := peer.Options{TLS: peer.Explicit, RequireTLS: true, RequirePROT: true, RequireReuse: true, Extra: []string{"TLSVerifyServer off"}}
	s := peer.Start(t, "proftpd", options)
	for _, version := range tlsVersions {
		for _, mode := range dataModes {
			t.Run(tlsx.VersionName(version)+"/"+mode.String(), func(t *testing.T) {
				cfg := clientConfig(s, options.TLS, version)
				cfg.Data.Mode = mode
				var unproven int
				c := login(t, s, cfg, func(e control.TraceEvent) {
					if strings.Contains(e.Text, "only its address says") {
						unproven++
					}
				})
				want := tlsx.Reversed
				x := &exerciser{t: t, s: s, c: c, mode: mode, info: func(what string, d control.DataInfo) {
					reuse := want
					if strings.Contains(what, "LIST") {
						reuse = tlsx.Resumed // ProFTPD lists as if SSCN were OFF
					}
					if !d.TLS || d.Reuse != reuse {
						t.Errorf("%s: TLS %v, %s; want %s", what, d.TLS, d.Reuse, reuse)
					}
				}}
				if !c.Features().Has("SSCN") {
					t.Error("FEAT does not list SSCN")
				}
				if err := sscn(x.ctx(), c, true); err != nil {
					t.Fatal(err)
				}
				x.mixed(8)
				x.roundTrip("big", randomBytes(7, 3<<20))
				if unproven > 0 {
					t.Errorf("%d data connections without the server's certificate, which ProFTPD has to show", unproven)
				}
				if err := sscn(x.ctx(), c, false); err != nil {
					t.Fatal(err)
				}
				want = tlsx.Resumed
				x.list("LIST after SSCN OFF")
				x.roundTrip("small", randomBytes(8, 1000))
				x.quit()
			})
		}
	}
}

// TestSSCNUnannounced has the client find out by itself that ProFTPD does not begin TLS
// of listings, where the greeting does not name it.
func TestSSCNUnannounced(t *testing.T) {
	t.Parallel()
	options := peer.Options{TLS: peer.Explicit, Extra: []string{"TLSVerifyServer off", `ServerIdent on "ready"`}}
	s := peer.Start(t, "proftpd", options)
	cfg := clientConfig(s, options.TLS, 0)
	cfg.ConnectTimeout = 2 * time.Second
	c := login(t, s, cfg)
	if err := sscn(t.Context(), c, true); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []protocol.Verb{"LIST", "NLST", "MLSD"} {
		d, err := c.Open(t.Context(), verb, "")
		if err != nil {
			t.Fatalf("%s: %v\n%s", verb, err, s.Log())
		}
		if _, err := readAll(d); err != nil {
			t.Errorf("%s: %v", verb, err)
		}
	}
	if !c.HasQuirk(control.QuirkSSCNNotListings) {
		t.Error("the quirk was not noticed")
	}
}

// sscn sends SSCN ON or OFF.
func sscn(ctx context.Context, c *control.Conn, on bool) error {
	_, err := c.Do(ctx, protocol.Command{Verb: "SSCN", Arg: map[bool]string{true: "ON", false: "OFF"}[on]})
	return err
}
