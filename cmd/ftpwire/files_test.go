package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/tlsx"
)

var securities = []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit}

func TestFilesUnderEverySecurity(t *testing.T) {
	for _, mode := range securities {
		t.Run(mode.String(), func(t *testing.T) {
			f := serve(t, ftptest.Config{TLS: mode})
			dir := t.TempDir()
			local := filepath.Join(dir, "new.bin")
			data := strings.Repeat("line\r\n\x00", 20000)
			if err := os.WriteFile(local, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
			f.run(t, "put", local, "URL/sub/").want(t, exitGood)
			if got, err := f.ReadFile("/sub/new.bin"); err != nil || string(got) != data {
				t.Errorf("the server has %d bytes (%v), want %d", len(got), err, len(data))
			}
			back := filepath.Join(dir, "back.bin")
			f.run(t, "get", "URL/sub/new.bin", back).want(t, exitGood)
			if got, err := os.ReadFile(back); err != nil || string(got) != data {
				t.Errorf("%d bytes came back (%v), want %d", len(got), err, len(data))
			}
			if r := f.run(t, "cat", "URL/sub/new.bin"); r.out != data {
				t.Errorf("cat wrote %d bytes, want %d", len(r.out), len(data))
			}
			r := f.run(t, "ls", "URL/sub")
			r.want(t, exitGood)
			for _, name := range []string{"a b.txt", "inner.bin", "new.bin"} {
				if !strings.Contains(r.out, "  "+name+"\n") {
					t.Errorf("the listing lacks %q:\n%s", name, r.out)
				}
			}
		})
	}
}

// TestUnreadLine: a reply that can't be read is no line of a listing, but the end of it.
func TestUnreadLine(t *testing.T) {
	line := &parse.Error{What: "LIST line", Text: "what is this"}
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"a line", line, true},
		{"a line of a directory", fmt.Errorf("d: %w", line), true},
		{"the address of the data connection", &control.TransferError{Verb: "LIST", Err: &datachan.OpenError{Mode: "PASV", Err: &parse.Error{What: "227 reply"}}}, false},
		{"another error", errors.New("lost"), false},
	} {
		if _, got := unreadLine(tt.err); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestSchemeAndFlagAgree(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSImplicit})
	explicit := strings.Replace(f.url, "ftps://", "ftpes://", 1)
	f.run(t, "ls", "--tls", "implicit", explicit+"/").want(t, exitGood)
}

func TestDataModes(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	for mode, verb := range map[string]string{"passive": "EPSV", "epsv": "EPSV", "pasv": "PASV", "active": "EPRT", "eprt": "EPRT", "port": "PORT", "cpsv": "CPSV"} {
		t.Run(mode, func(t *testing.T) {
			r := f.run(t, "cat", "URL/hello.txt", "--data-mode", mode, "--log-sent")
			r.want(t, exitGood, "> "+verb)
			if r.out != "hello\n" {
				t.Errorf("cat wrote %q", r.out)
			}
		})
	}
	f.run(t, "cat", "URL/hello.txt", "--active", "--log").want(t, exitGood, "> EPRT")
}

func TestDataProtection(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		cfg     ftptest.Config
		code    int
		secured bool
		resumed bool
		err     string
	}{
		{name: "default", secured: true, resumed: true},
		{name: "in clear", args: []string{"--prot", "C"}},
		{name: "resumption off", args: []string{"--resume-tls", "off"}, secured: true},
		{name: "resumption required", args: []string{"--resume-tls", "required"}, secured: true, resumed: true},
		{name: "resumption required and not to be had", args: []string{"--resume-tls", "required"}, cfg: ftptest.Config{NoTickets: true}, code: exitConnect, err: "--tls-max 1.2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.TLS = ftptest.TLSExplicit
			f := serve(t, tt.cfg)
			r := f.run(t, append([]string{"cat", "URL/hello.txt"}, tt.args...)...)
			r.want(t, tt.code, tt.err)
			if tt.code != exitGood {
				return
			}
			conns := f.DataConns()
			if len(conns) != 1 || conns[0].Resumed != tt.resumed || (conns[0].Version != 0) != tt.secured {
				t.Errorf("data connections: %+v", conns)
			}
		})
	}
}

