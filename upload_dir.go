package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A NoDirectoryError reports an upload that was refused because the directory of the file is not
// there. It matches fs.ErrNotExist. [TransferOptions.MakeDirs] makes it.
type NoDirectoryError struct {
	Path string // of the file
	Dir  string // the directory
	Err  error  // the refusal
}

func (e *NoDirectoryError) Error() string {
	return fmt.Sprintf("ftp: %q can't be stored: the directory %q does not exist: %s", e.Path, e.Dir, errtext.Of(e.Err))
}

// Unwrap returns the refusal.
func (e *NoDirectoryError) Unwrap() error { return e.Err }

// Is reports whether target is fs.ErrNotExist.
func (e *NoDirectoryError) Is(target error) bool { return target == fs.ErrNotExist }

// sendInto calls send, and once more after the directory was made, if it was not there and is to be.
func (u *upload) sendInto(ctx context.Context, send func() error) error {
	err := send()
	dir := u.missingDir(ctx, err)
	switch {
	case dir == "":
		return err
	case !u.o.MakeDirs:
		return &NoDirectoryError{Path: u.remote, Dir: dir, Err: err}
	}
	if err := u.c.mkdirAll(ctx, dir); err != nil {
		return &FileError{Op: "mkdir", Path: dir, Err: err}
	}
	return send()
}

// missingDir returns the directory of the file if that is why an upload was refused, else "".
func (u *upload) missingDir(ctx context.Context, err error) string {
	t, ok := errors.AsType[*control.TransferError](err)
	dir := path.Dir(u.target)
	if !ok || t.Phase != control.PhaseOpen || dir == "." || dir == "/" || u.c.lost(ctx) != nil {
		return ""
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Verb != "STOR" && re.Verb != "APPE" || !re.OfFile() {
		return ""
	}
	switch re.Meaning() {
	case protocol.NotExist, protocol.Unexplained, protocol.Permission, protocol.BadName, protocol.NotDirectory:
	default:
		return ""
	}
	if _, err := u.c.stat(ctx, dir); !errors.Is(err, fs.ErrNotExist) || u.c.lost(ctx) != nil {
		return ""
	}
	return dir
}

// mayReplace returns an error if the options do not want the remote file replaced. It looks in the
// first attempt only: what is there in the next may be a part that this upload has left.
func (u *upload) mayReplace(ctx context.Context) error {
	if u.looked || !u.o.NoClobber && !u.o.Newer {
		return nil
	}
	there, err := u.c.remoteVersion(ctx, u.remote)
	if err != nil {
		return err
	}
	original := version{there: true, size: u.size()}
	if u.regular() {
		original.time = u.info.ModTime()
	}
	if err := u.skip(u.remote, original, there); err != nil {
		return err
	}
	u.looked = true
	return nil
}

// allocate announces the size, if that is asked for (ALLO; RFC 959, Section 4.1.3). Only a server that
// says that there is no space is believed.
func (u *upload) allocate(ctx context.Context) error {
	size := u.size()
	if !u.o.Allocate || size < 0 {
		return nil
	}
	_, err := u.c.conn.Do(ctx, protocol.Command{Verb: "ALLO", Arg: strconv.FormatInt(size, 10)})
	if lost := u.c.lost(ctx); lost != nil {
		return lost
	}
	if protocol.MeaningIn(err) == protocol.NoSpace {
		return err
	}
	return nil
}
