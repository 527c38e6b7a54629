package ftpwire_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A cutter dials, and cuts data connections off: the next after the first of
// cuts octets, the one after that after the second, and so on. A negative one, and
// what is behind the last, is not cut.
type cutter struct {
	control string // address

	mu   sync.Mutex
	cuts []int64
}

func (c *cutter) set(cuts ...int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cuts = cuts
}

func (c *cutter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil || address == c.control {
		return conn, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cuts) == 0 {
		return conn, nil
	}
	left := c.cuts[0]
	if c.cuts = c.cuts[1:]; left < 0 {
		return conn, nil
	}
	cut := &cutConn{Conn: conn}
	cut.left.Store(left)
	return cut, nil
}

// A cutConn breaks after so many octets in either direction. TLS reads while it writes.
type cutConn struct {
	net.Conn
	left atomic.Int64
}

func (c *cutConn) cut() error {
	c.Conn.(*net.TCPConn).SetLinger(0)
	c.Conn.Close()
	return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

func (c *cutConn) Read(b []byte) (int, error) {
	left := c.left.Load()
	if left <= 0 {
		return 0, c.cut()
	}
	n, err := c.Conn.Read(b[:min(int64(len(b)), left)])
	c.left.Add(-int64(n))
	return n, err
}

func (c *cutConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b[:min(int64(len(b)), max(c.left.Load(), 0))])
	c.left.Add(-int64(n))
	if err == nil && n < len(b) {
		err = c.cut()
	}
	return n, err
}

// A resumePlay is a server, a client whose data connections can be cut, and a folder
// with an existing file "f".
type resumePlay struct {
	t      *testing.T
	s      *ftptest.Server
	p      *ftpwire.Profile
	c      *ftpwire.Client
	cutter *cutter
	dir    string
	local  string

	transport *ftpwire.Transport // where a test wants one
}

// lockable says whether parts are locked on this system.
var lockable = runtime.GOOS == "linux" || runtime.GOOS == "darwin" || runtime.GOOS == "freebsd"

const asItWas = "as it was"

func newResumePlay(t *testing.T, tls tlsx.Mode, faults ...ftptest.Fault) *resumePlay {
	t.Helper()
	s := ftptest.NewServer(t, &ftptest.Config{TLS: tls, Faults: faults, DataTimeout: 2 * time.Second})
	host, port, _ := strings.Cut(s.Addr(), ":")
	cut := &cutter{control: s.Addr()}
	p := &ftpwire.Profile{Host: host, User: "user", Password: "password", Timeout: 2 * time.Second, Config: control.Config{Security: control.SecurityNone, Dial: cut.dial}}
	p.Port, _ = strconv.Atoi(port)
	switch tls {
	case ftptest.TLSExplicit:
		p.Security, p.RootCAs = control.SecurityExplicit, s.RootCAs()
	case ftptest.TLSImplicit:
		p.Security, p.RootCAs = control.SecurityImplicit, s.RootCAs()
	}
	dir := t.TempDir()
	r := &resumePlay{t: t, s: s, p: p, cutter: cut, dir: dir, local: filepath.Join(dir, "f")}
	r.dial()
	r.setLocal([]byte(asItWas))
	return r
}

// dial gives the play a new connection, as another process would have.
func (r *resumePlay) dial() {
	r.t.Helper()
	c, err := ftpwire.Dial(r.t.Context(), r.p)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.c != nil {
		r.c.Conn().Close()
	}
	r.c = c
	r.t.Cleanup(func() { r.c.Conn().Close() })
}

func (r *resumePlay) setLocal(data []byte) {
	r.t.Helper()
	if err := os.WriteFile(r.local, data, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *resumePlay) setRemote(data []byte) {
	r.t.Helper()
	if err := r.s.WriteFile("/f", data); err != nil {
		r.t.Fatal(err)
	}
}

func (r *resumePlay) remote() []byte {
	r.t.Helper()
	got, err := r.s.ReadFile("/f")
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// wantLocal checks the local file, and that there are others only if more says so.
func (r *resumePlay) wantLocal(want []byte, more bool) {
	r.t.Helper()
	got, err := os.ReadFile(r.local)
	if err != nil || !bytes.Equal(got, want) {
		r.t.Errorf("the local file has %d bytes, %v; want %d, or they differ", len(got), err, len(want))
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil || len(entries) != 1 && !more {
		r.t.Errorf("in the folder are %v, %v; want the file alone", entries, err)
	}
}

// breakDownload has a download with Resume fail after n octets.
func (r *resumePlay) breakDownload(n int64) {
	r.t.Helper()
	r.cutter.set(n)
	got, err := r.c.Download(r.t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true})
	if err == nil || !isTransfer(err) || !ftpwire.Temporary(err) {
		r.t.Fatalf("a download that was cut: %v; want a temporary TransferError", err)
	}
	if got.Partial != ftpwire.PartialName(r.local) {
		r.t.Errorf("left behind: %q, want %q", got.Partial, ftpwire.PartialName(r.local))
	}
	if info, err := os.Stat(got.Partial); err != nil || info.Size() > n || info.Size() < n/2 {
		r.t.Errorf("the part: %v, %v; want some %d bytes", info, err, n)
	}
	r.wantLocal([]byte(asItWas), true)
	r.dial()
}

// breakUpload has an upload with Resume fail after n octets.
func (r *resumePlay) breakUpload(n int64, o ftpwire.TransferOptions) {
	r.t.Helper()
	r.cutter.set(n)
	o.Resume = true
	_, err := r.c.Upload(r.t.Context(), r.local, "/f", &o)
	if err == nil || !isTransfer(err) || !ftpwire.Temporary(err) {
		r.t.Fatalf("an upload that was cut: %v; want a temporary TransferError", err)
	}
	r.dial()
}

// noise returns n bytes that depend on seed only.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}
