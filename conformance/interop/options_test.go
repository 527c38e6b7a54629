package interop

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
)

// TestTransferOptions copies files with their times, in parts and to the end of others, on each server.
func TestTransferOptions(t *testing.T) {
	t.Parallel()
	for _, name := range append(peer.Names(), peer.ClearNames()...) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			transferOptions(t, s, way{s: s, data: dataModes[0]}.client(t))
		})
	}
}

func transferOptions(t *testing.T, s *peer.Server, c *ftpwire.Client) {
	content := bytes.Repeat([]byte("0123456789 abcdef\n"), 12_000)[:200_000]
	local := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(local, content, 0o600); err != nil {
		t.Fatal(err)
	}
	when := time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(local, when, when); err != nil {
		t.Fatal(err)
	}

	// Times, both ways, and a directory that is not there.
	_, err := c.Upload(soon(t), local, "new/er/f", nil)
	if _, ok := errors.AsType[*ftpwire.NoDirectoryError](err); !ok {
		t.Errorf("into a missing directory: %v; want a NoDirectoryError", err)
	}
	up, err := c.Upload(soon(t), local, "new/er/f", &ftpwire.TransferOptions{MakeDirs: true, KeepTime: true})
	if err != nil {
		t.Fatalf("MakeDirs, KeepTime: %v\n%s", err, s.Log())
	}
	info, err := os.Stat(filepath.Join(s.Home, "new", "er", "f"))
	switch {
	case err != nil:
		t.Fatal(err)
	case !up.Time.IsZero() && !info.ModTime().Equal(when):
		t.Errorf("the server has the time %v, and %v is said to be kept", info.ModTime(), up.Time)
	case up.Time.IsZero():
		t.Logf("no times: %s", up.Untimed)
	}
	back := filepath.Join(t.TempDir(), "x", "f")
	down, err := c.Download(soon(t), "new/er/f", back, &ftpwire.TransferOptions{MakeDirs: true, KeepTime: true})
	if err != nil {
		t.Fatalf("Download: %v", err)
	}
	if here, err := os.Stat(back); err != nil || !down.Time.IsZero() && !here.ModTime().Equal(info.ModTime().Truncate(time.Second)) {
		t.Errorf("the copy is of %v, the file of %v (%s); %v", here.ModTime(), info.ModTime(), down.Untimed, err)
	}

	// What is as new, and what is there.
	for _, o := range []ftpwire.TransferOptions{{Newer: true}, {NoClobber: true}} {
		if o.Newer && (up.Time.IsZero() || down.Time.IsZero()) {
			continue
		}
		_, err := c.Upload(soon(t), local, "new/er/f", &o)
		if _, ok := errors.AsType[*ftpwire.SkippedError](err); !ok {
			t.Errorf("%+v: %v; want a SkippedError", o, err)
		}
	}
	if _, err := c.Upload(soon(t), local, "g", &ftpwire.TransferOptions{NoClobber: true}); err != nil {
		t.Errorf("NoClobber, nothing there: %v", err)
	}

	// A part. A server that does not tell the size can't show that it begins where it should.
	var b bytes.Buffer
	for _, r := range [][2]int64{{0, 100}, {1000, 2000}, {199_000, 0}} {
		b.Reset()
		_, err := c.Get(soon(t), "g", &b, &ftpwire.TransferOptions{From: r[0], To: r[1]})
		end := r[1]
		if end == 0 {
			end = int64(len(content))
		}
		switch {
		case errors.Is(err, errors.ErrUnsupported) && b.Len() == 0:
			t.Logf("%v: %v", r, err)
		case err != nil || !bytes.Equal(b.Bytes(), content[r[0]:end]):
			t.Errorf("%v: %d octets, %v\n%s", r, b.Len(), err, s.Log())
		}
	}

	// The end of another.
	a, err := c.Upload(soon(t), local, "g", &ftpwire.TransferOptions{Append: true})
	if got, rerr := os.ReadFile(filepath.Join(s.Home, "g")); err != nil || rerr != nil || !bytes.Equal(got, append(bytes.Clone(content), content...)) {
		t.Errorf("Append: %d octets, %v %v", len(got), err, rerr)
	}
	if a.Before >= 0 && a.Before != int64(len(content)) {
		t.Errorf("Append: %d octets before", a.Before)
	}

	// A name of the server's choice.
	u, err := c.Upload(soon(t), local, "new", &ftpwire.TransferOptions{Unique: true})
	switch {
	case err != nil:
		t.Logf("Unique: %v", err)
	case u.Name == "":
		t.Log("Unique: the server does not tell the name")
	default:
		if got, err := os.ReadFile(filepath.Join(s.Home, u.Name)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("Unique: %q, %v", u.Name, err)
		}
	}
	if err := c.Chmod(soon(t), "g", 0o640); err == nil {
		if info, err := os.Stat(filepath.Join(s.Home, "g")); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("Chmod: %v, %v", info.Mode(), err)
		}
	}
}
