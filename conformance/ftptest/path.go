package ftptest

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// resolve returns an argument as an absolute, clean name. ".." ends at the root.
func (s *session) resolve(arg string) string {
	if strings.HasPrefix(arg, "/") {
		return path.Clean(arg)
	}
	return path.Join(s.cwd, arg)
}

// mayWrite reports whether the user may change the tree.
func (s *session) mayWrite() bool {
	return !s.srv.cfg.ReadOnly && s.user != nil && !s.user.ReadOnly
}

// refuseError replies with what an error of the tree means.
func (s *session) refuseError(code protocol.Code, name string, err error) {
	s.replyf(code, "%s: %s", name, errorText(err))
}

// errorText returns an error of the tree in words that clients look for.
func errorText(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrExist):
		return "Already exists"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	case errors.Is(err, errIsDir):
		return "Is a directory"
	case errors.Is(err, errNotDir):
		return "Not a directory"
	case errors.Is(err, errNotEmpty):
		return "Directory not empty"
	}
	return "Action not taken"
}
