package control_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// The mode matrix: every kind of control connection, every kind of data
// connection, every transfer mode, both types, sizes around the pieces that data is
// moved in, up and down, against the embedded server on loopback.
func TestModes(t *testing.T) {
	checkGoroutines(t)
	sizes := []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20}
	// More than the sockets hold; what the other modes do to octets has no such limit.
	const large = 5 << 20
	var count, connections atomic.Int64
	t.Run("matrix", func(t *testing.T) {
		for _, sec := range []struct {
			name     string
			security control.Security
			mode     tlsx.Mode
			version  uint16
		}{
			{"clear", control.SecurityNone, ftptest.TLSNone, 0},
			{"explicit TLS 1.2", control.SecurityExplicit, ftptest.TLSExplicit, tls.VersionTLS12},
			{"explicit TLS 1.3", control.SecurityExplicit, ftptest.TLSExplicit, tls.VersionTLS13},
			{"implicit", control.SecurityImplicit, ftptest.TLSImplicit, tls.VersionTLS13},
		} {
			for _, mode := range []datachan.Mode{datachan.ModeEPSV, datachan.ModePASV, datachan.ModeEPRT, datachan.ModePORT} {
				t.Run(sec.name+"/"+mode.String(), func(t *testing.T) {
					t.Parallel()
					connections.Add(1)
					s := ftptest.NewServer(t, &ftptest.Config{
						TLS: sec.mode, MinTLS: sec.version, MaxTLS: sec.version,
						LateTickets: true, Reuse: reuse(sec.version),
					})
					c := dialServer(t, s, &control.Config{Security: sec.security, Data: datachan.Config{Mode: mode}})
					for _, m := range []byte("SBCZ") {
						for _, typ := range []byte("IA") {
							setFormat(t, c, m, 'F', typ)
							for _, size := range sizes {
								switch {
								case size == 1<<20 && raceEnabled:
									size = 192<<10 + 1
								case size == 1<<20 && m == 'S' && !testing.Short():
									size = large
								}
								roundTrip(t, s, c, typ, size)
								count.Add(2)
							}
						}
					}
					checkDataConns(t, s, mode, sec.version)
				})
			}
		}
	})
	// 4 modes, 2 types, 6 sizes, 2 directions; over 4 kinds of security and 4 commands
	// that makes 1536.
	if n := count.Load(); n != 96*connections.Load() && !t.Failed() {
		t.Errorf("%d transfers over %d control connections; want 96 over each", n, connections.Load())
	}
	t.Logf("%d transfers", count.Load())
}

// setFormat sets the mode, structure and type of later transfers, which are not to
// compress hard.
func setFormat(t *testing.T, c *control.Conn, m, stru, typ byte) {
	t.Helper()
	if err := c.SetFileFormat(mode.Format{Type: typ, Structure: stru, Mode: m, Level: 1}); err != nil {
		t.Fatal(err)
	}
}

// reuse demands of data connections to resume the control connection's session.
func reuse(version uint16) tlsx.Binding {
	if version == 0 {
		return tlsx.BindNone
	}
	return tlsx.BindControl
}

