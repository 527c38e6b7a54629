package ftpwire

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// Remove removes a file, or an empty directory: it sends DELE, and RMD if that is refused. The error is a *[FileError]; it matches
// fs.ErrNotExist if there is nothing of the name, [syscall.ENOTEMPTY] if it is a directory with something in it, and fs.ErrPermission
// if the server does not allow the removal.
//
// If the connection is lost before the reply, Remove asks once more on a new one. If there is nothing of the name then, the error
// matches fs.ErrNotExist and its Lost says that the first attempt may have removed it.
func (c *Client) Remove(ctx context.Context, name string) error {
	return c.do(ctx, "remove", name, func(ctx context.Context) error { return c.remove(ctx, name) })
}

// remove is Remove on the present connection.
func (c *Client) remove(ctx context.Context, name string) error {
	err, _ := c.removal(ctx, name)
	return c.stays(ctx, name, err)
}

// errStays is what it means that a server refuses to remove what is there, in words for what is not.
var errStays = errors.New("ftp: it is there, and the server does not say why it stays")

// stays returns refusal, or what it means if it says that there is no such file, and there is: vsftpd answers "550 Remove directory
// operation failed" whatever the reason.
func (c *Client) stays(ctx context.Context, name string, refusal error) error {
	re, ok := errors.AsType[*protocol.ReplyError](refusal)
	if !ok || !errors.Is(refusal, fs.ErrNotExist) || c.lost(ctx) != nil {
		return refusal
	}
	e, err := c.stat(ctx, name)
	if lost := c.lost(ctx); lost != nil {
		return lost
	}
	if err != nil {
		return refusal
	}
	var meaning error = errStays
	if isDirectory(e) {
		entries, _ := c.readDir(ctx, name, c.allEntries) // that it can't be listed tells nothing
		if lost := c.lost(ctx); lost != nil {
			return lost
		}
		if len(entries) > 0 {
			meaning = syscall.ENOTEMPTY
		}
	}
	return &control.MeaningError{Reply: re, Meaning: meaning}
}

// removal is remove, and returns what RMD was answered, too, if it was sent. Servers answer DELE of a directory in many ways, even that
// there is no such file, so that RMD has to tell.
func (c *Client) removal(ctx context.Context, name string) (err, rmd error) {
	err = c.conn.Dele(ctx, name)
	if err == nil || !c.refusedForGood(ctx, err) {
		return err, nil
	}
	rmd = c.conn.Rmd(ctx, name)
	if rmd == nil || c.lost(ctx) != nil || protocol.MeaningIn(rmd) == protocol.NotEmpty {
		return rmd, rmd
	}
	switch protocol.MeaningIn(err) {
	case protocol.NotExist, protocol.IsDirectory, protocol.NotPlain:
		return rmd, rmd // DELE did not see a file, and RMD knows more
	}
	return err, rmd
}

// refusedForGood reports whether err is a refusal, and not a passing one, after which the connection can be used.
func (c *Client) refusedForGood(ctx context.Context, err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && !re.Transient() && c.lost(ctx) == nil
}

// Rename renames a file or a directory. What becomes of a file that has the new name already is the server's choice. The error is a
// *[FileError]; it matches fs.ErrNotExist, fs.ErrExist or fs.ErrPermission if the server says so.
//
// If the connection is lost before the reply, Rename tries once more on a new one. If the old name is gone then, the error matches
// fs.ErrNotExist and its Lost says that the first attempt may have renamed it.
func (c *Client) Rename(ctx context.Context, from, to string) error {
	o := operation{c: c, op: "rename", path: from, also: to}
	return o.inTurn(ctx, func(ctx context.Context) error { return c.conn.Rename(ctx, from, to) })
}

// Chmod sets the permissions of a file, the nine bits of [fs.FileMode.Perm], by SITE CHMOD, or by MFF if the server lists that for
// UNIX.mode and does not know SITE CHMOD. The error is a *[FileError]; it matches [errors.ErrUnsupported] if the server has neither.
func (c *Client) Chmod(ctx context.Context, name string, mode fs.FileMode) error {
	return c.do(ctx, "chmod", name, func(ctx context.Context) error {
		err := c.conn.Chmod(ctx, name, mode)
		if !protocol.MeaningIn(err).NotImplemented() || c.lost(ctx) != nil {
			return err
		}
		if !c.setsFact("unix.mode") {
			return errors.Join(errors.ErrUnsupported, err)
		}
		fact := "UNIX.mode=" + strconv.FormatUint(uint64(mode.Perm()), 8) + ";"
		r, err := c.conn.Do(ctx, protocol.Command{Verb: "MFF", Arg: fact + " " + name})
		if err == nil && !strings.Contains(strings.ToLower(r.Text()), "unix.mode=") {
			return errors.New("ftp: the reply to MFF does not name UNIX.mode, so that it was not set") // draft-somers-ftp-mfxx, Section 5.1
		}
		return err
	})
}

// setsFact reports whether FEAT lists MFF with a fact, in lower case.
func (c *Client) setsFact(fact string) bool {
	args, _ := c.conn.Features().Args("MFF")
	for f := range strings.SplitSeq(strings.ToLower(args), ";") {
		if strings.TrimSpace(f) == fact {
			return true
		}
	}
	return false
}

// Chtimes sets when a file was last modified, to the second; FTP knows no other time to set. It uses MFMT, or what servers without
// it have: see [control.Conn.SetModTime]. The error is a *[FileError]; it matches [errors.ErrUnsupported] if the server has no way.
func (c *Client) Chtimes(ctx context.Context, name string, modified time.Time) error {
	return c.do(ctx, "chtimes", name, func(ctx context.Context) error { return c.conn.SetModTime(ctx, name, modified) })
}

// Getwd returns the working directory, from which relative pathnames start. The error is a *[FileError].
func (c *Client) Getwd(ctx context.Context) (string, error) {
	dir := ""
	err := c.do(ctx, "getwd", "", func(ctx context.Context) (err error) {
		dir, err = c.conn.Pwd(ctx)
		return err
	})
	return dir, err
}

// MkdirAll makes a directory and those above it that are not there. It is no error if the directory is there already. The error is a
// *[FileError]; it matches fs.ErrExist if something else than a directory has one of the names.
func (c *Client) MkdirAll(ctx context.Context, name string) error {
	return c.do(ctx, "mkdirall", name, func(ctx context.Context) error { return c.mkdirAll(ctx, name) })
}

// mkdirAll tries the directory first: whoever may make one need not be allowed to look at those above it.
func (c *Client) mkdirAll(ctx context.Context, name string) error {
	err := c.mkdir(ctx, name)
	if err == nil || !c.refusedForGood(ctx, err) {
		return err
	}
	there, lost := c.directoryThere(ctx, name)
	if there || lost != nil {
		return lost
	}
	up := path.Dir(strings.TrimRight(name, "/"))
	if errors.Is(err, fs.ErrExist) || up == "." || up == "/" {
		return err
	}
	if err := c.mkdirAll(ctx, up); err != nil {
		return err
	}
	if err = c.mkdir(ctx, name); err == nil || !c.refusedForGood(ctx, err) {
		return err
	}
	if there, lost = c.directoryThere(ctx, name); there || lost != nil {
		return lost
	}
	return err
}

// directoryThere reports whether MKD was refused because there is such a directory.
func (c *Client) directoryThere(ctx context.Context, name string) (bool, error) {
	e, err := c.stat(ctx, name)
	if lost := c.lost(ctx); lost != nil {
		return false, lost
	}
	return err == nil && isDirectory(e), nil
}
