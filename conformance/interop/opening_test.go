package interop

import (
	"errors"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// TestOpenings uses the less common ways to open a data connection on every server:
// each moves files both ways, and says by which command.
func TestOpenings(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{})
			for _, tt := range []struct {
				name string
				data datachan.Config
				mode datachan.Mode // that data connections must have
			}{
				{"EPSV ALL", datachan.Config{EPSVAll: true}, datachan.ModeEPSV},
				{"EPSV with a number", datachan.Config{EPSVNumber: true}, datachan.ModeEPSV},
				{"PASV, auto", datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATAuto}, datachan.ModePASV},
				{"PASV, never", datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATServer}, datachan.ModePASV},
				{"EPRT from a range", datachan.Config{Mode: datachan.ModeActive, ActivePorts: datachan.PortRange{First: 42000, Last: 42999}}, datachan.ModeEPRT},
				{"memory of a server without EPSV", datachan.Config{Memory: datachan.Memory{NoEPSV: true}}, datachan.ModePASV},
			} {
				t.Run(tt.name, func(t *testing.T) {
					cfg := clientConfig(s, peer.Options{}.TLS, 0)
					cfg.Data = tt.data
					c := login(t, s, cfg)
					x := &exerciser{t: t, s: s, c: c, mode: tt.mode, info: func(string, control.DataInfo) {}}
					x.mixed(4)
					if tt.data.EPSVAll { // it was accepted if nothing else may be sent now
						_, err := c.Do(t.Context(), protocol.Command{Verb: "PASV"})
						if _, promised := errors.AsType[*protocol.SequenceError](err); !promised {
							t.Errorf("PASV: %v; want a SequenceError", err)
						}
					}
					x.quit()
				})
			}
		})
	}
}

// TestSyncOnServers has TLS on data connections wait for the preliminary reply on
// every server. All of them send it before TLS is up, and none is taken for one that
// does not.
func TestSyncOnServers(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{TLS: peer.Explicit})
			for _, sync := range []datachan.Sync{datachan.SyncAuto, datachan.SyncOn} {
				t.Run(sync.String(), func(t *testing.T) {
					cfg := clientConfig(s, peer.Explicit, tlsVersions[0])
					cfg.Data.Sync = sync
					c := login(t, s, cfg)
					x := &exerciser{t: t, s: s, c: c, mode: datachan.ModeEPSV, info: func(string, control.DataInfo) {}}
					x.mixed(4)
					if got := c.DataMemory(); got != (datachan.Memory{}) {
						t.Errorf("learned %+v; want nothing", got)
					}
					x.quit()
				})
			}
		})
	}
}
