package interop

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// blankDirs are directories with blanks in their names, and what is in them.
var blankDirs = map[string][]string{
	"my dir":      {"inside"},
	"trail ":      {"last"},
	" lead":       {"first"},
	"two  blanks": {"more"},
	"a\tb":        {"tab"},
	"bare dir":    nil,
	"my dir/a b":  {"deep"},
	"pair":        {" one", "t wo", "zwei  "},
}

// blankDecoys are what a server lists that takes a blank for the end of a name.
var blankDecoys = map[string][]string{"my": {"decoy"}, "trail": {"decoy"}, "lead": {"decoy"}, "two": {"decoy"}, "blanks": {"decoy"}, "a": {"decoy"}, "bare": nil, "dir": nil, "b": {"decoy"}}

// startBlanks starts a server that has the directories with blanks, and the decoys.
func startBlanks(t *testing.T, name string) *peer.Server {
	t.Helper()
	s := peer.Start(t, name, peer.Options{})
	for _, dirs := range []map[string][]string{blankDirs, blankDecoys} {
		for dir, files := range dirs {
			makeDir(t, s, dir)
			for _, f := range files {
				s.WriteFile(t, dir+"/"+f, []byte(f))
			}
		}
	}
	s.WriteFile(t, "a file", []byte(oldContent))
	return s
}

// TestBlanks has names with blanks: on inetutils-ftpd and Pure-FTPd, whose LIST takes its
// argument for several, and on those that take it as it is.
func TestBlanks(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startBlanks(t, name)
			for _, data := range []datachan.Mode{datachan.ModeEPSV, datachan.ModeEPRT} {
				w := way{s: s, data: data}
				t.Run("directory/"+data.String(), func(t *testing.T) { directoryWithBlanks(t, w) })
				t.Run("file/"+data.String(), func(t *testing.T) { fileWithBlanks(t, w) })
			}
			t.Run("missing", func(t *testing.T) { missingWithBlanks(t, way{s: s}) })
		})
	}
}

// directoryWithBlanks lists directories with blanks in their names by each command and by a
// client, by relative and absolute names.
func directoryWithBlanks(t *testing.T, w way) {
	c, client := w.conn(t), w.client(t)
	verbs := listings(t, c)
	for dir, files := range blankDirs {
		switch {
		case dir == "my dir":
			files = []string{"a b", "inside"}
		case strings.Contains(dir, "\t") && w.s.Name == "pure-ftpd":
			continue // Pure-FTPd takes control characters in a command for "_"
		}
		for _, name := range []string{dir, path.Join(w.s.HomePath, dir)} {
			for _, verb := range verbs {
				names, err := listedNames(soon(t), c, verb, name)
				for i, n := range names {
					names[i] = path.Base(n) // NLST may give pathnames
				}
				if slices.Sort(names); err != nil || !slices.Equal(names, files) {
					t.Errorf("%s %q: %q, %v; want %q", verb, name, names, err, files)
				}
			}
			if names, err := entryNames(t, client, name); err != nil || !slices.Equal(names, files) {
				t.Errorf("Entries %q: %q, %v; want %q", name, names, err, files)
			}
		}
	}
	wantHome(t, c, w.s)
}

// missingWithBlanks lists names with blanks that do not exist, though what is before or
// after the blank does.
func missingWithBlanks(t *testing.T, w way) {
	c, client := w.conn(t), w.client(t)
	missing := []string{
		"no such", "my ", "my nosuch", "bare dir ",
		"nosuch my", " my", "my  dir", "my dir ", "bare ", " bare", "bare b", "my dir/no such", path.Join(w.s.HomePath, "my nosuch"),
	}
	if w.s.Name == "pure-ftpd" {
		missing = missing[:4] // it answers each CWD that fails 0.1 s later than the one before
	}
	for _, dir := range missing {
		for _, verb := range listings(t, c) {
			if names, err := listedNames(soon(t), c, verb, dir); !isMissingOrOther(err) || names != nil {
				t.Errorf("%s %q: %q, %v; want no name, and an error that it does not exist", verb, dir, names, err)
			}
			if err := c.Noop(soon(t)); err != nil {
				t.Fatalf("NOOP after %s %q: %v", verb, dir, err)
			}
		}
		if names, err := entryNames(t, client, dir); !isMissingOrOther(err) || names != nil {
			t.Errorf("Entries %q: %q, %v; want no name, and an error that it does not exist", dir, names, err)
		}
	}
	wantHome(t, c, w.s)
}

