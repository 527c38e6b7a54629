//go:build unix

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// built is the command as users have it: signals are the process's.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ftpwire-signal")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "ftpwire")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return name, nil
})

// A process is the command under way.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr buffer
}

// start runs the command with f's password until it has written text to standard error.
func start(t *testing.T, f *fixture, text string, args ...string) *process {
	t.Helper()
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "URL", f.url)
	}
	p := &process{t: t, cmd: exec.Command(name, args...)}
	seen := make(chan struct{})
	var once sync.Once
	p.cmd.Stderr = io.MultiWriter(&p.stderr, writerFunc(func(b []byte) (int, error) {
		if strings.Contains(p.stderr.String(), text) {
			once.Do(func() { close(seen) })
		}
		return len(b), nil
	}))
	for k, v := range f.env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Env = append(p.cmd.Env, "HOME="+t.TempDir())
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	select {
	case <-seen:
	case <-time.After(20 * time.Second):
		t.Fatalf("%q did not come:\n%s", text, p.stderr.String())
	}
	return p
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// send sends signals one right behind the other, and returns how the process ended.
func (p *process) send(within time.Duration, signals ...os.Signal) error {
	p.t.Helper()
	begun := time.Now()
	for _, s := range signals {
		if err := p.cmd.Process.Signal(s); err != nil {
			p.t.Logf("signal %v: %v", s, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if took := time.Since(begun); took > within {
			p.t.Errorf("the end came after %v; want it within %v\n%s", took, within, p.stderr.String())
		}
		return err
	case <-time.After(20 * time.Second):
		p.t.Fatalf("no end:\n%s", p.stderr.String())
		return nil
	}
}

// wantInterrupted checks that the process ended by itself, with the exit code for that.
func (p *process) wantInterrupted(err error) {
	p.t.Helper()
	ee, ok := errors.AsType[*exec.ExitError](err)
	if !ok || ee.ExitCode() != exitInterrupted {
		p.t.Errorf("%v; want exit code %d\n%s", err, exitInterrupted, p.stderr.String())
	}
}

// Whatever signal comes, and if it comes twice as from timeout(1): a download leaves
// nothing here, and an upload nothing on the server.
func TestSignals(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the command")
	}
	for _, tt := range []struct {
		name    string
		signals []os.Signal
	}{
		{"SIGHUP", []os.Signal{syscall.SIGHUP}},
		{"SIGTERM", []os.Signal{syscall.SIGTERM}},
		{"SIGINT", []os.Signal{os.Interrupt}},
		{"SIGTERM twice", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}},
		{"SIGTERM and SIGHUP", []os.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGHUP}},
	} {
		t.Run("get, "+tt.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"retr-endless", "feat-without-size"}})
			dir := t.TempDir()
			p := start(t, f, "> RETR", "get", "--log", "--limit-rate", "100k", "URL/hello.txt", filepath.Join(dir, "f"))
			waitFor(t, func() bool { left, _ := os.ReadDir(dir); return len(left) > 0 })
			p.wantInterrupted(p.send(2*time.Second, tt.signals...))
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
		t.Run("put, "+tt.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, ftptest.Config{})
			local := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(local, make([]byte, 4<<20), 0o600); err != nil {
				t.Fatal(err)
			}
			p := start(t, f, "> STOR .f.", "put", "--log", "--temp", "--limit-rate", "100k", local, "URL/f")
			waitFor(t, func() bool { return len(p.temporary(f)) > 0 })
			p.wantInterrupted(p.send(4*time.Second, tt.signals...))
			if left := p.temporary(f); len(left) > 0 {
				t.Errorf("left on the server: %v\n%s", left, p.stderr.String())
			}
		})
	}
	t.Run("get, a server that never answers", func(t *testing.T) {
		t.Parallel()
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"reply-never"}})
		p := start(t, f, "> RETR", "get", "--log", "URL/hello.txt", filepath.Join(t.TempDir(), "f"))
		p.wantInterrupted(p.send(time.Second, syscall.SIGTERM))
	})
	t.Run("put, a server that never answers", func(t *testing.T) {
		t.Parallel()
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"abor-silent"}})
		local := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(local, make([]byte, 4<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		p := start(t, f, "> STOR .f.", "put", "--log", "--temp", "--limit-rate", "100k", local, "URL/f")
		waitFor(t, func() bool { return len(p.temporary(f)) > 0 })
		p.wantInterrupted(p.send(5*time.Second, syscall.SIGTERM, syscall.SIGTERM))
		for _, name := range p.temporary(f) {
			if !strings.Contains(p.stderr.String(), "left on the server as "+name) {
				t.Errorf("%s is left on the server, and nothing says so:\n%s", name, p.stderr.String())
			}
		}
	})
	t.Run("a second signal that comes later kills", func(t *testing.T) {
		t.Parallel()
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"abor-silent"}})
		local := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(local, make([]byte, 4<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		p := start(t, f, "> STOR .f.", "put", "--log", "--temp", "--limit-rate", "100k", local, "URL/f")
		waitFor(t, func() bool { return len(p.temporary(f)) > 0 })
		p.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(patience.SameSignal.Default + 200*time.Millisecond)
		err := p.send(time.Second, syscall.SIGTERM)
		ee, ok := errors.AsType[*exec.ExitError](err)
		if st, sys := ee.Sys().(syscall.WaitStatus); !ok || !sys || !st.Signaled() && ee.ExitCode() != exitInterrupted {
			t.Errorf("%v; want it killed, unless it was through by then", err)
		}
	})
}

var storName = regexp.MustCompile(`> STOR (\S+)`)

// temporary returns the temporary file of an upload if the server has it.
func (p *process) temporary(f *fixture) []string {
	m := storName.FindStringSubmatch(p.stderr.String())
	if m == nil || !f.Exists("/"+m[1]) {
		return nil
	}
	return m[1:]
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}