func TestTLSFlagsInClearWarn(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "ls", "--insecure", "URL/").want(t, exitGood, "warning: flags about TLS have no effect")
}

func TestGetNames(t *testing.T) {
	f := serve(t, ftptest.Config{})
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("into", 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		file string // where it is to be
	}{
		{"own name", []string{"URL/hello.txt"}, "hello.txt"},
		{"blank", []string{"URL/sub/a%20b.txt"}, "a b.txt"},
		{"given name", []string{"URL/hello.txt", "other.txt"}, "other.txt"},
		{"existing file", []string{"URL/sub/inner.bin", "other.txt"}, "other.txt"},
		{"directory", []string{"URL/hello.txt", "into"}, "into/hello.txt"},
		{"directory with slash", []string{"URL/hello.txt", "into/"}, "into/hello.txt"},
		{"absolute", []string{"URL//hello.txt", "abs.txt"}, "abs.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.run(t, append([]string{"get"}, tt.args...)...).want(t, exitGood)
			if _, err := os.Stat(tt.file); err != nil {
				t.Error(err)
			}
		})
	}
	r := f.run(t, "get", "URL/hello.txt", "-")
	r.want(t, exitGood)
	if r.out != "hello\n" {
		t.Errorf("get to - wrote %q", r.out)
	}
}

func TestGetThroughSymlinkAndIntoDevice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege there, and devices are no files")
	}
	f := serve(t, ftptest.Config{})
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	f.run(t, "get", "URL/hello.txt", link).want(t, exitGood)
	if got, err := os.ReadFile(target); err != nil || string(got) != "hello\n" {
		t.Errorf("the link's target holds %q (%v)", got, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	null := filepath.Join(dir, "null")
	if err := os.Symlink(os.DevNull, null); err != nil {
		t.Fatal(err)
	}
	f.run(t, "get", "URL/hello.txt", null).want(t, exitGood)
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Fatalf("the device is gone: %v, %v", info, err)
	}
}

