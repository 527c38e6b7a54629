package peer

import (
	"io"
	"os/exec"
	"strconv"
	"sync"
)

// A guard ends a server whose test has died: by a panic, the time limit of go
// test, or a signal, none of which run a test's cleanup. It is a shell that
// waits for a line from the test; the end of the test without one closes the
// pipe. (The death signal of prctl(2) would not do: ProFTPD and pyftpdlib lose
// it when they change their user.)
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
	once sync.Once
	err  error
}

// newGuard guards the process group and the folder.
func newGuard(group int, dir string) (*guard, error) {
	const script = `read -r line || { kill -s KILL -- "-$1"; rm -rf -- "$2"; }`
	cmd := exec.Command("/bin/sh", "-c", script, "guard", strconv.Itoa(group), dir)
	cmd.SysProcAttr = sysProcAttr("") // a group of its own: Control-C must not end it
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &guard{cmd: cmd, pipe: pipe}, nil
}

// dismiss ends the guard without its doing anything. More calls than one do no
// harm, and a nil guard needs none.
func (g *guard) dismiss() error {
	if g == nil {
		return nil
	}
	g.once.Do(func() {
		if _, g.err = io.WriteString(g.pipe, "done\n"); g.err != nil {
			return
		}
		g.err = g.cmd.Wait()
	})
	return g.err
}
