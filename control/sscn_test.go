package control_test

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	pack "github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// The server as TLS client of data connections: behind SSCN ON however they are opened,
// and by CPSV; with a certificate to show and without; listings and files, both ways.
func TestReversed(t *testing.T) {
	checkGoroutines(t)
	modes := []datachan.Mode{datachan.ModeEPSV, datachan.ModePASV, datachan.ModeEPRT, datachan.ModePORT, datachan.ModeCPSV}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for i, mode := range modes {
			proven := i%2 == 0
			t.Run(tlsx.VersionName(version)+"/"+mode.String(), func(t *testing.T) {
				s := ftptest.NewServer(t, &ftptest.Config{
					TLS: ftptest.TLSExplicit, MinTLS: version, MaxTLS: version,
					SSCNCertificate: proven, StrictClose: true, LateTickets: true,
				})
				var notes []string
				c := dialServer(t, s, &control.Config{
					Data: datachan.Config{Mode: mode},
					Trace: func(e control.TraceEvent) {
						if e.Kind == control.TraceNote {
							notes = append(notes, e.Text)
						}
					},
				})
				if mode != datachan.ModeCPSV {
					if err := sscn(t.Context(), c, true); err != nil {
						t.Fatal(err)
					}
				}
				for _, typ := range []byte("IA") {
					if err := c.SetFileFormat(pack.Format{Type: typ}); err != nil {
						t.Fatal(err)
					}
					for _, size := range []int{0, 1, 300 << 10} {
						roundTrip(t, s, c, typ, size)
					}
				}
				names := 0
				for _, err := range c.List(t.Context(), "", control.ListOptions{}) {
					if names++; err != nil {
						t.Fatalf("LIST: %v", err)
					}
				}
				if names != 6 {
					t.Errorf("LIST: %d names; want 6", names)
				}
				wantReversed(t, s, version, true)
				if noted := slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "only its address") }); noted == proven {
					t.Errorf("notes %q; the peer has shown the certificate: %v", notes, proven)
				}
			})
		}
	}
}

// wantReversed checks who was the TLS client of all data connections, and how they
// ended.
func wantReversed(t *testing.T, s *ftptest.Server, version uint16, want bool) {
	t.Helper()
	conns := s.DataConns()
	if len(conns) == 0 {
		t.Error("no data connection")
	}
	for i, d := range conns {
		ended := d.End == ftptest.EndCloseNotify || d.End == ftptest.EndNone
		if d.Reversed != want || d.Version != version || !ended {
			t.Errorf("data connection %d: %+v; want reversed %v, version %x, ended in order", i, d, want, version)
		}
	}
}

// A download of which the end is missing is no plain success in this role either.
func TestReversedTruncation(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tlsx.VersionName(version), func(t *testing.T) {
			s := ftptest.NewServer(t, &ftptest.Config{
				TLS: ftptest.TLSExplicit, MinTLS: version, MaxTLS: version,
				Faults: []ftptest.Fault{"data-no-close-notify"},
			})
			if err := s.WriteFile("/f", []byte("some text")); err != nil {
				t.Fatal(err)
			}
			c := dialServer(t, s, &control.Config{Data: datachan.Config{Mode: datachan.ModeCPSV}})
			d, err := c.Retr(t.Context(), "/f", 0)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			b := make([]byte, 100)
			for err == nil {
				_, err = d.Read(b)
			}
			if !errors.Is(err, tlsx.ErrTruncated) {
				t.Errorf("RETR: %v; want ErrTruncated", err)
			}
			wantReversed(t, s, version, true)
		})
	}
}

// CPSV in clear, where the server will have none of it: an error, and no other command in
// its place. Under PROT C the server asks for PROT P, and gets it; then RETR is refused.
func TestCPSVRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  ftptest.Config
		code protocol.Code
	}{
		{"in clear", ftptest.Config{}, 503},
		{"PROT C", ftptest.Config{TLS: ftptest.TLSExplicit}, 550},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := ftptest.NewServer(t, &tt.cfg)
			cfg := &control.Config{DataProtection: control.ProtectClear, Data: datachan.Config{Mode: datachan.ModeCPSV}}
			if tt.cfg.TLS == ftptest.TLSNone {
				cfg.Security = control.SecurityNone
			}
			c := dialServer(t, s, cfg)
			_, err := c.Retr(t.Context(), "/f", 0)
			wantTransferError(t, err, control.PhaseOpen, tt.code)
			for _, line := range s.Commands() {
				if line == "PASV" || strings.HasPrefix(line, "EPSV") {
					t.Errorf("%s was sent in place of CPSV", line)
				}
			}
		})
	}
}
