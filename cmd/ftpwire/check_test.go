package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

var seed = flag.Uint64("seed", 10, "TestCheckInterrupted: what the moments of the signals come from")

const processArgs = "FTPWIRE_TEST_PROCESS_ARGS"

// TestCheckProcess is the process that TestCheckInterrupted sends signals to.
func TestCheckProcess(t *testing.T) {
	args, ok := os.LookupEnv(processArgs)
	if !ok {
		t.Skip("this is a part of TestCheckInterrupted")
	}
	os.Args = append([]string{"ftpwire"}, strings.Split(args, "\n")...)
	main()
}

// TestCheckInterrupted sends signals to a running check at random moments: each time
// there is a report, soon, and nothing of the check is left on the server.
func TestCheckInterrupted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("this system has no signals to interrupt the command with")
	}
	moments := rand.New(rand.NewPCG(*seed, 0))
	for i := range 10 {
		after := time.Duration(moments.Int64N(int64(2500 * time.Millisecond)))
		sig, format := os.Interrupt, "json"
		if i%3 == 1 {
			sig = syscall.SIGTERM
		}
		if i%4 == 3 {
			format = "text"
		}
		t.Run(fmt.Sprintf("%s after %s", sig, after), func(t *testing.T) {
			t.Parallel()
			dir := usersHome(t)
			before := contents(t, dir)
			srv := ftptest.NewServer(t, &ftptest.Config{Root: dir, Users: []ftptest.User{{Name: "alice", Password: testPassword}}})
			p := startCheck(t, "check", "ftp://alice@"+srv.Addr()+"/", "--format", format)
			for len(srv.Commands()) == 0 {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(after)
			p.interrupt(t, sig)
			if p.took > 3*time.Second {
				t.Errorf("the report came %s after the signal", p.took)
			}
			if code := p.cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit code %d; want %d; standard error: %s", code, exitInterrupted, &p.stderr)
			}
			p.wantInterrupted(t, format)
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("what was there has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// usersHome makes a directory with a user's files.
func usersHome(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"missing", "x", "big", "f", "report.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("the user's "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents returns what is below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			m[path] = "directory"
			return err
		}
		b, err := os.ReadFile(path)
		m[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A checkProcess is a check in a process of its own.
type checkProcess struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	took           time.Duration // from the signal to the end
}

func startCheck(t *testing.T, args ...string) *checkProcess {
	t.Helper()
	p := &checkProcess{cmd: exec.Command(os.Args[0], "-test.run=^TestCheckProcess$")}
	p.cmd.Env = append(os.Environ(), processArgs+"="+strings.Join(args, "\n"), "FTPWIRE_PASSWORD="+testPassword)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *checkProcess) interrupt(t *testing.T, sig os.Signal) {
	t.Helper()
	begin := time.Now()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	err := p.cmd.Wait()
	p.took = time.Since(begin)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
}

// wantInterrupted checks that the report is there and marked.
func (p *checkProcess) wantInterrupted(t *testing.T, format string) {
	t.Helper()
	if format == "text" {
		if !strings.Contains(p.stdout.String(), "\nINCOMPLETE: interrupted\n") || !strings.Contains(p.stdout.String(), " not made in ") {
			t.Errorf("no report that is marked:\n%s", &p.stdout)
		}
		return
	}
	var report struct {
		Incomplete, Leftover string
		NotRun               int `json:"not_run"`
	}
	if err := json.Unmarshal(p.stdout.Bytes(), &report); err != nil {
		t.Fatalf("the report: %v\n%s", err, &p.stdout)
	}
	if report.Incomplete != "interrupted" || report.NotRun == 0 || report.Leftover != "" {
		t.Errorf("report %+v; want one that is marked, and nothing left over", report)
	}
}

// TestCheckNotFTP checks what is said about servers that are none, or want another
// kind of TLS: soon, and the advice that every command gives.
func TestCheckNotFTP(t *testing.T) {
	t.Parallel()
	user := []ftptest.User{{Name: "alice", Password: testPassword}}
	implicit := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSImplicit, Users: user})
	explicit := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Users: user})
	clear := ftptest.NewServer(t, &ftptest.Config{Users: user, ReadOnly: true})
	for _, tt := range []struct {
		name, scheme, addr, path string
		err                      string
		same                     bool // "ls" gives the same advice
		code                     int  // if it is not exitConnect
	}{
		{name: "silent port", scheme: "ftp", addr: speaking(t, ""), err: "on a port of implicit TLS", same: true},
		{name: "silent port, explicit TLS", scheme: "ftpes", addr: speaking(t, ""), err: "on a port of implicit TLS", same: true},
		{name: "silent port, implicit TLS", scheme: "ftps", addr: speaking(t, ""), err: "nothing where TLS was to begin"},
		{name: "web server", scheme: "ftp", addr: speaking(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), err: "but HTTP", same: true},
		{name: "SSH server", scheme: "ftpes", addr: speaking(t, "SSH-2.0-x\r\n"), err: "SFTP is another protocol", same: true},
		{name: "implicit as explicit", scheme: "ftpes", addr: implicit.Addr(), err: "Use implicit TLS (ftps://)", same: true},
		{name: "implicit as clear", scheme: "ftp", addr: implicit.Addr(), err: "Use implicit TLS (ftps://)", same: true},
		{name: "explicit as implicit", scheme: "ftps", addr: explicit.Addr(), err: "Use explicit TLS, port 21 (ftpes://)", same: true},
		{name: "clear as explicit", scheme: "ftpes", addr: clear.Addr(), err: "no explicit TLS on this port"},
		{name: "read-only account", scheme: "ftp", addr: clear.Addr(), err: "MKD: 550", code: exitNotAllowed},
		{name: "typo in the path", scheme: "ftp", addr: clear.Addr(), path: "typo/", err: "CWD: 550", code: exitNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const timeout = time.Second
			url := tt.scheme + "://alice@" + tt.addr + "/" + tt.path
			s := setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}
			begin := time.Now()
			r := runIn(t, s, "check", url, "--timeout", timeout.String())
			if d := time.Since(begin); d > 3*timeout {
				t.Errorf("it took %s; want three timeouts at most", d)
			}
			r.want(t, cmpOr(tt.code, exitConnect), "could not be checked", tt.err)
			if r.out != "" {
				t.Errorf("a report:\n%s", r.out)
			}
			if tt.same {
				ls := runIn(t, s, "ls", url, "--timeout", timeout.String())
				if got, want := hintOf(r.err), hintOf(ls.err); got != want || got == "" {
					t.Errorf("advice %q; ls gives %q", got, want)
				}
			}
		})
	}
}

