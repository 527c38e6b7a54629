package interop

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	pack "github.com/ftpwire/ftpwire/protocol/mode"
)

// TestModeZ runs the part of the mode matrix that a real server offers: MODE Z of
// ProFTPD, in clear and over TLS, with every way to open a data connection, files of
// sizes around the pieces that data is moved in, both types, and listings.
func TestModeZ(t *testing.T) {
	t.Parallel()
	for _, sec := range []struct {
		name    string
		options peer.Options
		version uint16
	}{
		{"plain", peer.Options{ModeZ: true}, 0},
		{"TLS 1.2", peer.Options{ModeZ: true, TLS: peer.Explicit, RequireReuse: true}, tls.VersionTLS12},
		{"TLS 1.3", peer.Options{ModeZ: true, TLS: peer.Explicit, RequireReuse: true}, tls.VersionTLS13},
		{"implicit", peer.Options{ModeZ: true, TLS: peer.Implicit}, tls.VersionTLS13},
	} {
		t.Run(sec.name, func(t *testing.T) {
			t.Parallel() // ProFTPD waits up to seconds in each upload in MODE Z
			s := peer.Start(t, "proftpd", sec.options)
			for _, mode := range dataModes {
				t.Run(mode.String(), func(t *testing.T) {
					cfg := clientConfig(s, sec.options.TLS, sec.version)
					cfg.Data.Mode = mode
					cfg.Quirks.Forbid = []control.QuirkName{control.QuirkModeZUploads}
					c := login(t, s, cfg)
					if !hasModeZ(c) {
						t.Errorf("FEAT does not list MODE Z")
					}
					if err := c.SetFileFormat(pack.Format{Mode: 'Z', Level: 9}); err != nil {
						t.Fatal(err)
					}
					x := &exerciser{t: t, s: s, c: c, mode: mode, info: func(what string, d control.DataInfo) {
						if d.Format.Mode != 'Z' {
							t.Errorf("%s: MODE %c", what, d.Format.Mode)
						}
					}}
					for _, typ := range []byte("IA") {
						sizes := []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 5 << 20}
						if mode != datachan.ModeEPSV || sec.version != 0 {
							sizes = []int{1, 5 << 20}
						}
						for _, size := range sizes {
							x.modeZ(typ, size)
						}
					}
					x.list("LIST")
					x.quit()
				})
			}
		})
	}
}

func hasModeZ(c *control.Conn) bool {
	args, ok := c.Features().Args("MODE")
	return ok && strings.HasPrefix(args, "Z")
}

// storable is how much ProFTPD 1.3.8 is sent in MODE Z. Of larger files it overwrites
// what it has not unpacked yet: they are damaged or the transfer stops, with lftp as
// well (proftpd issue 1896, mended in 1.3.9).
const storable = 64<<10 + 1

// modeZ sends a file and gets it back, and gets its end alone.
func (x *exerciser) modeZ(typ byte, size int) {
	x.t.Helper()
	if err := x.c.SetFileFormat(pack.Format{Type: typ, Mode: 'Z', Level: 9}); err != nil {
		x.t.Fatal(err)
	}
	data := randomBytes(uint64(size), size)
	if typ == 'A' {
		data = bytes.Repeat([]byte("a line of text\n"), size/15+1)[:size]
	}
	name := fmt.Sprintf("z%c%d", typ, size)
	if size <= storable {
		x.stor(name, data)
	} else {
		x.s.WriteFile(x.t, name, data)
	}
	x.retr(name, data)
	if typ != 'I' || size < 2 {
		return
	}
	d, err := x.c.Retr(x.ctx(), name, int64(size/2))
	if err != nil {
		x.t.Fatalf("REST in MODE Z: %v", err)
	}
	got, err := readAll(d)
	if err != nil || !bytes.Equal(got, data[size/2:]) {
		x.t.Errorf("REST in MODE Z: %d bytes, %v; want the %d after the offset", len(got), err, size-size/2)
	}
}

// TestModeZMachineListings reads MLSD in MODE Z from a server that has both.
func TestModeZMachineListings(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "proftpd", peer.Options{ModeZ: true})
	s.WriteFile(t, "name.txt", []byte("text"))
	c := login(t, s, clientConfig(s, peer.Plain, 0))
	if err := c.SetFileFormat(pack.Format{Mode: 'Z'}); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []protocol.Verb{"MLSD", "NLST", "LIST"} {
		d, err := c.Open(t.Context(), verb, "")
		if err != nil {
			t.Fatalf("%s: %v", verb, err)
		}
		b, err := readAll(d)
		if err != nil || !strings.Contains(string(b), "name.txt\r\n") {
			t.Errorf("%s: %q, %v", verb, b, err)
		}
		t.Logf("%s: %d octets on the wire for %d", verb, d.Octets(), len(b))
	}
}

