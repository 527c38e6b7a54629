package peer

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
)

func sysProcAttr(chroot string) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Chroot: chroot}
}

// setUser has the process run as another user from its start.
func setUser(a *syscall.SysProcAttr, uid, gid int) {
	a.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// A status is a line of the process table.
type status struct {
	pid, parent, group int
	state              byte
}

// living returns the processes of the server: its group, and the descendants of
// any of them, should one have made a group of its own. Zombies do not count:
// where the first process of a container collects none, they stay for ever.
func (p *process) living() []int {
	var table []status
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, n := range names {
		if pid, err := strconv.Atoi(n.Name()); err == nil {
			if s, ok := readStatus(pid); ok {
				table = append(table, s)
			}
		}
	}
	var family, pids []int
	for grown := true; grown; {
		grown = false
		for _, s := range table {
			if slices.Contains(family, s.pid) {
				continue
			}
			if s.group == p.pid || s.pid == p.pid || slices.Contains(family, s.parent) {
				family = append(family, s.pid)
				grown = true
				if s.state != 'Z' {
					pids = append(pids, s.pid)
				}
			}
		}
	}
	return pids
}

// readStatus reads /proc/PID/stat. The program's name stands in parentheses and
// may hold anything, so the fields count from the last parenthesis.
func readStatus(pid int) (status, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return status{}, false // it has ended
	}
	s := status{pid: pid}
	rest := data[bytes.LastIndexByte(data, ')')+1:]
	if _, err := fmt.Sscanf(string(rest), " %c %d %d", &s.state, &s.parent, &s.group); err != nil {
		return status{}, false
	}
	return s, true
}

// stillAlive returns those of the processes that have not ended.
func stillAlive(pids []int) []int {
	return slices.DeleteFunc(slices.Clone(pids), func(pid int) bool {
		s, ok := readStatus(pid)
		return !ok || s.state == 'Z'
	})
}

func signalAll(pids []int, sig syscall.Signal) {
	for _, pid := range pids {
		syscall.Kill(pid, sig) // the only error that can come is that it has ended
	}
}

// makeDevice makes a character device; see mknod(2).
func makeDevice(path string, major, minor int) error {
	if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, major<<8|minor); err != nil {
		return err
	}
	return os.Chmod(path, 0o666) // the umask took some away
}
