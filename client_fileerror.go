package ftpwire

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A FileError says which operation on which file failed, as [io/fs.PathError] does for local files: the methods of a [Client] return
// it. [errors.Is] with fs.ErrNotExist, fs.ErrExist and fs.ErrPermission looks at Err, which for a refusal is a *[protocol.ReplyError],
// or holds one.
//
// Three errors are no FileError. A login that is refused when an operation connects again is a *[ReconnectError], so that it is not
// taken for the permissions of the file. What the system says of a local file is a *[io/fs.PathError] or *[os.LinkError]. And what
// a method refuses before it looks at the server, such as options that exclude each other, is an error of its own.
type FileError struct {
	Op   string // "remove", "rename", "download" and so on: the name of the method
	Path string // on the server, as the caller named it; "" for the working directory
	Err  error  // what went wrong, in the last attempt

	// Lost, if not nil, is how an attempt before this one lost the connection before its reply came. The server may have done then
	// what was asked. If Err matches fs.ErrNotExist after a lost removal, that is likely.
	Lost error
}

func (e *FileError) Error() string {
	s := "ftp: " + named(e.Op, e.Path, e.Err) + ": " + errtext.Of(e.Err)
	if e.Lost != nil {
		s += "; an attempt before lost the connection (" + errtext.Of(e.Lost) + ")"
		if changes(e.Op) {
			s += ": the server may have done it then"
		}
	}
	return s
}

func (e *FileError) Unwrap() error { return e.Err }

// named returns operation and file, or the operation alone where err names the file, or there is none to name.
func named(op, path string, err error) string {
	if quoted := strconv.Quote(path); path != "" && !strings.Contains(err.Error(), quoted) {
		return op + " " + quoted
	}
	return op
}

// changes reports whether an operation changes what the server has.
func changes(op string) bool {
	switch op {
	case "remove", "removeall", "rename", "mkdir", "mkdirall", "chmod", "chtimes", "write", "create", "append", "put", "upload":
		return true
	}
	return false
}

// isLocal reports whether err is about a local file, and names it.
func isLocal(err error) bool {
	switch err.(type) {
	case *fs.PathError, *os.LinkError, *os.SyscallError:
		return true
	}
	return false
}

// A ReconnectError says that the connection was lost, before an operation or in it, and that no other could be made. It matches what
// both errors match. A refused login is a *[control.RejectedLoginError] in it, which matches fs.ErrPermission: ask for it first.
type ReconnectError struct {
	Op   string // the operation, in the words of package os: "open", "remove"
	Path string // the remote file or directory, as the caller named it; "" if there is none
	Lost error  // how the connection was lost, or why the attempt before failed
	Sent bool   // it was lost in the operation: the server may have done what was asked
	Err  error  // why there is no other
}

func (e *ReconnectError) Error() string {
	s := "ftp: " + named(e.Op, e.Path, e.Err) + ": the connection was lost (" + errtext.Of(e.Lost) + "), and connecting again failed: " + errtext.Of(e.Err)
	if e.Sent && changes(e.Op) {
		s += "; the server may have done what was asked"
	}
	return s
}

func (e *ReconnectError) Unwrap() []error { return []error{e.Err, e.Lost} }

// noOther returns why there is no other connection, if err is a ReconnectError.
func noOther(err error) (why error, ok bool) {
	if e, ok := errors.AsType[*ReconnectError](err); ok {
		return e.Err, true
	}
	return nil, false
}
