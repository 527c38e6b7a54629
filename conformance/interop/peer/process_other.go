//go:build !linux

package peer

import (
	"errors"
	"syscall"
)

// The servers are programs for Linux, and locate says so before anything below
// is reached: these only let the tests of other packages compile.

func sysProcAttr(string) *syscall.SysProcAttr { return nil }

func setUser(*syscall.SysProcAttr, int, int) {}

func (p *process) living() []int { return nil }

func stillAlive([]int) []int { return nil }

func signalAll([]int, syscall.Signal) {}

func makeDevice(string, int, int) error { return errors.ErrUnsupported }
