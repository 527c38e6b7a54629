package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// What users do with a file system: a walk that reads, templates, a walk that opens while files are open.
func TestFSUses(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{nil, {"mlst-unknown"}} {
		synctest.Test(t, func(t *testing.T) {
			s, c, _ := fsClient(t, faults...)
			defer s.Close()
			defer c.Conn().Close()
			files := c.FS(t.Context(), "/d")
			var walked []string
			var open []fs.File
			err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
				walked = append(walked, name)
				if err != nil || d.IsDir() {
					return err
				}
				f, err := files.Open(name)
				if err != nil {
					return err
				}
				open = append(open, f)
				_, err = f.Read(make([]byte, 1))
				return err
			})
			if diff := cmp.Diff([]string{".", "a name.html", "b.txt", "e", "e/c.txt", "e/f", "e/f/g.txt", "wide.bin"}, walked); diff != "" || err != nil {
				t.Errorf("%v: %s", err, diff)
			}
			for i, want := range []string{"<p>{{.}}</p>", "b", "cc", "ggg"} {
				if got, err := io.ReadAll(open[i]); err != nil || string(got) != want[1:] {
					t.Errorf("%q, %v", got, err)
				}
			}
			for _, f := range open {
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
			local := t.TempDir()
			if err := os.CopyFS(local, files); err != nil {
				t.Errorf("CopyFS: %v", err)
			}
			if got, err := os.ReadFile(filepath.Join(local, "wide.bin")); err != nil || !bytes.Equal(got, payload[:200<<10]) {
				t.Errorf("CopyFS: %d octets, %v", len(got), err)
			}
			var b strings.Builder
			if err := template.Must(template.ParseFS(files, "*.html")).Execute(&b, "x"); err != nil || b.String() != "<p>x</p>" {
				t.Errorf("%q, %v", b.String(), err)
			}
			sub, err := fs.Sub(files, "e/f")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := fs.ReadFile(sub, "g.txt"); err != nil || string(got) != "ggg" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// http.FileServerFS serves files, ranges of them and directories.
func TestFSServed(t *testing.T) {
	s, c := connect(t, ftptest.Config{}, nil)
	write(t, s, "/big", payload)
	write(t, s, "/d/a.txt", []byte("hello\n"))
	web := httptest.NewServer(http.FileServerFS(c.FS(t.Context(), "")))
	defer web.Close()
	for _, tt := range []struct {
		path, header string
		status       int
		want         string
	}{
		{"big", "", 200, string(payload)},
		{"big", "bytes=300000-300009", 206, string(payload[300000:300010])},
		{"big", "bytes=-5", 206, string(payload[len(payload)-5:])},
		{"d/a.txt", "", 200, "hello\n"},
		{"d/", "", 200, "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n<a href=\"a.txt\">a.txt</a>\n</pre>\n"},
		{"none", "", 404, "404 page not found\n"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", web.URL+"/"+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.header != "" {
			req.Header.Set("Range", tt.header)
		}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r.Body)
		if r.Body.Close(); r.StatusCode != tt.status || string(got) != tt.want || err != nil {
			t.Errorf("%s %s: %s, %d octets, %v", tt.path, tt.header, r.Status, len(got), err)
		}
	}
}

// The errors are those of package fs, with the name in the file system.
func TestFSErrors(t *testing.T) {
	calls := map[string]func(fs.FS, string) error{
		"open":     func(f fs.FS, name string) error { _, err := f.Open(name); return err },
		"stat":     func(f fs.FS, name string) error { _, err := fs.Stat(f, name); return err },
		"readfile": func(f fs.FS, name string) error { _, err := fs.ReadFile(f, name); return err },
		"readdir":  func(f fs.FS, name string) error { _, err := fs.ReadDir(f, name); return err },
		"lstat":    func(f fs.FS, name string) error { _, err := fs.Lstat(f, name); return err },
		"readlink": func(f fs.FS, name string) error { _, err := fs.ReadLink(f, name); return err },
		"sub":      func(f fs.FS, name string) error { _, err := fs.Sub(f, name); return err },
	}
	for _, faults := range [][]ftptest.Fault{nil, {"mlst-unknown"}} {
		synctest.Test(t, func(t *testing.T) {
			s, c, _ := fsClient(t, faults...)
			defer s.Close()
			defer c.Conn().Close()
			for op, call := range calls {
				for _, tt := range []struct {
					name string
					want error
				}{
					{"none", fs.ErrNotExist}, {"d/none", fs.ErrNotExist},
					{"/d", fs.ErrInvalid}, {"d/", fs.ErrInvalid}, {"d/../a.txt", fs.ErrInvalid}, {"", fs.ErrInvalid},
					{`d\b.txt`, fs.ErrInvalid}, {"d/x\r\nDELE a.txt", fs.ErrInvalid}, {"\xff", fs.ErrInvalid},
				} {
					err := call(c.FS(t.Context(), "/"), tt.name)
					if op == "sub" && tt.want == fs.ErrNotExist {
						continue // as with package os, what is not there shows later
					}
					pe, ok := errors.AsType[*fs.PathError](err)
					if !ok || !errors.Is(err, tt.want) || pe.Path != tt.name || pe.Op != op {
						t.Errorf("%v: %s of %q: %#v", faults, op, tt.name, err)
					}
				}
			}
			if _, err := fs.ReadDir(c.FS(t.Context(), "/"), "a.txt"); err == nil {
				t.Error("ReadDir of a file succeeds")
			}
			if _, err := c.FS(t.Context(), "/a.txt").Open("."); !errors.Is(err, syscall.ENOTDIR) {
				t.Errorf("a file as the tree: %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := fs.ReadFile(c.FS(ctx, "/"), "a.txt"); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			f, err := c.FS(t.Context(), "/").Open("d/wide.bin")
			if err != nil {
				t.Fatal(err)
			}
			c.Conn().Close()
			c.Close(t.Context())
			if _, err := f.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) || !isType[*fs.PathError](err) {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}

// Names that are none of package fs are told beside the others.
func TestFSNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) { rewriteData(p, "a.txt", "../xx") })
		defer s.Close()
		defer c.Conn().Close()
		for _, name := range []string{"~user", `back\slash`, "\xff", "-rf", "a b"} {
			write(t, s, "/"+name, []byte(name))
		}
		files := c.FS(t.Context(), "")
		entries, err := fs.ReadDir(files, ".")
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if diff := cmp.Diff([]string{"-rf", "a b", "d", "~user"}, names); diff != "" {
			t.Error(diff)
		}
		for _, name := range []string{`"../xx"`, `"back\\slash"`, `"\xff"`} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s is not told: %v", name, err)
			}
		}
		for _, name := range []string{"-rf", "a b", "~user"} {
			if got, err := fs.ReadFile(files, name); err != nil || string(got) != name {
				t.Errorf("%q: %q, %v", name, got, err)
			}
		}
		walked := 0
		if err := fs.WalkDir(files, ".", func(_ string, _ fs.DirEntry, err error) error { walked++; return err }); err == nil || walked == 0 {
			t.Errorf("a walk that missed something: %d, %v", walked, err)
		}
	})
}

