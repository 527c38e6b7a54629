package ftpwire

import (
	"strconv"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A FileError says which operation on which file failed, as [io/fs.PathError] does for local files: the file operations of a
// [Client] return it. [errors.Is] with fs.ErrNotExist, fs.ErrExist and fs.ErrPermission looks at Err, which for a refusal is a
// *[protocol.ReplyError].
//
// A login that is refused when an operation connects again is no FileError but a *[ReconnectError], so that it is not taken for the
// permissions of the file.
type FileError struct {
	Op   string // "remove", "rename" and so on
	Path string // on the server, as the caller named it
	Err  error  // what went wrong, in the last attempt

	// Lost, if not nil, is how an attempt before this one lost the connection before its reply came. The server may have done then
	// what was asked. If Err matches fs.ErrNotExist after a lost removal, that is likely.
	Lost error
}

func (e *FileError) Error() string {
	s := "ftp: " + e.Op + " " + strconv.Quote(e.Path) + ": " + errtext.Of(e.Err)
	if e.Lost != nil {
		s += "; an attempt before lost the connection (" + errtext.Of(e.Lost) + "): the server may have done it then"
	}
	return s
}

func (e *FileError) Unwrap() error { return e.Err }

// A ReconnectError says that the connection was lost, before an operation or in it, and that no other could be made. It matches what
// both errors match. A refused login is a *[control.RejectedLoginError] in it, which matches fs.ErrPermission: ask for it first.
type ReconnectError struct {
	Op   string
	Path string
	Lost error // how the connection was lost
	Sent bool  // it was lost in the operation: the server may have done what was asked
	Err  error // why there is no other
}

func (e *ReconnectError) Error() string {
	s := "ftp: " + e.Op + " " + strconv.Quote(e.Path) + ": the connection was lost (" + errtext.Of(e.Lost) + "), and connecting again failed: " + errtext.Of(e.Err)
	if e.Sent {
		s += "; the server may have done what was asked"
	}
	return s
}

func (e *ReconnectError) Unwrap() []error { return []error{e.Err, e.Lost} }
