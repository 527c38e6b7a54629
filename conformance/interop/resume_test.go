package interop

import (
	"bytes"
	"context"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// resumeTargets say what each server allows: which sums it offers, by what a
// download and an upload go on, and what proves them complete.
var resumeTargets = []struct {
	target
	sums         []string
	origin, part string // how a download goes on, with and without knowing what the part is of; "" for anew
	up           string // how an upload goes on
	down         ftpwire.Proof
}{
	{target{server: "proftpd", options: peer.Options{Hash: true}, label: "hash"}, []string{"SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32"},
		"size and time", "SHA-256", "SHA-256", ftpwire.ProofReply | ftpwire.ProofSize | ftpwire.ProofHash},
	{target{server: "proftpd"}, nil, "size and time", "", "tail", ftpwire.ProofReply | ftpwire.ProofSize},
	{target{server: "vsftpd", options: peer.Options{TLS: peer.Explicit, RequireTLS: true}}, nil,
		"size and time", "", "tail", ftpwire.ProofReply | ftpwire.ProofSize | ftpwire.ProofEnd},
	{target{server: "pure-ftpd"}, nil, "size and time", "", "tail", ftpwire.ProofReply | ftpwire.ProofSize},
	{target{server: "pyftpdlib"}, nil, "size and time", "", "tail", ftpwire.ProofReply | ftpwire.ProofSize},
}

// TestResume breaks transfers off at the network and goes on.
func TestResume(t *testing.T) {
	t.Parallel()
	content := randomBytes(5, 600_000)
	for _, tt := range resumeTargets {
		t.Run(tt.String(), func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, tt.server, tt.options)
			r := &resumer{t: t, s: s, mode: tt.options.TLS, local: filepath.Join(t.TempDir(), "f")}
			if diff := cmp.Diff(tt.sums, r.dial().Conn().HashAlgorithms()); diff != "" {
				t.Errorf("sums: mismatch (-want +got):\n%s", diff)
			}
			s.WriteFile(t, "f", content)
			for _, known := range []bool{true, false} {
				want := tt.origin
				r.breakOff(300_000, func(c *ftpwire.Client, o *ftpwire.TransferOptions) error {
					_, err := c.Download(r.ctx(), "f", r.local, o)
					return err
				})
				if !known {
					want = tt.part
					os.Remove(ftpwire.PartialName(r.local) + ".json")
				}
				got, err := r.dial().Download(r.ctx(), "f", r.local, &ftpwire.TransferOptions{Resume: true, Verify: true})
				r.check("download", got, err, want, tt.down)
				r.same(r.local, content)
			}
			for _, temp := range []bool{false, true} {
				os.Remove(filepath.Join(s.Home, "g"))
				o := ftpwire.TransferOptions{TempUpload: temp}
				r.breakOff(300_000, func(c *ftpwire.Client, b *ftpwire.TransferOptions) error {
					b.TempUpload = temp
					_, err := c.Upload(r.ctx(), r.local, "g", b)
					return err
				})
				o.Resume, o.Verify = true, true
				got, err := r.dial().Upload(r.ctx(), r.local, "g", &o)
				r.check("upload", got, err, tt.up, tt.down&^ftpwire.ProofEnd)
				r.same(filepath.Join(s.Home, "g"), content)
			}
			if v, err := r.dial().Verify(r.ctx(), r.local, "g", ftpwire.ProofSize); err != nil || v.Proof.Has(ftpwire.ProofHash) != (tt.sums != nil) {
				t.Errorf("Verify: %v, %v", v.Proof, err)
			}
		})
	}
}

// TestHashParts asks ProFTPD for every sum of a file and of a part of it.
func TestHashParts(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "proftpd", peer.Options{Hash: true})
	r := &resumer{t: t, s: s, mode: peer.Plain, local: filepath.Join(t.TempDir(), "f")}
	content := randomBytes(6, 200_000)
	for _, name := range []string{"f", "a b"} {
		s.WriteFile(t, name, content)
		s.WriteFile(t, "head", content[:100_000])
		s.WriteFile(t, "less", content[:99_999])
		c := r.dial().Conn()
		for _, alg := range c.HashAlgorithms() {
			whole, err := c.Hash(r.ctx(), "head", alg, 0, -1)
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			part, err := c.Hash(r.ctx(), name, alg, 0, 100_000)
			t.Logf("%s: %s by %s, a part by %s, loose %v, %v", name, alg, whole.By, part.By, part.Loose, err)
			less, lerr := c.Hash(r.ctx(), "less", alg, 0, -1)
			if err != nil || lerr != nil || part.Sum != whole.Sum && (!part.Loose || part.Sum != less.Sum) {
				t.Errorf("%s of a part of %q: %q, %v; want %q", alg, name, part.Sum, err, whole.Sum)
			}
		}
	}
}