func TestFailedGetLeavesNothing(t *testing.T) {
	tests := []struct {
		name  string
		fault ftptest.Fault
		path  string
		code  int
		want  string
	}{
		{"no such file", "", "nope.txt", exitNotFound, `RETR "nope.txt": 550`},
		{"a directory", "", "sub", exitNo, `RETR "sub": 550`},
		{"half the file", "data-truncated-226", "hello.txt", exitTemporary, "octets came"},
		{"reset", "data-reset", "hello.txt", exitTemporary, `RETR "hello.txt"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cfg ftptest.Config
			if tt.fault != "" {
				cfg.Faults = []ftptest.Fault{tt.fault}
			}
			f := serve(t, cfg)
			dir := t.TempDir()
			local := filepath.Join(dir, "file")
			f.run(t, "get", "URL/"+tt.path, local).want(t, tt.code, tt.want)
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestPutNames(t *testing.T) {
	f := serve(t, ftptest.Config{})
	local := filepath.Join(t.TempDir(), "up load.txt")
	if err := os.WriteFile(local, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, local, url, want string }{
		{"login directory", local, "URL", "/up load.txt"},
		{"directory with slash", local, "URL/sub/", "/sub/up load.txt"},
		{"directory without slash", local, "URL/sub", "/sub/up load.txt"},
		{"new name", local, "URL/new%20name", "/new name"},
		{"existing file", local, "URL/hello.txt", "/hello.txt"},
		{"standard input", "-", "URL/stdin.txt", "/stdin.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.runIn(t, setting{env: f.env, stdin: strings.NewReader("text")}, "put", tt.local, tt.url).want(t, exitGood)
			if got, err := f.ReadFile(tt.want); err != nil || string(got) != "text" {
				t.Errorf("%s holds %q (%v)", tt.want, got, err)
			}
		})
	}
	f.run(t, "put", "-", "URL/sub").want(t, exitUsage, "standard input has no name")
	f.run(t, "put", local, "URL/none/x").want(t, exitNotFound, `STOR "none/x": 55`)
}

func TestASCII(t *testing.T) {
	f := serve(t, ftptest.Config{})
	if err := f.WriteFile("/text", []byte("a\nb\n")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--ascii", "URL/text"}, {"URL/text;type=a"}} {
		r := f.run(t, append([]string{"cat", "--log-sent"}, args...)...)
		r.want(t, exitGood, "> TYPE A")
		if r.out != "a\nb\n" {
			t.Errorf("cat %v wrote %q", args, r.out)
		}
	}
}

// TestTypeD: a URL with ;type=d is that of a directory. cat writes its names, and no
// command takes it for a file.
func TestTypeD(t *testing.T) {
	f := serve(t, ftptest.Config{})
	for _, name := range []string{"/names/b", "/names/a c"} {
		if err := f.WriteFile(name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, url := range []string{"URL/names;type=d", "URL/names/;type=D"} {
		if r := f.run(t, "cat", url); r.code != 0 || r.out != "a c\nb\n" && r.out != "b\na c\n" {
			t.Errorf("cat %s: exit %d, %q, %s", url, r.code, r.out, r.err)
		}
	}
	f.run(t, "cat", "URL/none;type=d").want(t, exitNotFound, "none")
	f.run(t, "get", "URL/names;type=d", t.TempDir()).want(t, exitUsage, "names a directory")
	f.run(t, "put", filepath.Join(t.TempDir(), "none"), "URL/names;type=d").want(t, exitUsage, ";type=d")
	f.run(t, "ls", "URL/names;type=d").want(t, exitGood, "")
}

func TestChange(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	steps := []struct {
		args  string
		code  int
		err   string
		there string
		gone  string
	}{
		{"mkdir URL/d URL/d/e/", exitGood, "", "/d/e", ""},
		{"mkdir URL/d URL/f", exitNo, `MKD "d": 550`, "/f", ""},
		{"mv URL/hello.txt d/moved", exitGood, "", "/d/moved", "/hello.txt"},
		{"mv URL/d/moved /d/e/", exitGood, "", "/d/e/moved", "/d/moved"},
		{"mv URL/none x", exitNotFound, `RNFR "none": 550`, "", "/x"},
		{"rmdir URL/d", exitNo, `RMD "d": 550`, "/d", ""},
		{"rm URL/none URL/d/e/moved", exitNotFound, `DELE "none": 550`, "", "/d/e/moved"},
		{"rmdir URL/d/e/ URL/d URL/f", exitGood, "", "", "/d"},
	}
	for _, s := range steps {
		t.Run(s.args, func(t *testing.T) {
			f.run(t, strings.Fields(s.args)...).want(t, s.code, s.err)
			if s.there != "" && !f.Exists(s.there) {
				t.Errorf("%s is not there", s.there)
			}
			if s.gone != "" && f.Exists(s.gone) {
				t.Errorf("%s is there", s.gone)
			}
		})
	}
}

func TestSeveralURLsShareASession(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "rm", "URL/hello.txt", "URL/sub/inner.bin").want(t, exitGood)
	var logins int
	for _, c := range f.Commands() {
		if strings.HasPrefix(c, "USER ") {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("%d logins, want 1", logins)
	}
}

func TestListings(t *testing.T) {
	f := serve(t, ftptest.Config{})
	if err := f.WriteFile("/odd/esc\x1b[2J", nil); err != nil {
		t.Fatal(err)
	}
	t.Run("control characters", func(t *testing.T) {
		r := f.run(t, "ls", "URL/odd")
		r.want(t, exitGood)
		if strings.Contains(r.out, "\x1b") || !strings.Contains(r.out, `"esc\x1b[2J"`) {
			t.Errorf("ls wrote %q", r.out)
		}
	})
	t.Run("JSON", func(t *testing.T) {
		r := f.run(t, "ls", "--format", "json", "URL/sub")
		r.want(t, exitGood)
		if strings.Count(r.out, "\n") != 2 || !strings.Contains(r.out, `{"name":"inner.bin","type":"file","size":4,"time":"`) {
			t.Errorf("ls wrote %s", r.out)
		}
	})
	t.Run("a file", func(t *testing.T) {
		r := f.run(t, "ls", "URL/hello.txt")
		r.want(t, exitGood)
		if !strings.Contains(r.out, "hello.txt") || strings.Count(r.out, "\n") != 1 {
			t.Errorf("ls wrote %q", r.out)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		f.run(t, "ls", "URL/none").want(t, exitNotFound, "none: ", "550", "hint: Probably there is no such file")
	})
	t.Run("stat", func(t *testing.T) {
		r := f.run(t, "stat", "URL/hello.txt")
		r.want(t, exitGood)
		if !strings.Contains(r.out, "size    6\n") {
			t.Errorf("stat wrote %q", r.out)
		}
	})
	t.Run("stat as JSON", func(t *testing.T) {
		r := f.run(t, "stat", "--format", "json", "URL/sub")
		r.want(t, exitGood)
		if !strings.Contains(r.out, `"type":"dir"`) {
			t.Errorf("stat wrote %q", r.out)
		}
	})
	t.Run("stat of the login directory", func(t *testing.T) { f.run(t, "stat", "URL").want(t, exitGood) })
	t.Run("stat of nothing", func(t *testing.T) { f.run(t, "stat", "URL/none").want(t, exitNotFound, `MLST "none": 550`) })
}

// A canceller cancels when a text is written to it.
type canceller struct {
	text   string
	cancel context.CancelFunc
}

func (c canceller) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

func TestInterrupt(t *testing.T) {
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"reply-never"}}) // to RETR
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := setting{ctx: ctx, env: f.env, stderr: canceller{"> RETR", cancel}}
	f.runIn(t, s, "get", "--log", "URL/hello.txt", filepath.Join(dir, "hello.txt")).want(t, exitInterrupted, "ftpwire: get: interrupted\n")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Standard input that never says anything must not hold an interrupted upload.