// isMissingOrOther reports whether an error of a listing says that there is no such
// directory, or that the server has listed another one.
func isMissingOrOther(err error) bool {
	_, other := errors.AsType[*control.OtherListingError](err)
	return other || errors.Is(err, fs.ErrNotExist)
}

// fileWithBlanks does all that can be done with a file whose name has a blank.
func fileWithBlanks(t *testing.T, w way) {
	c := w.client(t)
	conn := c.Conn()
	names, suffix := []string{"new file", "my dir/new  file", " new", "new "}, " moved "
	if w.s.Name == "pure-ftpd" { // it puts "_" in place of the first and the last blank of a new name
		names, suffix = names[:2], " moved"
		otherNames(t, c)
	}
	for _, name := range names {
		if r, err := c.Put(soon(t), name, strings.NewReader(newContent), nil); int(r.Bytes) != len(newContent) || err != nil {
			t.Fatalf("Put %q: %d, %v\n%s", name, r.Bytes, err, w.s.Log())
		}
		wantContent(t, filepath.Join(w.s.Home, name), newContent)
		var got strings.Builder
		if _, err := c.Get(soon(t), name, &got, nil); err != nil || got.String() != newContent {
			t.Errorf("Get %q: %q, %v; want %q", name, &got, err, newContent)
		}
		if e, err := c.Stat(soon(t), name); err != nil || e.Size != int64(len(newContent)) {
			t.Errorf("Stat %q: %d octets, %v; want %d", name, e.Size, err, len(newContent))
		}
		moved := name + suffix
		if err := conn.Rename(soon(t), name, moved); err != nil {
			t.Fatalf("rename %q: %v", name, err)
		}
		wantContent(t, filepath.Join(w.s.Home, moved), newContent)
		if err := conn.Dele(soon(t), moved); err != nil {
			t.Errorf("DELE %q: %v", moved, err)
		}
		if _, err := os.Stat(filepath.Join(w.s.Home, moved)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is there after DELE: %v", moved, err)
		}
	}
	for _, verb := range []protocol.Verb{"LIST", "NLST"} {
		names, err := listedNames(soon(t), conn, verb, "a file")
		t.Logf("%s of a file: %q, %v", verb, names, err)
		if err == nil && !slices.Equal(names, []string{"a file"}) {
			t.Errorf("%s of a file: %q and no error; want an error, or its name", verb, names)
		}
	}
}

// otherNames stores under names that the server changes, which must not pass for done.
func otherNames(t *testing.T, c *ftpwire.Client) {
	local := filepath.Join(t.TempDir(), "up")
	if err := os.WriteFile(local, []byte(newContent), 0o600); err != nil {
		t.Fatal(err)
	}
	isOther := func(err error) bool {
		_, ok := errors.AsType[*ftpwire.OtherNameError](err)
		return ok
	}
	for _, name := range []string{" up", "up ", "u\tp"} {
		if _, err := c.Put(soon(t), name, strings.NewReader(newContent), nil); !isOther(err) {
			t.Errorf("Put %q: %v; want an OtherNameError", name, err)
		}
		for _, temp := range []bool{false, true} {
			if r, err := c.Upload(soon(t), local, name, &ftpwire.TransferOptions{TempUpload: temp}); !isOther(err) || r.Partial != "" {
				t.Errorf("Upload %q, temporary name %v: %v, %q left; want an OtherNameError, and nothing", name, temp, err, r.Partial)
			}
		}
		dir := " d" + rand.Text()
		if err := c.Mkdir(soon(t), dir); !isOther(err) {
			t.Errorf("Mkdir %q: %v; want an OtherNameError", dir, err)
		}
	}
}

// entryNames lists a directory by a client.
func entryNames(t *testing.T, c *ftpwire.Client, dir string) (names []string, err error) {
	t.Helper()
	for e, lineErr := range c.Entries(soon(t), dir) {
		if err = errors.Join(err, lineErr); lineErr == nil {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	return names, err
}

func wantContent(t *testing.T, file, want string) {
	t.Helper()
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s has %q, %v; want %q", file, got, err, want)
	}
}

// wantHome checks that the working directory is still the one of the login.
func wantHome(t *testing.T, c *control.Conn, s *peer.Server) {
	t.Helper()
	if dir, err := c.Pwd(soon(t)); err != nil || dir != s.HomePath {
		t.Errorf("PWD afterwards: %q, %v; want %q", dir, err, s.HomePath)
	}
}
