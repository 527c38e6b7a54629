package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

const gib = 1 << 30

// TestAbortGiB gives up transfers of 1 GiB in the middle, on every server, in clear and
// over TLS: a download of a sparse file and an upload that a generator feeds, each by
// closing early and by a cancelled context. A listing must follow on the same connection
// within five seconds. In clear they are given up with Telnet's Synch, too. What each
// server answered is logged.
func TestAbortGiB(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			t.Run(fmt.Sprintf("%s/%s", name, mode), func(t *testing.T) {
				s := peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: true})
				s.WriteFile(t, "big", nil)
				if err := os.Truncate(filepath.Join(s.Home, "big"), gib); err != nil {
					t.Fatal(err)
				}
				a := &aborter{t: t, s: s, mode: mode}
				a.connect(false)
				a.download()
				a.downloadCancelled()
				a.upload()
				a.uploadCancelled()
				if mode == peer.Plain {
					a.connect(true)
					a.download()
					a.upload()
				}
			})
		}
	}
}

// An aborter gives up transfers on one connection.
type aborter struct {
	t    *testing.T
	s    *peer.Server
	mode tlsx.Mode
	c    *control.Conn
	how  string

	mu   sync.Mutex
	said []string // the dialogue since ABOR
}

func (a *aborter) connect(synch bool) {
	a.t.Helper()
	cfg := clientConfig(a.s, a.mode, 0)
	if a.how = "ABOR"; synch {
		a.how = "Synch and ABOR"
		cfg.Quirks.Force = []control.QuirkName{control.QuirkABORSynch}
	}
	a.c = login(a.t, a.s, cfg, a.hear)
}

// hear notes what is said from ABOR on.
func (a *aborter) hear(e control.TraceEvent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.Kind == control.TraceSent && e.Text == "ABOR" {
		a.said = []string{}
	}
	if a.said != nil && (e.Kind == control.TraceSent || e.Kind == control.TraceReceived) {
		a.said = append(a.said, strings.Split(e.String(), "\n")[0])
	}
}

// usable lists the directory, in time.
func (a *aborter) usable(what string, begun time.Time) {
	a.t.Helper()
	a.mu.Lock()
	said := a.said
	a.said = nil
	a.mu.Unlock()
	names := 0
	for name, err := range a.c.Nlst(a.t.Context(), "") {
		if err != nil {
			a.t.Fatalf("%s: listing: %v\n%s", what, err, a.s.Log())
		}
		if name == "big" {
			names++
		}
	}
	took := time.Since(begun)
	if took > 5*time.Second || names != 1 {
		a.t.Errorf("%s: a listing with %d of 1 file followed after %v; want it within 5s", what, names, took)
	}
	a.t.Logf("%s, %s: listing after %v: %s", what, a.how, took.Round(time.Millisecond), strings.Join(said, " "))
}

// begin reads 64 MiB of the file.
func (a *aborter) begin(ctx context.Context) *control.Download {
	a.t.Helper()
	d, err := a.c.Retr(ctx, "big", 0)
	if err != nil {
		a.t.Fatalf("%v\n%s", err, a.s.Log())
	}
	if n, err := io.CopyN(io.Discard, d, 64<<20); err != nil {
		a.t.Fatalf("after %d bytes: %v\n%s", n, err, a.s.Log())
	}
	return d
}

func (a *aborter) download() {
	a.t.Helper()
	d := a.begin(a.t.Context())
	begun := time.Now()
	if err := d.Close(); err != nil {
		a.t.Fatalf("early close: %v\n%s", err, a.s.Log())
	}
	a.usable("download closed early", begun)
}

func (a *aborter) downloadCancelled() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	d := a.begin(ctx)
	begun := time.Now()
	cancel()
	if _, err := io.Copy(io.Discard, d); !errors.Is(err, context.Canceled) {
		a.t.Errorf("read after cancel: %v", err)
	}
	if err := d.Close(); !errors.Is(err, context.Canceled) {
		a.t.Errorf("close after cancel: %v", err)
	}
	a.usable("download cancelled", begun)
}

// A generator gives size bytes, calls halfway on its way and counts.
type generator struct {
	size, at, given int64
	halfway         func()
}

func (g *generator) Read(b []byte) (int, error) {
	if g.given >= g.size {
		return 0, io.EOF
	}
	n := min(int64(len(b)), g.size-g.given)
	g.given += n
	if g.halfway != nil && g.given >= g.at {
		g.halfway()
		g.halfway = nil
	}
	return int(n), nil
}

var errEnough = errors.New("enough")

// stopping fails after so many bytes.
type stopping struct {
	io.Reader
	left int64
}

func (s *stopping) Read(b []byte) (int, error) {
	if s.left <= 0 {
		return 0, errEnough
	}
	n, err := s.Reader.Read(b[:min(int64(len(b)), s.left)])
	s.left -= int64(n)
	return n, err
}

// upload stops sending after 32 MiB of 1 GiB: the servers write to disk.
func (a *aborter) upload() {
	a.t.Helper()
	u, err := a.c.Stor(a.t.Context(), "up", 0)
	if err != nil {
		a.t.Fatalf("%v\n%s", err, a.s.Log())
	}
	if _, err := u.ReadFrom(&stopping{&generator{size: gib}, 32 << 20}); err != errEnough {
		a.t.Fatalf("upload: %v\n%s", err, a.s.Log())
	}
	begun := time.Now()
	if err := u.Abort(); err != nil {
		a.t.Fatalf("upload given up: %v\n%s", err, a.s.Log())
	}
	a.usable("upload given up", begun)
}

func (a *aborter) uploadCancelled() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	u, err := a.c.Stor(ctx, "up", 0)
	if err != nil {
		a.t.Fatalf("%v\n%s", err, a.s.Log())
	}
	var begun time.Time
	g := &generator{size: gib, at: 32 << 20, halfway: func() { begun = time.Now(); cancel() }}
	if n, err := u.ReadFrom(g); !errors.Is(err, context.Canceled) || n > gib/2 {
		a.t.Errorf("cancelled upload: %d bytes, %v", n, err)
	}
	if err := u.Close(); !errors.Is(err, context.Canceled) {
		a.t.Errorf("close of a cancelled upload: %v", err)
	}
	a.usable("upload cancelled", begun)
}