// dialServer connects and logs in to the embedded server.
func dialServer(t *testing.T, s *ftptest.Server, cfg *control.Config) *control.Conn {
	t.Helper()
	conf := *cfg
	if conf.Security != control.SecurityNone {
		conf.TLS = &tls.Config{RootCAs: s.RootCAs()}
	}
	c, err := control.Dial(t.Context(), s.Addr(), &conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(t.Context(), "user", "password", ""); err != nil {
		t.Fatal(err)
	}
	return c
}

// payload returns data of a size: any bytes for type I, random and in runs, text with
// LF for A. It must not be changed.
func payload(typ byte, size int) []byte {
	key := [2]int{int(typ), size}
	if b, ok := payloads.Load(key); ok {
		return b.([]byte)
	}
	b := newPayload(typ, size)
	payloads.Store(key, b)
	return b
}

var payloads sync.Map

func newPayload(typ byte, size int) []byte {
	r := rand.New(rand.NewPCG(uint64(size), uint64(typ)))
	b := make([]byte, size)
	for i := range b {
		switch {
		case typ == 'A':
			b[i] = "abc defg hij\n"[r.IntN(13)]
		case i>>9&1 == 1:
			b[i] = byte(i >> 7)
		default:
			b[i] = byte(r.Uint32())
		}
	}
	return b
}

// roundTrip sends a file and gets it back.
func roundTrip(t *testing.T, s *ftptest.Server, c *control.Conn, typ byte, size int) {
	t.Helper()
	want, name := payload(typ, size), fmt.Sprintf("/%c%d", typ, size)
	u, err := c.Stor(t.Context(), name, 0)
	if err != nil {
		t.Fatalf("STOR %s: %v", name, err)
	}
	if _, err := u.Write(want); err != nil {
		t.Fatalf("STOR %s: %v", name, err)
	}
	if err := u.Close(); err != nil {
		t.Fatalf("STOR %s: %v", name, err)
	}
	if stored, err := s.ReadFile(name); err != nil || !bytes.Equal(stored, want) {
		t.Fatalf("STOR %s: the server has %d bytes, %v; want the %d that were sent", name, len(stored), err, size)
	}
	wire := int64(size)
	if typ == 'A' {
		wire += int64(bytes.Count(want, []byte("\n")))
	}
	if i := u.Data(); i.Format.Type != typ || i.Format.Mode == 'S' && u.Octets() != wire {
		t.Errorf("STOR %s: %d octets of type %c; want %d of %c", name, u.Octets(), i.Format.Type, wire, typ)
	}
	d, err := c.Retr(t.Context(), name, 0)
	if err != nil {
		t.Fatalf("RETR %s: %v", name, err)
	}
	d.Expect(wire)
	got, err := io.ReadAll(d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("RETR %s: %d bytes, %v; want the %d of the file", name, len(got), err, size)
	}
	if d.Position() != wire {
		t.Errorf("RETR %s: position %d at the end; want %d", name, d.Position(), wire)
	}
}

// checkDataConns checks what the server saw of the data connections.
func checkDataConns(t *testing.T, s *ftptest.Server, mode datachan.Mode, version uint16) {
	t.Helper()
	passive := mode == datachan.ModeEPSV || mode == datachan.ModePASV
	conns := s.DataConns()
	if len(conns) < 96 {
		t.Fatalf("%d data connections; want 96 at least", len(conns))
	}
	for i, d := range conns {
		// EndNone: the server did not look long enough, which says nothing.
		end := d.End == ftptest.EndFIN || d.End == ftptest.EndNone
		if version != 0 {
			end = d.End == ftptest.EndCloseNotify || d.End == ftptest.EndNone
		}
		if d.Passive != passive || d.Version != version || d.Resumed != (version != 0) || !end {
			t.Errorf("data connection %d: %+v; want passive %v, version %x, resumed if TLS, ended in order", i, d, passive, version)
		}
	}
	for _, line := range s.Commands() {
		verb, _, _ := strings.Cut(line, " ")
		switch datachan.Mode.String(mode) {
		case verb:
			return
		}
	}
	t.Errorf("no %s among the commands", mode)
}

// An upload is complete when the server says so: a server that never ends its side
// of the data connection does not hold it up, and one that reads slowly loses
// nothing, with session tickets under way in both cases.
func TestUploadIsComplete(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
	}{{"in order", nil}, {"data connection never closed", []ftptest.Fault{"data-never-closed"}}} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(tt.name+", "+tlsx.VersionName(version), func(t *testing.T) {
				s := ftptest.NewServer(t, &ftptest.Config{
					TLS: ftptest.TLSExplicit, MinTLS: version, MaxTLS: version, LateTickets: true, Faults: tt.faults,
				})
				c := dialServer(t, s, &control.Config{FinalTimeout: 20 * time.Second})
				start := time.Now()
				for _, size := range []int{0, 1, 4 << 20} {
					roundTrip(t, s, c, 'I', size)
				}
				if took := time.Since(start); took > 15*time.Second {
					t.Errorf("took %v: something was waited for in vain", took)
				}
				for i, d := range s.DataConns() {
					if d.End == ftptest.EndReset || d.End == ftptest.EndFIN {
						t.Errorf("data connection %d, %s, ended by %s", i, d.Verb, d.End)
					}
				}
			})
		}
	}
}
