package interop

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/overlap"
)

// built is the folder that binary made, for TestMain to remove.
var built string

// binary builds the command once, so that tests use what users use.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ftpwire-interop-")
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "ftpwire")
	built = dir
	cmd := exec.Command("go", "build", "-o", out, "github.com/ftpwire/ftpwire/cmd/ftpwire")
	cmd.Stderr = os.Stderr
	return out, cmd.Run()
})

func TestMain(m *testing.M) {
	code := overlap.Run(m, 3)
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// command returns the command's file. FTPWIRE_INTEROP=off skips the test: .ci/run has all
// other tests under the race detector, which sees nothing in another process.
func command(t *testing.T) string {
	t.Helper()
	if os.Getenv("FTPWIRE_INTEROP") == "off" {
		t.Skip("interop: FTPWIRE_INTEROP=off")
	}
	out, err := binary()
	if err != nil {
		t.Fatalf("building the command: %v", err)
	}
	return out
}

// A served is a running `ftpwire serve`.
type served struct {
	addr, user, password string
	tls                  string // none, explicit or implicit
	ca                   string // file
	cert                 string // file with the client's certificate and key; "" for none
	ccc                  string // how programs end TLS after the login: active or passive; "" if they don't
	dir                  string // what it serves
	log                  *syncBuffer
}

// url returns the URL of the server's root as a client program spells it.
func (s *served) url(program string) string {
	scheme := "ftp://"
	switch {
	case s.tls == "implicit", s.tls == "explicit" && program == "wget":
		scheme = "ftps://"
	case program == "ftpwire" && s.tls == "explicit":
		scheme = "ftpes://"
	}
	return scheme + s.addr
}

var listening = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// serve starts the command on a free port, with further flags. It ends with the test.
func serve(t *testing.T, tls string, flags ...string) *served {
	t.Helper()
	s := &served{user: "maja", password: "s3cret.word", tls: tls, dir: t.TempDir(), ca: filepath.Join(t.TempDir(), "ca.pem"), log: new(syncBuffer)}
	args := []string{"serve", s.dir, "--listen", "127.0.0.1:0", "--user", s.user + ":" + s.password, "--tls", tls}
	if tls != "none" {
		args = append(args, "--ca-out", s.ca)
	}
	cmd := exec.Command(command(t), append(args, flags...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v", err)
		}
		if t.Failed() {
			t.Logf("log of serve:\n%s", s.log.String())
		}
	})
	found := make(chan string, 1)
	go func() {
		sc := bufio.NewScanner(stdout)
		for sc.Scan() {
			if a := listening.FindString(sc.Text()); a != "" {
				select {
				case found <- a:
				default:
				}
			}
		}
	}()
	select {
	case s.addr = <-found:
	case <-time.After(10 * time.Second):
		t.Fatalf("serve did not say where it listens\n%s", s.log.String())
	}
	return s
}

// run runs a client program in a folder and returns what it printed.
func (s *served) run(t *testing.T, dir string, args []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A syncBuffer collects output that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
