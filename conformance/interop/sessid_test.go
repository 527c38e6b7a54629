package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// sessionIDTargets issue TLS 1.2 session IDs and no tickets.
var sessionIDTargets = []target{
	{server: "proftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true, NoTickets: true, TLSMin: tls.VersionTLS12, TLSMax: tls.VersionTLS12}},
	{server: "vsftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true, NoTickets: true, TLSMin: tls.VersionTLS12, TLSMax: tls.VersionTLS12}},
}

// TestResumeBySessionID runs transfers both ways, all resumed by session ID.
func TestResumeBySessionID(t *testing.T) {
	t.Parallel()
	for _, tg := range sessionIDTargets {
		t.Run(tg.String(), func(t *testing.T) {
			s := peer.Start(t, tg.server, tg.options)
			for _, mode := range []datachan.Mode{datachan.ModeEPSV, datachan.ModePORT} {
				t.Run(mode.String(), func(t *testing.T) {
					cfg := clientConfig(s, tg.options.TLS, 0)
					cfg.SessionIDs, cfg.Resumption = true, tlsx.ResumeRequired
					cfg.Data.Mode = mode
					x := &exerciser{t: t, s: s, c: login(t, s, cfg), mode: mode, info: func(what string, d control.DataInfo) {
						if d.Reuse != tlsx.ResumedByID {
							t.Errorf("%s: %s, want %s", what, d.Reuse, tlsx.ResumedByID)
						}
					}}
					x.mixed(12)
					x.roundTrip("big", randomBytes(5, 1<<20))
					x.quit()
				})
			}
		})
	}
}

// TestSessionIDsAreOptIn checks what a client is told that does not use them:
// with the policy to require resumption by itself, without it by the server.
func TestSessionIDsAreOptIn(t *testing.T) {
	t.Parallel()
	for _, tg := range sessionIDTargets {
		t.Run(tg.String(), func(t *testing.T) {
			s := peer.Start(t, tg.server, tg.options)
			t.Run("required", func(t *testing.T) {
				err := firstList(t, s, tlsx.ResumeRequired)
				nr, ok := errors.AsType[*tlsx.NotResumedError](err)
				if !ok || nr.Reuse != tlsx.SessionIDOnly {
					t.Errorf("LIST: %v; want a *tlsx.NotResumedError with %q", err, tlsx.SessionIDOnly)
				}
				t.Log(err)
			})
			t.Run("preferred", func(t *testing.T) {
				err := firstList(t, s, tlsx.ResumePreferred)
				re, ok := errors.AsType[*protocol.ReplyError](err)
				if want := map[string]protocol.Code{"proftpd": 425, "vsftpd": 522}[tg.server]; !ok || re.Reply.Code != want {
					t.Errorf("LIST: %v; want the reply %d", err, want)
				}
				nr, ok := errors.AsType[*tlsx.NotResumedError](err)
				if !ok || !nr.ByServer || nr.Reuse != tlsx.SessionIDOnly {
					t.Errorf("LIST: %v; want it explained by %q", err, tlsx.SessionIDOnly)
				}
				t.Log(err)
			})
		})
	}
}

// firstList lists on a new connection that does not resume by session ID.
func firstList(t *testing.T, s *peer.Server, policy tlsx.Resumption) error {
	t.Helper()
	cfg := clientConfig(s, peer.Explicit, 0)
	cfg.Resumption = policy
	c := login(t, s, cfg)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	d, err := c.Open(ctx, "LIST", "")
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, d)
	return errors.Join(err, d.Close())
}
