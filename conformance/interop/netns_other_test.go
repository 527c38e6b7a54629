//go:build !linux

package interop

import (
	"errors"
	"os/exec"
)

func runInNamespace(*exec.Cmd) ([]byte, error) {
	return nil, &noNamespaceError{errors.New("only Linux has them")}
}

func furnish([]natCase) error { return errors.ErrUnsupported }
