package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A serving is a "ftpwire serve" in the background.
type serving struct {
	stdout, stderr *announced
	cancel         context.CancelFunc
	code           chan int
}

// An announced is a buffer that tells when a text has come.
type announced struct {
	buffer
	text string
	once chan struct{}
}

func (a *announced) Write(p []byte) (int, error) {
	n, err := a.buffer.Write(p)
	if strings.Contains(string(p), a.text) {
		close(a.once)
	}
	return n, err
}

// startServe runs "ftpwire serve" until the test, or stop, ends it.
func startServe(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &serving{
		stdout: &announced{text: "Ctrl-C", once: make(chan struct{})}, stderr: &announced{text: "stopped", once: make(chan struct{})},
		cancel: cancel, code: make(chan int, 1),
	}
	full := append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)
	go func() {
		s.code <- run(ctx, full, strings.NewReader(""), s.stdout, s.stderr, func(string) (string, bool) { return "", false })
	}()
	select {
	case <-s.stdout.once:
	case code := <-s.code:
		t.Fatalf("exit code %d:\n%s", code, s.stderr.String())
	}
	return s
}

// stop ends the server as a signal does.
func (s *serving) stop(t *testing.T) {
	t.Helper()
	s.cancel()
	if code := <-s.code; code != exitGood {
		t.Errorf("exit code %d, want %d\n%s", code, exitGood, s.stderr.String())
	}
}

var tryWords = regexp.MustCompile(`(?m)^try: (?:FTPWIRE_PASSWORD=(\S+) )?ftpwire (.*)$`)

// The line that serve prints must work as it stands.
func TestServeTryLine(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "served.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"defaults":  {root},
		"implicit":  {"--tls", "implicit", root},
		"clear":     {"--tls", "none", root},
		"anonymous": {"--tls", "none", "--anonymous", root},
		"strict":    {"--require-tls", root},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServe(t, args...)
			m := tryWords.FindStringSubmatch(s.stdout.String())
			if m == nil {
				t.Fatalf("no line to try:\n%s", s.stdout.String())
			}
			env := map[string]string{}
			if m[1] != "" {
				env["FTPWIRE_PASSWORD"] = m[1]
			}
			words := strings.Fields(strings.ReplaceAll(m[2], "'", ""))
			r := runIn(t, setting{env: env}, words...)
			r.want(t, exitGood)
			if !strings.Contains(r.out, "served.txt") {
				t.Errorf("the listing: %q", r.out)
			}
			s.stop(t)
			log := s.stderr.String()
			if m[1] != "" && strings.Contains(log, m[1]) {
				t.Errorf("the password stands in the log:\n%s", log)
			}
			if !strings.Contains(log, "line=\"USER ") || !strings.Contains(log, "ftpwire: serve: stopped\n") {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

func TestServeFlags(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	s := startServe(t, "--user", "alice:"+testPassword, "--user", "bob:", "--ca-out", ca, "--read-only", "--fault", "bare-lf-replies")
	addr := regexp.MustCompile(`listening on (\S+),`).FindStringSubmatch(s.stdout.String())[1]
	env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
	url := "ftpes://alice@" + addr
	runIn(t, setting{env: env}, "ls", "--ca", ca, url+"/").want(t, exitGood)
	runIn(t, setting{env: env}, "mkdir", "--ca", ca, url+"/d").want(t, exitNotAllowed, `MKD "d": 55`)
	if r := runIn(t, setting{env: env}, "quote", "--format", "json", "--ca", ca, url+"/", "NOOP"); !strings.Contains(r.out, `"lint":["bare-lf"]`) {
		t.Errorf("the fault does not show: %s%s", r.out, r.err)
	}
	runIn(t, setting{}, "ls", "--ca", ca, "ftpes://bob:@"+addr+"/").want(t, exitGood)
	if strings.Contains(s.stdout.String(), testPassword) {
		t.Errorf("a given password is printed:\n%s", s.stdout.String())
	}
	s.stop(t)
	if _, err := os.Stat(ca); err != nil {
		t.Errorf("the file that --ca-out names is gone: %v", err)
	}
}

func TestServeRemovesItsCAFile(t *testing.T) {
	s := startServe(t)
	m := regexp.MustCompile(`CA certificate in (\S+)\n`).FindStringSubmatch(s.stdout.String())
	if m == nil {
		t.Fatalf("no CA file:\n%s", s.stdout.String())
	}
	if _, err := os.Stat(m[1]); err != nil {
		t.Error(err)
	}
	s.stop(t)
	if _, err := os.Stat(m[1]); !os.IsNotExist(err) {
		t.Errorf("the temporary file is there still: %v", err)
	}
}

func TestServePortInUse(t *testing.T) {
	s := startServe(t)
	defer s.stop(t)
	addr := regexp.MustCompile(`listening on (\S+),`).FindStringSubmatch(s.stdout.String())[1]
	runIn(t, setting{}, "serve", "--listen", addr).want(t, exitUsage, "hint: Another program listens there")
}

func TestServeListsFaults(t *testing.T) {
	for _, args := range [][]string{{"serve", "--fault", "help"}, {"check", "--fault", "help"}} {
		r := runIn(t, setting{}, args...)
		r.want(t, exitGood)
		if !strings.Contains(r.out, "\nreply-never ") {
			t.Errorf("%v wrote %q", args, r.out)
		}
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"ftp://127.0.0.1:21/": "ftp://127.0.0.1:21/", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$x": "'$x'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", in, got, want)
		}
	}
}