func TestInterruptWhileNobodyTypes(t *testing.T) {
	f := serve(t, ftptest.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdin := silent{make(chan struct{})}
	defer close(stdin.end)
	s := setting{ctx: ctx, env: f.env, stdin: stdin, stderr: canceller{"> STOR", cancel}}
	f.runIn(t, s, "put", "--log", "-", "URL/typed").want(t, exitInterrupted, "ftpwire: put: interrupted\n")
}

// An upload from standard input ends with the server, though nobody types. It can't be
// repeated, so that no advice says to.
func TestServerGoneWhileNobodyTypes(t *testing.T) {
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"421-in-transfer"}})
	stdin := silent{make(chan struct{})}
	defer close(stdin.end)
	s := setting{env: f.env, stdin: io.MultiReader(strings.NewReader(strings.Repeat("a", 100_000)), stdin)}
	r := f.runIn(t, s, "put", "-", "URL/typed")
	r.want(t, exitTemporary, `STOR "typed" failed`)
	if strings.Contains(r.err, "--retry") || strings.Contains(r.err, "--resume") {
		t.Errorf("advice on what can't be done: %s", r.err)
	}
}

type silent struct{ end chan struct{} }

func (s silent) Read([]byte) (int, error) {
	<-s.end
	return 0, os.ErrClosed
}

func TestOutputErrors(t *testing.T) {
	f := serve(t, ftptest.Config{})
	var stderr buffer
	code := run(t.Context(), []string{"cat", f.url + "/hello.txt"}, strings.NewReader(""), broken{}, &stderr, func(name string) (string, bool) {
		v, ok := f.env[name]
		return v, ok
	})
	if diff := cmp.Diff(exitNo, code); diff != "" {
		t.Errorf("exit code mismatch (-want +got):\n%s%s", diff, stderr.String())
	}
}

// A broken is a standard output that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }
