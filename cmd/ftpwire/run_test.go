package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A result is what a run left behind.
type result struct {
	code     int
	out, err string
}

// A setting is the surroundings of a run. The zero setting has an empty standard
// input and an empty environment.
type setting struct {
	ctx    context.Context
	stdin  io.Reader
	stderr io.Writer // besides the result
	env    map[string]string

	keyring keyringStore // if nil, there is none

	terminal bool // a person sits there, whose answers are the standard input
}

// runIn runs a command line.
func runIn(t *testing.T, s setting, args ...string) result {
	t.Helper()
	ctx := s.ctx
	if ctx == nil {
		ctx = t.Context()
	}
	stdin := s.stdin
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	var stdout, stderr buffer
	var w io.Writer = &stderr
	if s.stderr != nil {
		w = io.MultiWriter(&stderr, s.stderr)
	}
	a := newApp(ctx, stdin, &stdout, w, func(name string) (string, bool) {
		v, ok := s.env[name]
		return v, ok
	})
	a.terminal = func() bool { return s.terminal }
	if s.terminal {
		a.readSecret = func(ctx context.Context, question string) (string, error) {
			io.WriteString(w, question)
			secret, ok := readLine(ctx, stdin)
			if !ok {
				return "", cmp.Or(ctx.Err(), io.EOF)
			}
			return secret, nil
		}
	}
	if a.keyring = s.keyring; a.keyring == nil {
		a.keyring = noKeyring{}
	}
	return result{a.run(args), stdout.String(), stderr.String()}
}

// noKeyring is what a system without a desktop has.
type noKeyring struct{}

var errNoKeyring = errors.New("nobody serves org.freedesktop.secrets")

func (noKeyring) Get(string, string) (string, error) { return "", errNoKeyring }
func (noKeyring) Set(string, string, string) error   { return errNoKeyring }
func (noKeyring) Delete(string, string) error        { return errNoKeyring }

// A buffer may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// want fails unless the run ended with code and its standard error holds all of parts.
func (r result) want(t *testing.T, code int, parts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, p := range parts {
		if !strings.Contains(r.err, p) {
			t.Errorf("standard error lacks %q", p)
		}
	}
	if t.Failed() {
		t.Logf("standard output:\n%s\nstandard error:\n%s", r.out, r.err)
	}
}

const (
	testUser     = "alice"
	testPassword = "correct-horse-battery"
)

// A fixture is a server with a few files and how to reach it.
type fixture struct {
	*ftptest.Server
	url string // ends without a slash
	ca  string
	env map[string]string
}

// serve starts a server. Its password is in the fixture's environment.
func serve(t *testing.T, cfg ftptest.Config) *fixture {
	t.Helper()
	cfg.Users = []ftptest.User{{Name: testUser, Password: testPassword}}
	s := ftptest.NewServer(t, &cfg)
	for name, data := range map[string]string{"/hello.txt": "hello\n", "/sub/inner.bin": "\x00\xff\r\n", "/sub/a b.txt": "blank"} {
		if err := s.WriteFile(name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	scheme := map[tlsx.Mode]string{ftptest.TLSNone: "ftp", ftptest.TLSExplicit: "ftpes", ftptest.TLSImplicit: "ftps"}[cfg.TLS]
	f := &fixture{Server: s, url: scheme + "://" + testUser + "@" + s.Addr(), env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}
	if pem := s.CAPEM(); pem != nil {
		f.ca = filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(f.ca, pem, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// run runs a command line with the fixture's password and CA. "URL" in an argument
// stands for the server's.
func (f *fixture) run(t *testing.T, args ...string) result {
	t.Helper()
	return f.runIn(t, setting{env: f.env}, args...)
}

func (f *fixture) runIn(t *testing.T, s setting, args ...string) result {
	t.Helper()
	var full []string
	for _, a := range args {
		full = append(full, strings.ReplaceAll(a, "URL", f.url))
	}
	if f.ca != "" {
		full = append(full, "--ca", f.ca)
	}
	return runIn(t, s, full...)
}

// deadAddr returns an address where nothing listens.
func deadAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	// The port of an open connection's caller: nobody listens there, and nobody else gets it.
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}
