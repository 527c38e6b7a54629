package interop

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
)

// TestClearServers does what files need on the servers that have no TLS, by every way to open
// a data connection.
func TestClearServers(t *testing.T) {
	t.Parallel()
	for _, name := range peer.ClearNames() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			for _, mode := range dataModes {
				t.Run(mode.String(), func(t *testing.T) {
					w := way{s: s, data: mode}
					x := &exerciser{t: t, s: s, c: w.conn(t), mode: mode, info: func(string, control.DataInfo) {}}
					x.mixed(8)
					x.roundTrip("big", randomBytes(7, 4<<20))
					clearFiles(t, w, x.c)
					x.quit()
				})
			}
			t.Run("given up", func(t *testing.T) { clearAbort(t, s) })
		})
	}
}

// clearAbort gives up transfers with Telnet's Synch. inetutils-ftpd is ended by a signal
// (SIGPIPE) in about every third download whose data connection is cut before it has read
// ABOR: without Synch, and where a context ends.
func clearAbort(t *testing.T, s *peer.Server) {
	s.WriteFile(t, "big", nil)
	if err := os.Truncate(filepath.Join(s.Home, "big"), gib); err != nil {
		t.Fatal(err)
	}
	a := &aborter{t: t, s: s, mode: peer.Plain}
	a.connect(true)
	a.download()
	a.upload()
	a.uploadCancelled()
}

// clearFiles makes, renames, describes and removes files and directories.
func clearFiles(t *testing.T, w way, c *control.Conn) {
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v\n%s", what, err, w.s.Log())
		}
	}
	data := randomBytes(8, 100_000)
	w.s.WriteFile(t, "from", data)
	_, err := c.Mkd(soon(t), "folder")
	must("MKD", err)
	must("rename", c.Rename(soon(t), "from", "folder/to"))
	if err := c.Rename(soon(t), "from", "folder/to"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("rename of what is gone: %v; want fs.ErrNotExist", err)
	}
	if at, err := c.Mdtm(soon(t), "folder/to"); err != nil || time.Since(at).Abs() > time.Hour {
		t.Errorf("MDTM: %v, %v; want now", at, err)
	}
	must("SITE CHMOD", c.Chmod(soon(t), "folder/to", 0o640))
	if info, err := os.Stat(filepath.Join(w.s.Home, "folder/to")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("after SITE CHMOD: %v, %v; want mode 640", info, err)
	}
	d, err := c.Retr(soon(t), "folder/to", 99_000)
	must("RETR after REST", err)
	if got, err := readAll(d); err != nil || !bytes.Equal(got, data[99_000:]) {
		t.Errorf("RETR after REST: %d octets, %v; want the last 1000", len(got), err)
	}
	u, err := c.Appe(soon(t), "folder/to")
	must("APPE", err)
	_, err = u.Write([]byte(newContent))
	must("APPE", errors.Join(err, u.Close()))
	if size, err := c.Size(soon(t), "folder/to"); err != nil || size != int64(len(data)+len(newContent)) {
		t.Errorf("SIZE after APPE: %d, %v", size, err)
	}
	if err := c.Rmd(soon(t), "folder"); err == nil {
		t.Error("RMD of a directory that is not empty works")
	}
	must("DELE", c.Dele(soon(t), "folder/to"))
	must("RMD", c.Rmd(soon(t), "folder"))
	if _, err := c.Retr(soon(t), "folder/to", 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("RETR of what is gone: %v; want fs.ErrNotExist", err)
	}
}
