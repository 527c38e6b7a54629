package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestFileSystem has fstest.TestFS judge the file system of each server, in clear and with TLS, links included, and serves it by package
// net/http.
func TestFileSystem(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		for _, mode := range []tlsx.Mode{peer.Plain, peer.Explicit} {
			if ok, _ := peer.Supports(name, mode); !ok {
				continue
			}
			t.Run(name+"/"+mode.String(), func(t *testing.T) {
				t.Parallel()
				fileSystem(t, name, mode)
			})
		}
	}
}

func fileSystem(t *testing.T, name string, mode tlsx.Mode) {
	s := peer.Start(t, name, peer.Options{TLS: mode, RequireReuse: mode != peer.Plain})
	big := bytes.Repeat([]byte("0123456789abcde\n"), 40<<10) // more than is fetched at once
	for name, data := range map[string][]byte{"t/a.txt": []byte("hello\n"), "t/empty": nil, "t/d/b c.html": []byte("<p>{{.}}</p>"), "t/d/e/big.bin": big} {
		s.WriteFile(t, name, data)
	}
	for link, target := range map[string]string{"file.lnk": "a.txt", "dir.lnk": "d"} {
		if err := os.Symlink(target, filepath.Join(s.Home, "t", link)); err != nil {
			t.Fatal(err)
		}
	}
	c := way{s: s, mode: mode, data: dataModes[0]}.client(t)
	files := c.FS(t.Context(), "t")
	if err := fstest.TestFS(files, "a.txt", "empty", "d/b c.html", "d/e/big.bin", "file.lnk", "dir.lnk"); err != nil {
		t.Error(err)
	}
	if got, err := fs.ReadFile(files, "dir.lnk/b c.html"); err != nil || string(got) != "<p>{{.}}</p>" {
		t.Errorf("through a link: %q, %v", got, err)
	}
	if info, err := fs.Stat(files, "file.lnk"); err != nil || info.Size() != 6 || !info.Mode().IsRegular() {
		t.Errorf("what a link leads to: %v, %v", info, err)
	}
	if info, err := fs.Stat(files, "dir.lnk"); err != nil || !info.IsDir() {
		t.Errorf("the directory that a link leads to: %v, %v", info, err)
	}
	if l, err := fs.Lstat(files, "file.lnk"); err != nil {
		t.Errorf("Lstat: %v", err)
	} else {
		t.Logf("a link is %v", l.Mode())
	}
	if got, err := readThrough(files, "file.lnk"); err != nil || got != "hello\n" {
		t.Errorf("the file that a link leads to: %q, %v", got, err)
	}
	for _, missing := range []string{"none", "none/none", "a.txt/none"} {
		_, err := fs.Stat(files, missing)
		if _, ok := errors.AsType[*fs.PathError](err); !ok || !errors.Is(err, fs.ErrNotExist) && missing != "a.txt/none" {
			t.Errorf("Stat of %q: %v", missing, err)
		}
	}
	if _, err := fs.ReadDir(files, "a.txt"); err == nil {
		t.Error("ReadDir of a file succeeds")
	}
	servedRange(t, files, big)
}

// readThrough reads an opened file to its end.
func readThrough(files fs.FS, name string) (string, error) {
	f, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err
}

// servedRange asks for a range of a file that http.FileServerFS serves.
func servedRange(t *testing.T, files fs.FS, big []byte) {
	t.Helper()
	web := httptest.NewServer(http.FileServerFS(files))
	defer web.Close()
	req, err := http.NewRequestWithContext(t.Context(), "GET", web.URL+"/d/e/big.bin", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Range", "bytes=400000-499999")
	r, err := web.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got, err := io.ReadAll(r.Body); r.StatusCode != 206 || err != nil || !bytes.Equal(got, big[400000:500000]) {
		t.Errorf("FileServerFS: %s, %d octets, %v", r.Status, len(got), err)
	}
}

// TestTransport has an http.Client fetch a file, a range and a listing, store a file and remove it, on each server.
func TestTransport(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			big := bytes.Repeat([]byte("0123456789abcde\n"), 40<<10)
			s.WriteFile(t, "w/big.bin", big)
			s.WriteFile(t, "w/x y&z.txt", []byte("x"))
			makeDir(t, s, "w/dir")
			p := way{s: s, data: dataModes[0]}.profile(t)
			ft := &ftpwire.Transport{Profile: p}
			defer ft.CloseIdleConnections()
			h := &http.Transport{}
			h.RegisterProtocol("ftp", ft)
			c := &http.Client{Transport: h}
			do := func(method, path, body string, header ...string) (*http.Response, []byte) {
				t.Helper()
				req, err := http.NewRequestWithContext(soon(t), method, p.URL("")+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				req.URL.User = nil // the Profile has it
				for i := 0; i < len(header); i += 2 {
					req.Header.Set(header[i], header[i+1])
				}
				r, err := c.Do(req)
				if err != nil {
					t.Fatalf("%s %s: %v\n%s", method, path, err, s.Log())
				}
				defer r.Body.Close()
				b, err := io.ReadAll(r.Body)
				if err != nil {
					t.Errorf("%s %s: %v", method, path, err)
				}
				return r, b
			}
			if r, b := do("GET", "w/big.bin", ""); r.StatusCode != 200 || !bytes.Equal(b, big) {
				t.Errorf("GET: %s, %d octets", r.Status, len(b))
			}
			for range 2 {
				if r, b := do("GET", "w/big.bin", "", "Range", "bytes=100000-100099"); r.StatusCode != 206 || !bytes.Equal(b, big[100000:100100]) {
					t.Errorf("a range: %s, %d octets", r.Status, len(b))
				}
			}
			r, b := do("GET", "w/", "", "Accept", "application/json")
			var l struct {
				Entries []struct{ Name, Type, URL string }
			}
			err := json.Unmarshal(b, &l)
			var names []string
			for _, e := range l.Entries {
				names = append(names, e.Name+" "+e.Type+" "+e.URL)
			}
			if diff := cmp.Diff([]string{"big.bin file /w/big.bin", "dir dir /w/dir/", "x y&z.txt file /w/x%20y&z.txt"}, names); diff != "" || err != nil || r.StatusCode != 200 {
				t.Errorf("a listing: %s, %v: %s", r.Status, err, diff)
			}
			if r, b := do("GET", "w", ""); r.StatusCode != 200 || !strings.Contains(string(b), `<a href="/w/x%20y&amp;z.txt">x y&amp;z.txt</a>`) {
				t.Errorf("a listing: %s, %s", r.Status, b)
			}
			if r, b := do("PUT", "w/new", "new"); r.StatusCode != 201 {
				t.Errorf("PUT: %s, %s", r.Status, b)
			}
			if r, b := do("PUT", "w/new", "newer"); r.StatusCode != 204 {
				t.Errorf("PUT again: %s, %s", r.Status, b)
			}
			if got, err := os.ReadFile(filepath.Join(s.Home, "w", "new")); err != nil || string(got) != "newer" {
				t.Errorf("stored: %q, %v", got, err)
			}
			if r, b := do("DELETE", "w/new", ""); r.StatusCode != 204 {
				t.Errorf("DELETE: %s, %s", r.Status, b)
			}
			for _, method := range []string{"GET", "DELETE"} {
				if r, _ := do(method, "w/new", ""); r.StatusCode != 404 {
					t.Errorf("%s of nothing: %s", method, r.Status)
				}
			}
		})
	}
}
