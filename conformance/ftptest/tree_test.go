package ftptest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inTrees runs a test on a tree in memory and on a directory.
func inTrees(t *testing.T, f func(t *testing.T, tr tree)) {
	t.Run("memory", func(t *testing.T) { f(t, newMemoryTree(time.Now)) })
	t.Run("directory", func(t *testing.T) {
		tr, err := openDirTree(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer tr.close()
		f(t, tr)
	})
}

func put(t *testing.T, tr tree, name string, how writeHow, offset int64, data string) error {
	t.Helper()
	w, err := tr.write(name, how, offset)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return nil
}

func wantContent(t *testing.T, tr tree, name, want string) {
	t.Helper()
	f, err := tr.open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || string(got) != want {
		t.Errorf("%s: %q, %v; want %q", name, got, err, want)
	}
}

func wantError(t *testing.T, why string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v; want %v", why, err, want)
	}
}

func TestTreeFiles(t *testing.T) {
	inTrees(t, func(t *testing.T, tr tree) {
		wantError(t, "new", put(t, tr, "/f", writeTruncate, 0, "0123456789"), nil)
		wantError(t, "append", put(t, tr, "/f", writeAppend, 0, "ab"), nil)
		wantContent(t, tr, "/f", "0123456789ab")
		wantError(t, "at", put(t, tr, "/f", writeAt, 4, "xy"), nil)
		wantContent(t, tr, "/f", "0123xy")
		wantError(t, "beyond", put(t, tr, "/f", writeAt, 7, ""), errOffset)
		wantError(t, "of none", put(t, tr, "/none", writeAt, 1, ""), errOffset)
		wantError(t, "exclusive", put(t, tr, "/f", writeNew, 0, ""), fs.ErrExist)
		wantError(t, "replace", put(t, tr, "/f", writeTruncate, 0, "z"), nil)
		wantContent(t, tr, "/f", "z")
		wantError(t, "root", put(t, tr, "/", writeTruncate, 0, ""), errIsDir)
		wantError(t, "below a file", put(t, tr, "/f/g", writeTruncate, 0, ""), errNotDir)
		wantError(t, "below nothing", put(t, tr, "/no/g", writeTruncate, 0, ""), fs.ErrNotExist)
		wantError(t, "mkdir", tr.mkdir("/d"), nil)
		wantError(t, "a directory", put(t, tr, "/d", writeTruncate, 0, ""), errIsDir)
		_, err := tr.open("/d")
		wantError(t, "open of a directory", err, errIsDir)
		at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
		wantError(t, "chtimes", tr.chtimes("/f", at), nil)
		wantError(t, "chmod", tr.chmod("/f", 0o600), nil)
		n, err := tr.stat("/f")
		if err != nil || n.name != "f" || n.size != 1 || !n.time.Equal(at) || n.mode != 0o600 || n.unique == "" {
			t.Errorf("stat: %+v, %v", n, err)
		}
	})
}

func TestTreeDirectories(t *testing.T) {
	inTrees(t, func(t *testing.T, tr tree) {
		wantError(t, "mkdirAll", mkdirAll(tr, "/a/b/c"), nil)
		wantError(t, "again", tr.mkdir("/a/b"), fs.ErrExist)
		wantError(t, "root", tr.mkdir("/"), fs.ErrExist)
		wantError(t, "file", put(t, tr, "/a/f", writeTruncate, 0, "data"), nil)
		nodes, err := tr.list("/a")
		var got []string
		for _, n := range nodes {
			got = append(got, n.name)
		}
		if diff := cmp.Diff([]string{"b", "f"}, got); diff != "" || err != nil {
			t.Errorf("list: %v, mismatch (-want +got):\n%s", err, diff)
		}
		if got := usage(tr, "/"); got != 4 {
			t.Errorf("usage: %d; want 4", got)
		}
		_, err = tr.list("/a/f")
		wantError(t, "list of a file", err, errNotDir)
		wantError(t, "rmdir of one in use", tr.rmdir("/a/b"), errNotEmpty)
		wantError(t, "rmdir of a file", tr.rmdir("/a/f"), errNotDir)
		wantError(t, "rmdir of the root", tr.rmdir("/"), fs.ErrPermission)
		wantError(t, "rmdir of none", tr.rmdir("/x"), fs.ErrNotExist)
		wantError(t, "remove of a directory", tr.remove("/a/b"), errIsDir)
		wantError(t, "remove of none", tr.remove("/x"), fs.ErrNotExist)
		wantError(t, "rename into itself", tr.rename("/a", "/a/b/x"), fs.ErrPermission)
		wantError(t, "rename of none", tr.rename("/x", "/y"), fs.ErrNotExist)
		wantError(t, "rename onto a directory", tr.rename("/a/f", "/a/b"), fs.ErrExist)
		wantError(t, "rename to nowhere", tr.rename("/a/f", "/x/f"), fs.ErrNotExist)
		wantError(t, "rename", tr.rename("/a/f", "/f"), nil)
		wantError(t, "rename of a directory", tr.rename("/a", "/z"), nil)
		wantContent(t, tr, "/f", "data")
		wantError(t, "rmdir", tr.rmdir("/z/b/c"), nil)
		wantError(t, "remove", tr.remove("/f"), nil)
	})
}

// TestTraversal checks that no name leads out of a served directory, with and
// without the help of symbolic links.
func TestTraversal(t *testing.T) {
	outside := t.TempDir()
	root := filepath.Join(outside, "root")
	secret := filepath.Join(outside, "secret.txt")
	for _, err := range []error{
		os.Mkdir(root, 0o700),
		os.WriteFile(secret, []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(root, "f"), []byte("inside"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	links := os.Symlink(outside, filepath.Join(root, "out")) == nil &&
		os.Symlink(secret, filepath.Join(root, "link")) == nil &&
		os.Symlink("f", filepath.Join(root, "within")) == nil
	s := NewServer(t, &Config{Root: root})
	c := login(t, s)
	c.do("TYPE I", 200)
	names := []string{"../secret.txt", "/../secret.txt", "a/../../secret.txt", "..%2fsecret.txt", "..\\secret.txt", secret, "/" + secret}
	if links {
		names = append(names, "link", "out/secret.txt")
		if got := c.down("RETR within"); got != "inside" {
			t.Errorf("a link inside: %q; want inside", got)
		}
	}
	for _, name := range names {
		for _, verb := range []string{"RETR", "SIZE", "MLST", "CWD", "DELE", "RNFR"} {
			c.do(verb+" "+name, 550)
		}
		c.do("EPSV", 229)
		c.do("STOR "+name+"/../../secret.txt/x", 553)
	}
	c.do("RNFR f", 350)
	c.write("RNTO ../moved\r\n")
	if code, _, err := c.reply(); err != nil || code != 250 {
		t.Errorf("RNTO ../moved: %d, %v; want 250, since .. of the root is the root", code, err)
	}
	if _, err := os.Stat(filepath.Join(root, "moved")); err != nil {
		t.Errorf("the file has left the root: %v", err)
	}
	if text := c.down("LIST"); strings.Contains(text, "link") || strings.Contains(text, "out") {
		t.Errorf("LIST: %q; want no links that lead out", text)
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "secret" {
		t.Errorf("the file outside: %q, %v", b, err)
	}
}

// TestDirectory transfers files of a directory on disk, which the kernel moves.
func TestDirectory(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			dir := t.TempDir()
			s := NewServer(t, &Config{Root: dir, TLS: m.tls})
			c := login(t, s)
			c.do("TYPE I", 200)
			data := strings.Repeat("0123456789abcdef", finePiece/16*2+1)
			c.up("STOR f", data)
			if got, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(got) != data {
				t.Errorf("stored %d bytes, %v; want %d", len(got), err, len(data))
			}
			c.do("REST 17", 350)
			if got := c.down("RETR f"); got != data[17:] {
				t.Errorf("RETR: %d bytes; want %d", len(got), len(data)-17)
			}
			d := s.DataConns()
			if len(d) != 2 || d[0].Received != int64(len(data)) || d[1].Sent != int64(len(data)-17) {
				t.Errorf("records %+v; want the bytes of both transfers", d)
			}
		})
	}
}

func TestQuota(t *testing.T) {
	s := NewServer(t, &Config{Users: []User{{Name: "u", Password: "p", Quota: 10, Home: "/h"}}})
	c := login(t, s)
	c.do("TYPE I", 200)
	c.up("STOR a", "123456")
	conn := c.passive()
	c.do("STOR b", 150)
	io.WriteString(conn, "123456")
	conn.Close()
	c.want("over the quota", 552)
	wantFile(t, s, "/h/b", "1234")
	c.do("DELE b", 250)
	c.up("STOR a", "1234567890") // what it replaces does not count
}
