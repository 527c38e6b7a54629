package interop

import (
	"fmt"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestSSCN runs transfers both ways on a ProFTPD that is the TLS client of data
// connections, and the usual way again when that is over. By default ProFTPD refuses
// certificates that it can't verify, as between servers it should. It has no CPSV, nor
// has another server of Debian 12.
func TestSSCN(t *testing.T) {
	options := peer.Options{TLS: peer.Explicit, RequireTLS: true, RequirePROT: true, Extra: []string{"TLSVerifyServer off"}}
	s := peer.Start(t, "proftpd", options)
	for _, version := range tlsVersions {
		for _, mode := range dataModes {
			t.Run(tlsx.VersionName(version)+"/"+mode.String(), func(t *testing.T) {
				cfg := clientConfig(s, options.TLS, version)
				cfg.Data.Mode, cfg.NoUploadProbe, cfg.ConnectTimeout = mode, true, 3*time.Second
				c := login(t, s, cfg)
				want := tlsx.Reversed
				x := &exerciser{t: t, s: s, c: c, mode: mode, info: func(what string, d control.DataInfo) {
					if !d.TLS || d.Reuse != want {
						t.Errorf("%s: TLS %v, %s; want %s", what, d.TLS, d.Reuse, want)
					}
				}}
				if !c.Features().Has("SSCN") {
					t.Error("FEAT does not list SSCN")
				}
				if err := c.Sscn(x.ctx(), true); err != nil {
					t.Fatal(err)
				}
				for i := range 3 {
					x.roundTrip(fmt.Sprintf("f%d", i), randomBytes(uint64(i), 50_000*i))
				}
				x.roundTrip("big", randomBytes(7, 3<<20))
				if err := c.Sscn(x.ctx(), false); err != nil {
					t.Fatal(err)
				}
				want = tlsx.Resumed
				x.list("behind SSCN OFF")
				x.roundTrip("small", randomBytes(8, 1000))
				x.quit()
			})
		}
	}
}
