package ftpwire

import (
	"io/fs"
	"os"
)

// A PartError is the cause of a *[fs.PathError] about something that has the name under
// which a download keeps its data, but that no download has left there. Nothing was
// written to it, or to what it leads to.
type PartError struct {
	Reason string // such as "is a symbolic link"
}

func (e *PartError) Error() string {
	return e.Reason + ", which no download has left there; remove it, or give the download another name"
}

func refusePart(name, reason string) error {
	return &fs.PathError{Op: "open", Path: name, Err: &PartError{Reason: reason}}
}

// openOurs opens a file that only this package should have made. In a directory where
// others may write, anything can have the name: a link would have us write to another
// file, and a FIFO would have us wait for ever. So links are not followed, nothing is
// waited for, and what was opened is looked at before it is used: it must be a regular
// file without a second name. flag is as for [os.OpenFile].
func openOurs(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, flag|openFlags, 0o600)
	if err != nil {
		// The systems' errors for a link differ. This look is for the message only.
		if info, lerr := os.Lstat(name); lerr == nil && !info.Mode().IsRegular() {
			return nil, refusePart(name, kindOf(info.Mode()))
		}
		return nil, err
	}
	reason, err := notOurs(f)
	if err == nil && reason != "" {
		err = refusePart(name, reason)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// notOurs returns why this package cannot have made an open file, or "" if it may have.
func notOurs(f *os.File) (string, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return kindOf(info.Mode()), nil
	}
	names, err := linkCount(f, info)
	switch {
	case err != nil:
		return "", err
	case names > 1:
		return "has a second name (a hard link)", nil
	}
	return planted(f, info), nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "is a symbolic link"
	case m.IsDir():
		return "is a directory"
	case m&fs.ModeNamedPipe != 0:
		return "is a FIFO"
	case m&fs.ModeSocket != 0:
		return "is a socket"
	case m&fs.ModeDevice != 0:
		return "is a device"
	}
	return "is no regular file"
}
