package peer

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

const stopTimeout = 5 * time.Second

// A process is a server and its children. The server leads a process group of
// its own.
type process struct {
	pid   int
	done  chan struct{} // closed when the server itself has ended
	guard *guard

	mu  sync.Mutex
	err error // how it ended
}

// spawn runs a server with chroot as its root directory, if not empty. Should
// the test die without stopping it, the server ends and dir is removed.
func spawn(c *command, chroot, dir string, out *buffer) (*process, error) {
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}, c.env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = sysProcAttr(chroot)
	if c.uid > 0 {
		setUser(cmd.SysProcAttr, c.uid, c.gid)
	}
	// A child that outlives the server must not hold Wait by its copy of the
	// output pipe.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", c.path, err)
	}
	p := &process{pid: cmd.Process.Pid, done: make(chan struct{})}
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(p.done)
	}()
	var err error
	if p.guard, err = newGuard(p.pid, dir); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// result tells how the server ended.
func (p *process) result() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		return errors.New("exit status 0")
	}
	return p.err
}

// stop ends the server and all of its children: a request, a short wait, then by
// force. It returns an error if one is still there after that. More calls than
// one do no harm.
func (p *process) stop() error {
	if err := p.end(); err != nil {
		return err // the guard stays, and tries again when the test ends
	}
	return p.guard.dismiss()
}

func (p *process) end() error {
	family := p.living()
	if len(family) == 0 && p.exited() {
		return nil
	}
	signalAll(family, syscall.SIGTERM)
	deadline := time.Now().Add(stopTimeout)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for forced := false; ; {
		// A child may have been born since, or have lost its parent: both lists
		// count, the one from before only as far as it lives.
		family = append(p.living(), stillAlive(family)...)
		slices.Sort(family)
		family = slices.Compact(family)
		if len(family) == 0 && p.exited() {
			return nil
		}
		left := time.Until(deadline)
		if left < 0 {
			return fmt.Errorf("processes %v do not end", family)
		}
		if !forced && left < stopTimeout-time.Second {
			forced = true
		}
		if forced {
			signalAll(family, syscall.SIGKILL)
		}
		<-tick.C
	}
}

// A buffer collects what a server prints.
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