// A resumer makes clients whose data connections can be cut.
type resumer struct {
	t     *testing.T
	s     *peer.Server
	mode  tlsx.Mode
	local string
	cut   atomic.Int64 // octets that data connections live for; 0 for ever
}

func (r *resumer) ctx() context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *resumer) dial() *ftpwire.Client {
	r.t.Helper()
	host, port, _ := net.SplitHostPort(r.s.Addr)
	p := &ftpwire.Profile{Host: host, User: r.s.User, Password: r.s.Password, Timeout: 20 * time.Second, Config: control.Config{Trace: tracer(r.t)}}
	p.Port, _ = strconv.Atoi(port)
	p.RootCAs = x509.NewCertPool()
	p.RootCAs.AppendCertsFromPEM(r.s.CertPEM)
	if r.mode == peer.Plain {
		p.Security = control.SecurityNone
	}
	p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if left := r.cut.Load(); err == nil && left > 0 && address != r.s.Addr {
			return &cutConn{Conn: conn, left: left}, nil
		}
		return conn, err
	}
	c, err := ftpwire.Dial(r.ctx(), p)
	if err != nil {
		r.t.Fatalf("dial: %v\n%s", err, r.s.Log())
	}
	r.t.Cleanup(func() { c.Conn().Close() })
	return c
}

// breakOff has a transfer with Resume fail after n octets.
func (r *resumer) breakOff(n int64, run func(*ftpwire.Client, *ftpwire.TransferOptions) error) {
	r.t.Helper()
	r.cut.Store(n)
	defer r.cut.Store(0)
	c := r.dial()
	err := run(c, &ftpwire.TransferOptions{Resume: true})
	if !ftpwire.Temporary(err) {
		r.t.Errorf("a transfer that was cut: %v; want an error that passes", err)
	}
	c.Conn().Close()
	// Servers write what they have got some time after the connection has broken.
	time.Sleep(200 * time.Millisecond)
}

func (r *resumer) check(what string, got ftpwire.TransferResult, err error, prefix string, proof ftpwire.Proof) {
	r.t.Helper()
	r.t.Logf("%s: from %d by %q, anew because %q, proof: %v %s, %d octets moved", what, got.ResumedFrom, got.Prefix, got.Restarted, got.Proof, got.Algorithm, got.Moved)
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", what, err, r.s.Log())
	}
	if got.Prefix != prefix || (got.ResumedFrom > 0) != (prefix != "") || got.Proof != proof {
		r.t.Errorf("%s: from %d by %q, proof %v; want %q, %v", what, got.ResumedFrom, got.Prefix, got.Proof, prefix, proof)
	}
}

func (r *resumer) same(name string, want []byte) {
	r.t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, want) {
		r.t.Errorf("%s has %d bytes, %v, that differ from the %d", filepath.Base(name), len(got), err, len(want))
	}
	if entries, _ := os.ReadDir(filepath.Dir(name)); len(entries) > 0 {
		for _, e := range entries {
			if strings.Contains(e.Name(), "ftpwire-part") {
				r.t.Errorf("left over: %s", e.Name())
			}
		}
	}
}

// A cutConn breaks after so many octets in either direction.
type cutConn struct {
	net.Conn
	left int64
}

func (c *cutConn) cut() error {
	c.Close()
	return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
}

func (c *cutConn) Read(b []byte) (int, error) {
	if c.left == 0 {
		return 0, c.cut()
	}
	n, err := c.Conn.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	return n, err
}

func (c *cutConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	if err == nil && n < len(b) {
		err = c.cut()
	}
	return n, err
}