// With a code page, names are text here.
func TestFSCodePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) { p.CodePage = "windows-1252" })
		defer s.Close()
		defer c.Conn().Close()
		write(t, s, "/grüße/fé", []byte("x")) // travels in ISO 8859-1, as the client sends OPTS UTF8 OFF
		files := c.FS(t.Context(), "")
		names, err := fs.Glob(files, "gr*/*")
		if diff := cmp.Diff([]string{"grüße/fé"}, names); diff != "" || err != nil {
			t.Errorf("%v: %s", err, diff)
		}
		if got, err := fs.ReadFile(files, "grüße/fé"); err != nil || string(got) != "x" {
			t.Errorf("%q, %v", got, err)
		}
		if info, err := fs.Stat(files, "grüße/fé"); err != nil || info.Name() != "fé" || info.Size() != 1 {
			t.Errorf("%v, %v", info, err)
		}
	})
}

// Links are shown as such, and followed.
func TestFSLinks(t *testing.T) {
	root := t.TempDir()
	for name, target := range map[string]string{"file": "a", "dir": "d", "gone": "none"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skipf("this system does not let the test make symbolic links: %v", err)
		}
	}
	if err := errors.Join(os.WriteFile(filepath.Join(root, "a"), []byte("hello"), 0o644), os.Mkdir(filepath.Join(root, "d"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, faults := range [][]ftptest.Fault{nil, {"mlst-unknown"}} {
		_, c := connect(t, ftptest.Config{Root: root, Faults: faults}, nil)
		files := c.FS(t.Context(), "")
		entries, err := fs.ReadDir(files, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			l, err := fs.Lstat(files, e.Name())
			if err != nil || l.Mode() != must(e.Info()).Mode() {
				t.Errorf("%s: %v, %v", e.Name(), l, err)
			}
			if _, ok := l.Sys().(listing.Entry); !ok {
				t.Errorf("Sys is a %T", l.Sys())
			}
		}
		if info, err := fs.Stat(files, "file"); err != nil || !info.Mode().IsRegular() || info.Size() != 5 {
			t.Errorf("%v, %v", info, err)
		}
		if info, err := fs.Stat(files, "dir"); err != nil || !info.IsDir() {
			t.Errorf("%v, %v", info, err)
		}
		if to, err := fs.ReadLink(files, "file"); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) || err == nil && to != "a" {
			t.Errorf("%q, %v", to, err)
		}
		if _, err := fs.Stat(files, "gone"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a link to nothing: %v", err)
		}
	}
}
