package peer

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A test that is killed takes its server along: run TestManual in a process of
// its own and kill that.
func TestKilledTestLeavesNothing(t *testing.T) {
	for _, name := range allNames() {
		t.Run(name, func(t *testing.T) {
			p, _ := lookup(name)
			if _, _, err := p.find(); err != nil {
				t.Skipf("%s is not installed here: %v", name, err)
			}
			address, dir := startAndKill(t, name)
			deadline := time.NewTimer(10 * time.Second)
			defer deadline.Stop()
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for left := "unknown"; ; {
				if left = remains(address, dir); left == "" {
					return
				}
				select {
				case <-deadline.C:
					t.Fatalf("10 seconds after the test was killed: %s", left)
				case <-tick.C:
				}
			}
		})
	}
}

// startAndKill returns the address and the folder of a server whose test it has
// killed.
func startAndKill(t *testing.T, name string) (address, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestManual$", "-test.v", "-server="+name, "-hold=1m")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timeout.Stop()
	lines := bufio.NewScanner(out)
	for dir == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "address "); ok {
			address = strings.TrimSpace(rest)
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "CA "); ok {
			dir = filepath.Dir(strings.TrimSpace(rest))
		}
	}
	if conn, err := net.Dial("tcp", address); err != nil {
		t.Errorf("the server does not run: %v", err)
	} else {
		conn.Close()
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the killed test reports success")
	}
	if address == "" || dir == "" {
		t.Fatal("TestManual did not print the address and the certificate")
	}
	return address, dir
}

// remains says what is left of a server; empty if nothing.
func remains(address, dir string) string {
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		return "something listens on " + address
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return dir + " is there"
	}
	return ""
}