// TestModesRefused asks servers for what they lack: the error is typed, no data
// connection is opened, and the connection is usable.
func TestModesRefused(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			s := peer.Start(t, name, peer.Options{})
			s.WriteFile(t, "f", []byte("text"))
			c := login(t, s, clientConfig(s, peer.Plain, 0))
			for _, step := range []struct {
				name   string
				format pack.Format
			}{
				{"TYPE E", pack.Format{Type: 'E'}},
				{"STRU R", pack.Format{Structure: 'R'}},
				{"MODE B", pack.Format{Mode: 'B'}},
				{"MODE C", pack.Format{Mode: 'C'}},
				{"MODE Z", pack.Format{Mode: 'Z'}},
			} {
				if err := c.SetFileFormat(step.format); err != nil {
					t.Fatal(err)
				}
				_, err := c.Retr(t.Context(), "f", 0)
				te, ok := errors.AsType[*control.TransferError](err)
				re, refused := errors.AsType[*protocol.ReplyError](err)
				verb, _, _ := strings.Cut(step.name, " ")
				if !ok || !refused || te.Phase != control.PhaseOpen || string(re.Verb) != verb {
					t.Errorf("%s: %v; want a refusal of it", step.name, err)
				}
				t.Logf("%s: %v", step.name, err)
			}
			if err := c.SetFileFormat(pack.Format{}); err != nil {
				t.Fatal(err)
			}
			d, err := c.Retr(t.Context(), "f", 0)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := readAll(d); err != nil || string(b) != "text" {
				t.Errorf("in stream mode: %q, %v", b, err)
			}
		})
	}
}

// TestModeZClients has lftp use MODE Z on `ftpwire serve`. curl and wget have no
// other mode than stream.
func TestModeZClients(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("lftp"); err != nil {
		missing(t, "lftp is not installed: "+err.Error())
	}
	for _, tls := range []string{"none", "explicit", "implicit"} {
		t.Run(tls, func(t *testing.T) {
			s := serve(t, tls)
			scratch := t.TempDir()
			data := append(bytes.Repeat([]byte("compressible "), 50_000), randomBytes(3, 500_001)...)
			write(t, filepath.Join(scratch, "up.bin"), data)
			write(t, filepath.Join(s.dir, "remote.bin"), data)
			write(t, filepath.Join(scratch, "part.bin"), data[:300_000])
			script := s.lftp("set ftp:use-mode-z true; set ftp:mode-z-level 9; cls -l; get remote.bin -o got.bin; get -c remote.bin -o part.bin; put up.bin -o up.bin; cls")
			script[len(script)-1] = "debug 5; set ftp:use-mode-z true; " + script[len(script)-1]
			out := s.run(t, scratch, script)
			compare(t, "download", filepath.Join(scratch, "got.bin"), data)
			compare(t, "resumed download", filepath.Join(scratch, "part.bin"), data)
			compare(t, "upload", filepath.Join(s.dir, "up.bin"), data)
			for _, want := range []string{"remote.bin", "up.bin", "MODE Z"} {
				if !strings.Contains(out, want) {
					t.Errorf("what lftp printed lacks %q:\n%s", want, out)
				}
			}
		})
	}
}

// TestModeZUploads: uploads that this server would lose go in MODE S, and downloads stay
// compressed.
func TestModeZUploads(t *testing.T) {
	t.Parallel()
	s := peer.Start(t, "proftpd", peer.Options{ModeZ: true})
	c := login(t, s, clientConfig(s, peer.Plain, 0))
	if err := c.SetFileFormat(pack.Format{Mode: 'Z'}); err != nil {
		t.Fatal(err)
	}
	var modes []byte
	x := &exerciser{t: t, s: s, c: c, mode: datachan.ModeEPSV, info: func(_ string, d control.DataInfo) { modes = append(modes, d.Format.Mode) }}
	x.roundTrip("big", randomBytes(9, 5<<20))
	x.quit()
	if string(modes) != "SZ" {
		t.Errorf("the upload and the download went in MODE %s; want S, then Z", modes)
	}
}