// speaking starts a server that says one thing and waits.
func speaking(t *testing.T, text string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			c.Write([]byte(text))
		}
	}()
	return ln.Addr().String()
}

// hintOf returns the advice in what stands on standard error.
func hintOf(text string) string {
	_, hint, _ := strings.Cut(text, "hint: ")
	hint, _, _ = strings.Cut(hint, "\n")
	return hint
}

// TestCheckIncomplete checks the exit code of a report that is not whole.
func TestCheckIncomplete(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		code int
		err  string
	}{
		{"the directory is not proven", []string{"--fault", "pwd-root"}, exitNo, "not proven to be ours"},
		{"the time is over", []string{"--fault", "reply-none", "--max-time", "1s"}, exitUnproven, "the total time of 1s is over"},
		{"no greeting ends", []string{"--fault", "greeting-half", "--timeout", "300ms"}, exitNo, "the server is gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := runIn(t, setting{}, append([]string{"check", "--tls", "none"}, tt.args...)...)
			r.want(t, tt.code, "was not checked to the end", tt.err)
			if !strings.Contains(r.out, "\nINCOMPLETE: ") {
				t.Errorf("no report that is marked:\n%s", r.out)
			}
		})
	}
	runIn(t, setting{}, "check", "--max-time", "0s").want(t, exitUsage, "--max-time must be above zero")
}

// A pattern of --skip that leaves nothing out is told, and changes no verdict.
func TestCheckStaleSkip(t *testing.T) {
	runIn(t, setting{}, "check", "--only", "rfc3659-4-size-image", "--skip", "rfc9999-gone").want(t, exitGood, `no check matches "rfc9999-gone"`)
	if r := runIn(t, setting{}, "check", "--only", "rfc3659-4", "--skip", "rfc3659-4-size-ascii"); strings.Contains(r.err, "no check matches") {
		t.Error(r.err)
	}
}
