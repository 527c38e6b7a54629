package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

// strictTargets demand what is hard: session reuse, protected data connections.
var strictTargets = []target{
	{server: "vsftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true}},
	{server: "vsftpd", options: peer.Options{TLS: peer.Implicit, RequireReuse: true, RequireTLS: true}},
	{server: "proftpd", options: peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true}},
	{server: "pure-ftpd", options: peer.Options{TLS: peer.Explicit, RequireTLS: true, RequirePROT: true}},
}

// TestResumedTransfers runs 30 mixed transfers and a file of 64 MiB both ways on
// one control connection, for each server, TLS version and way to open a data
// connection; every data connection must resume the control connection's session.
func TestResumedTransfers(t *testing.T) {
	t.Parallel()
	big := randomBytes(1, 64<<20)
	for _, tg := range strictTargets {
		t.Run(tg.String(), func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, tg.server, tg.options)
			for _, version := range tlsVersions {
				for _, mode := range dataModes {
					t.Run(fmt.Sprintf("%s/%s", versionName(version), mode), func(t *testing.T) {
						cfg := clientConfig(s, tg.options.TLS, version)
						cfg.Data.Mode = mode
						c := login(t, s, cfg)
						x := &exerciser{t: t, s: s, c: c, mode: mode, info: func(what string, d control.DataInfo) {
							wantReuse(t, what, d, tg.server, version)
						}}
						x.mixed(30)
						x.roundTrip("big", big)
						x.quit()
					})
				}
			}
		})
	}
}

// TestPlainTransfers is the same in clear, on every server.
func TestPlainTransfers(t *testing.T) {
	t.Parallel()
	big := randomBytes(2, 64<<20)
	for _, name := range peer.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			for _, mode := range dataModes {
				t.Run(mode.String(), func(t *testing.T) {
					cfg := clientConfig(s, peer.Plain, 0)
					cfg.Data.Mode = mode
					x := &exerciser{t: t, s: s, c: login(t, s, cfg), mode: mode, info: func(string, control.DataInfo) {}}
					x.mixed(12)
					x.roundTrip("big", big)
					x.quit()
				})
			}
		})
	}
}

// An exerciser runs transfers on one connection and compares with the server's disk.
type exerciser struct {
	t    *testing.T
	s    *peer.Server
	c    *control.Conn
	mode datachan.Mode
	info func(what string, d control.DataInfo)
}

func (x *exerciser) ctx() context.Context {
	ctx, cancel := context.WithTimeout(x.t.Context(), time.Minute)
	x.t.Cleanup(cancel)
	return ctx
}

// mixed runs n transfers: LIST, STOR, RETR and STOR of nothing in turn.
func (x *exerciser) mixed(n int) {
	x.t.Helper()
	for i := range n {
		if x.t.Failed() {
			return
		}
		switch name := fmt.Sprintf("f%02d", i); i % 4 {
		case 0:
			x.list(fmt.Sprintf("%d: LIST", i))
		case 1:
			x.stor(name, randomBytes(uint64(i), 1000*i))
		case 2:
			data := randomBytes(uint64(i), 100_000)
			x.s.WriteFile(x.t, name, data)
			x.retr(name, data)
		case 3:
			x.stor(name, nil)
		}
	}
}

func (x *exerciser) list(what string) {
	x.t.Helper()
	d, err := x.c.Open(x.ctx(), "LIST", "")
	if err != nil {
		x.t.Fatalf("%s: %v\n%s", what, err, x.s.Log())
	}
	if _, err := io.Copy(io.Discard, d); err != nil {
		x.t.Errorf("%s: %v", what, err)
	}
	if err := d.Close(); err != nil {
		x.t.Errorf("%s: close: %v", what, err)
	}
	x.seen(what, d.Data())
}

func (x *exerciser) seen(what string, d control.DataInfo) {
	x.t.Helper()
	if d.Mode != x.mode.String() {
		x.t.Errorf("%s: data connection by %s, want %s", what, d.Mode, x.mode)
	}
	x.info(what, d)
}

func (x *exerciser) stor(name string, data []byte) {
	x.t.Helper()
	u, err := x.c.Stor(x.ctx(), name, 0)
	if err != nil {
		x.t.Fatalf("STOR %s: %v\n%s", name, err, x.s.Log())
	}
	if _, err := u.Write(data); err != nil {
		x.t.Errorf("STOR %s: write: %v", name, err)
	}
	if err := u.Close(); err != nil {
		x.t.Errorf("STOR %s: close: %v\n%s", name, err, x.s.Log())
	}
	x.seen("STOR "+name, u.Data())
	got, err := os.ReadFile(filepath.Join(x.s.Home, name))
	if err != nil {
		x.t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		x.t.Errorf("STOR %s: the server has %d bytes that differ from the %d sent", name, len(got), len(data))
	}
}

func (x *exerciser) retr(name string, want []byte) {
	x.t.Helper()
	d, err := x.c.Retr(x.ctx(), name, 0)
	if err != nil {
		x.t.Fatalf("RETR %s: %v\n%s", name, err, x.s.Log())
	}
	got, err := io.ReadAll(d)
	if err != nil {
		x.t.Errorf("RETR %s: %v", name, err)
	}
	if err := d.Close(); err != nil {
		x.t.Errorf("RETR %s: close: %v", name, err)
	}
	x.seen("RETR "+name, d.Data())
	if !bytes.Equal(got, want) {
		x.t.Errorf("RETR %s: %d bytes that differ from the %d on the server", name, len(got), len(want))
	}
}

func (x *exerciser) roundTrip(name string, data []byte) {
	x.t.Helper()
	x.stor(name, data)
	x.retr(name, data)
	if size, err := x.c.Size(x.ctx(), name); err != nil || size != int64(len(data)) {
		x.t.Errorf("SIZE %s: %d, %v; want %d", name, size, err, len(data))
	}
	if err := x.c.Dele(x.ctx(), name); err != nil {
		x.t.Errorf("DELE %s: %v", name, err)
	}
	if _, err := os.Stat(filepath.Join(x.s.Home, name)); !os.IsNotExist(err) {
		x.t.Errorf("after DELE the file is there: %v", err)
	}
}

func (x *exerciser) quit() {
	x.t.Helper()
	if err := x.c.Quit(x.ctx()); err != nil {
		x.t.Errorf("QUIT: %v", err)
	}
}

// randomBytes returns n bytes that depend on seed only.
func randomBytes(seed uint64, n int) []byte {
	var key [32]byte
	key[0] = byte(seed)
	b := make([]byte, n)
	rand.NewChaCha8(key).Read(b)
	return b
}
