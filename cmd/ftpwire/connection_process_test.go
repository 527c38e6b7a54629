package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// commandEnv makes the test binary the command: its arguments are those of ftpwire.
const commandEnv = "FTPWIRE_TEST_COMMAND"

// asCommand carries out the command line, if this process was started by newProcess.
func asCommand() {
	role := os.Getenv(commandEnv)
	if round, ok := strings.CutPrefix(role, "loop"); ok {
		loopCommand(round)
	}
	if role != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
	}
}

// newProcess returns the command in a process of its own.
func (s *shelf) newProcess(args ...string) *exec.Cmd {
	s.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		s.t.Skip("no way to start this program again:", err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	s.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = []string{commandEnv + "=1", "PATH=" + os.Getenv("PATH")}
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

func (s *shelf) names() (names []string) {
	s.t.Helper()
	r := s.line("connection list --format json")
	r.want(s.t, exitGood)
	for line := range strings.Lines(r.out) {
		_, rest, _ := strings.Cut(line, `"name":"`)
		name, _, _ := strings.Cut(rest, `"`)
		names = append(names, name)
	}
	return names
}

// Acceptance 3: a stored connection is used by other processes.
func TestConnectionProcess(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	s := newShelf(t)
	s.store(f, "nas")
	for _, args := range []string{"ls nas:/", "get nas:/hello.txt -", "put " + s.file + " nas:/copy.toml", "check nas: --only rfc959*noop*"} {
		if out, err := s.newProcess(strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
	if _, err := f.ReadFile("/copy.toml"); err != nil {
		t.Errorf("what was put: %v", err)
	}
}

// Acceptance 5: 20 processes change the file at once, and nothing is lost.
func TestConnectionProcesses(t *testing.T) {
	t.Parallel()
	const processes, each = 20, 3
	s := newShelf(t)
	var wg sync.WaitGroup
	for p := range processes {
		wg.Go(func() {
			for i := range each {
				name := fmt.Sprintf("c%d-%d", p, i)
				for _, args := range []string{"connection add " + name + " ftp://alice@h.example/" + name, "connection edit " + name + " --timeout 9s"} {
					if out, err := s.newProcess(strings.Fields(args)...).CombinedOutput(); err != nil {
						t.Errorf("%s: %v\n%s", args, err, out)
					}
				}
			}
			out, err := s.newProcess("connection", "remove", "--yes", fmt.Sprintf("c%d-0", p)).CombinedOutput()
			if err != nil {
				t.Errorf("remove: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	if n := len(s.names()); n != processes*(each-1) {
		t.Errorf("%d connections, want %d", n, processes*(each-1))
	}
	if n := strings.Count(s.text(), "timeout = \"9s\"\n"); n != processes*(each-1) {
		t.Errorf("%d edits, want %d", n, processes*(each-1))
	}
}

// Acceptance 5: a process that is killed leaves the old file or the new one, and no lock.
func TestConnectionKilled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(12, 5))
	s := newShelf(t)
	s.line("connection add first ftp://h.example/").want(t, exitGood)
	told, kills := 0, 0
	for round := range 12 {
		writer := s.newProcess()
		writer.Env = append(writer.Env, fmt.Sprintf("%s=loop%d", commandEnv, round))
		out, err := writer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := random.IntN(8); lines.Scan() && n > 0; n-- {
			told++
		}
		time.AfterFunc(time.Duration(random.IntN(8000))*time.Microsecond, func() { writer.Process.Kill() })
		for told++; lines.Scan(); told++ {
		}
		if writer.Wait() != nil {
			kills++
		}
		// A lock that were held still would be an error, after patience.StoreLock.
		s.line(fmt.Sprintf("connection add after%d ftp://h.example/", round)).want(t, exitGood)
		written := len(s.names()) - 2 - round
		if written < told || written > told+round+1 { // what was written last may not have been told
			t.Errorf("round %d: %d connections are stored, %d were told", round, written, told)
		}
	}
	if kills < 10 {
		t.Errorf("%d processes were killed", kills)
	}
}

// loopCommand stores connections until it is killed, and tells of each. It is the process of
// TestConnectionKilled.
func loopCommand(round string) {
	for i := 0; ; i++ {
		name := fmt.Sprintf("r%s-%d", round, i)
		if code := run(context.Background(), []string{"connection", "add", name, "ftp://h.example/"}, os.Stdin, os.Stdout, os.Stderr, os.LookupEnv); code != exitGood {
			os.Exit(code)
		}
	}
}
