package listing

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// ErrMessage marks a line of a listing that is a message of the server and describes no file: "ls: x: No such file or
// directory". Test with [errors.Is]. If the meaning of the message is known, the error also matches [fs.ErrNotExist] or
// [fs.ErrPermission].
var ErrMessage = errors.New("ftp: line is a message of the server")

var (
	errMessageNotExist   = fmt.Errorf("%w: %w", ErrMessage, fs.ErrNotExist)
	errMessagePermission = fmt.Errorf("%w: %w", ErrMessage, fs.ErrPermission)
)

// Message returns the error that a line of text in the place of a listing reports: some servers send what ls
// prints. The error is an *[Error] that matches [ErrMessage], and [fs.ErrNotExist] or [fs.ErrPermission] if the text
// says that. For all other lines, including those that [Line] reads, Message returns nil.
//
// [Read] returns the same errors. In a list of names, as of NLST, any such line may be a name.
func Message(line string) error {
	line = scan.TrimEOL(line)
	var w words
	w.split(line)
	cause := messageCause(&w)
	if cause == nil {
		return nil
	}
	if _, err := Line(line, Options{}); err == nil || errors.Is(err, ErrNotEntry) {
		return nil
	}
	return messageError(line, cause)
}

// messageError returns the error of a line that is a message.
func messageError(line string, cause error) *parse.Error {
	reason := "a message of the server and no file"
	switch cause {
	case errMessageNotExist:
		reason = "the server says that nothing of that name exists"
	case errMessagePermission:
		reason = "the server says that permission is denied"
	}
	e := parse.NewError(listLine, line, 0, reason)
	e.Err = cause
	return e
}

// asMessage returns err, or a better one if the line that no format reads is a message.
func (l *lister) asMessage(line string, err error) error {
	if cause := messageCause(&l.w); cause != nil {
		return messageError(line, cause)
	}
	return err
}

// messageCause returns what the line in w says, or nil if it is not a message.
func messageCause(w *words) error {
	if w.n == 0 || hasUnixMode(w) || scan.ControlAt(w.line[:w.at[w.n-1].to]) >= 0 {
		return nil
	}
	text := strings.Trim(w.line, " \t")
	if startsWithFacts(text) {
		return nil
	}
	if err := saysCause(strings.ToLower(text)); err != nil {
		return err
	}
	if isFromProgram(text) {
		return ErrMessage
	}
	return nil
}

// hasUnixMode is claimsUnix without words such as "Permission".
func hasUnixMode(w *words) bool {
	mode := w.word(0)
	return claimsUnix(w) && (len(mode) < 10 || isMode(mode[1:10]))
}

// isFromProgram reports whether a program that lists printed text: "ls: ...", "/bin/ls: ...", "usage: ls ...".
func isFromProgram(text string) bool {
	usage, isUsage := strings.CutPrefix(text, "usage: ")
	program, _, _ := strings.Cut(usage, " ")
	name, isNamed := strings.CutSuffix(program, ":")
	switch name[strings.LastIndexByte(name, '/')+1:] {
	case "ls", "dir", "vdir", "gls":
		return isUsage || isNamed
	}
	return false
}
