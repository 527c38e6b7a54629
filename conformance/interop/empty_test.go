package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// TestNothing has files of nothing, directories with nothing in them, and directories that
// do not exist, on each server, in clear and over TLS, passive and active.
func TestNothing(t *testing.T) {
	t.Parallel()
	onEveryWay(t, func(t *testing.T, w way) {
		w.s.WriteFile(t, "void", nil)
		makeDir(t, w.s, "bare")
		t.Run("zero octets, client", func(t *testing.T) { zeroByClient(t, w, 'I') })
		t.Run("zero octets, client, size unknown", func(t *testing.T) { zeroByClient(t, w, 'A') })
		t.Run("zero octets, connection", func(t *testing.T) { zeroByConn(t, w) })
		t.Run("empty directory", func(t *testing.T) { emptyDirectory(t, w) })
		t.Run("missing directory", func(t *testing.T) { missingDirectory(t, w) })
	})
}

// zeroByClient moves files of nothing both ways, by every method of a client. Sizes are not asked for before a
// download of type A.
func zeroByClient(t *testing.T, w way, typ byte) {
	c := w.client(t)
	if err := c.Conn().SetFileFormat(mode.Format{Type: typ}); err != nil {
		t.Fatal(err)
	}
	local, source := filepath.Join(t.TempDir(), "down"), emptyFile(t)
	for _, move := range []struct {
		name, stored string // where an upload goes
		run          func() (int64, error)
	}{
		{"Get", "", func() (int64, error) {
			r, err := c.Get(soon(t), "void", wantNothing{t}, nil)
			return r.Bytes, err
		}},
		{"Download", "", func() (int64, error) {
			r, err := c.Download(soon(t), "void", local, nil)
			if err == nil {
				wantEmptyFile(t, local)
			}
			return r.Bytes, err
		}},
		{"Put", "written", func() (int64, error) {
			r, err := c.Put(soon(t), "written", openFile(t, source), nil)
			return r.Bytes, err
		}},
		{"Upload", "uploaded", func() (int64, error) {
			r, err := c.Upload(soon(t), source, "uploaded", nil)
			return r.Bytes, err
		}},
	} {
		if move.stored != "" {
			w.s.WriteFile(t, move.stored, []byte(oldContent)) // it must be replaced
		}
		if n, err := move.run(); n != 0 || err != nil {
			t.Fatalf("%s: %d octets, %v; want none and no error\n%s", move.name, n, err, w.s.Log())
		}
		if move.stored != "" {
			wantEmptyFile(t, filepath.Join(w.s.Home, move.stored))
		}
	}
}

// zeroByConn moves files of nothing on the control connection itself.
func zeroByConn(t *testing.T, w way) {
	c := w.conn(t)
	for _, expect := range []bool{false, true} {
		d, err := c.Retr(soon(t), "void", 0)
		if err != nil {
			t.Fatalf("RETR: %v\n%s", err, w.s.Log())
		}
		if expect {
			d.Expect(0)
		}
		if got, err := readAll(d); len(got) != 0 || err != nil {
			t.Errorf("RETR, size expected: %v: %q, %v; want nothing and no error", expect, got, err)
		}
	}
	w.s.WriteFile(t, "stored", []byte(oldContent))
	u, err := c.Stor(soon(t), "stored", 0)
	if err != nil {
		t.Fatalf("STOR: %v\n%s", err, w.s.Log())
	}
	if err := u.Close(); err != nil {
		t.Errorf("STOR: close: %v\n%s", err, w.s.Log())
	}
	wantEmptyFile(t, filepath.Join(w.s.Home, "stored"))
}

// A wantNothing fails the test if something is written to it.
type wantNothing struct{ t *testing.T }

func (w wantNothing) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w.t.Errorf("%q came from a file of nothing", p)
	}
	return len(p), nil
}

func emptyFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func openFile(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func wantEmptyFile(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Error(err)
	} else if info.Size() != 0 {
		t.Errorf("%s has %d octets, want none", name, info.Size())
	}
}

// emptyDirectory lists a directory with nothing in it, by each command of the server's, by
// relative and absolute name and as the working directory.
func emptyDirectory(t *testing.T, w way) {
	c := w.conn(t)
	verbs := listings(t, c)
	for _, verb := range verbs {
		for _, dir := range []string{"bare", path.Join(w.s.HomePath, "bare")} {
			wantListed(t, c, verb, dir)
		}
	}
	if err := c.Cwd(soon(t), "bare"); err != nil {
		t.Fatal(err)
	}
	for _, verb := range verbs {
		wantListed(t, c, verb, "")
	}
	for e, err := range w.client(t).Entries(soon(t), "bare") {
		t.Errorf("Entries: %q, %v; want none\n%s", e.Name, err, w.s.Log())
	}
}

// TestEmptyListingsEveryTime repeats empty listings on pyftpdlib, which closes the data
// connection before its own TLS handshake is through, about every second time.
func TestEmptyListingsEveryTime(t *testing.T) {
	t.Parallel()
	const times = 20
	s := peer.Start(t, "pyftpdlib", peer.Options{TLS: peer.Explicit})
	makeDir(t, s, "bare")
	for _, version := range tlsVersions {
		for _, data := range []datachan.Mode{datachan.ModeEPSV, datachan.ModeEPRT} {
			w := way{s: s, mode: peer.Explicit, version: version, data: data}
			t.Run(w.String(), func(t *testing.T) {
				named, inside := w.conn(t), w.conn(t)
				if err := inside.Cwd(soon(t), "bare"); err != nil {
					t.Fatal(err)
				}
				for _, verb := range listings(t, named) {
					for i := range times {
						wantListed(t, named, verb, "bare")
						wantListed(t, inside, verb, "")
						if t.Failed() {
							t.Fatalf("%s: number %d of %d", verb, i+1, times)
						}
					}
				}
			})
		}
	}
}

// listings returns the listing commands that the server has.
func listings(t *testing.T, c *control.Conn) []protocol.Verb {
	t.Helper()
	if _, err := c.Do(soon(t), protocol.Command{Verb: "FEAT"}); err != nil {
		t.Fatal(err)
	}
	verbs := []protocol.Verb{"LIST", "NLST"}
	if c.Features().Has("MLST") {
		verbs = append(verbs, "MLSD")
	}
	return verbs
}

// listedNames lists a directory by a command, without the entries for itself and its parent.
func listedNames(ctx context.Context, c *control.Conn, verb protocol.Verb, dir string) (names []string, err error) {
	add := func(name string, e error) {
		err = errors.Join(err, e)
		base := name[strings.LastIndex(name, "/")+1:] // some give pathnames
		if e == nil && base != "." && base != ".." {
			names = append(names, name)
		}
	}
	switch verb {
	case "NLST":
		for name, err := range c.Nlst(ctx, dir) {
			add(name, err)
		}
	case "LIST":
		for e, err := range c.List(ctx, dir, control.ListOptions{}) {
			add(e.Name, err)
		}
	case "MLSD":
		for e, err := range c.Mlsd(ctx, dir, control.ListOptions{}) {
			if err != nil || !isDot(e) {
				add(e.Name, err)
			}
		}
	default:
		return nil, fmt.Errorf("no such listing: %s", verb)
	}
	slices.Sort(names)
	return names, err
}

// wantListed checks that a listing of dir has just these names.
func wantListed(t *testing.T, c *control.Conn, verb protocol.Verb, dir string, want ...string) {
	t.Helper()
	got, err := listedNames(soon(t), c, verb, dir)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s %q: %q, %v; want %q", verb, dir, got, err, want)
	}
}
