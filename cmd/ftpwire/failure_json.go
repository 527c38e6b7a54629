package main

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// A failureJSON is a failure in JSON: the member "error" of an object. docs/exit-codes.md
// describes it.
type failureJSON struct {
	Kind      ftpwire.Kind  `json:"kind"`
	Exit      int           `json:"exit"`
	Temporary bool          `json:"temporary"`
	Text      string        `json:"text"`
	Hint      string        `json:"hint,omitempty"`
	Path      string        `json:"path,omitempty"`    // of the file or directory
	Command   protocol.Verb `json:"command,omitempty"` // that the server refused, or did not answer
	Code      int           `json:"code,omitempty"`    // of the reply
	Said      []string      `json:"said,omitempty"`    // with --verbose: what was said last
}

// An errorJSON is an object about nothing but a failure.
type errorJSON struct {
	Error *failureJSON `json:"error"`
}

// An outcomeError is an error of which there is more to say in JSON than that.
type outcomeError struct {
	err    error
	object func(*failureJSON) any // returns the object, with the failure in it
}

func (e *outcomeError) Error() string { return e.err.Error() }
func (e *outcomeError) Unwrap() error { return e.err }

// failure describes err, an error of cmd.
func (a *app) failure(cmd *cobra.Command, err error) *failureJSON {
	kind := a.kindOf(err)
	f := &failureJSON{Kind: kind, Exit: exitOf(kind), Said: a.recentLines()}
	if kind == ftpwire.KindInterrupted {
		f.Text, f.Hint = "interrupted", a.masked(a.adviceAfterSignal(err))
	} else {
		f.Temporary = kind == ftpwire.KindTemporary || kind != ftpwire.KindOther && ftpwire.Temporary(err)
		f.Text, f.Hint = a.masked(message(err)), a.masked(a.toStore(a.adviceFor(cmd, err)))
	}
	f.Path = a.masked(pathOf(err))
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		f.Command, f.Code = re.Verb, int(re.Reply.Code)
	} else if te, ok := errors.AsType[*control.TransferError](err); ok {
		f.Command = te.Verb
	} else if to, ok := errors.AsType[*control.TimeoutError](err); ok {
		f.Command = to.Verb
	}
	return f
}

// pathOf returns the file or directory that an error is about, "" if it names none.
func pathOf(err error) string {
	return cmp.Or(
		pathIn(err, func(e *pathError) string { return e.path }),
		pathIn(err, func(e *ftpwire.FileError) string { return e.Path }),
		pathIn(err, func(e *ftpwire.ReconnectError) string { return e.Path }),
		pathIn(err, func(e *ftpwire.UnprovenError) string { return e.Path }),
		pathIn(err, func(e *ftpwire.MismatchError) string { return e.Path }),
		pathIn(err, func(e *ftpwire.ChangedError) string { return e.Path }),
		pathIn(err, func(e *control.TransferError) string { return e.Path }),
		pathIn(err, func(e *protocol.ReplyError) string { return e.Path }),
		pathIn(err, func(e *fs.PathError) string { return e.Path }),
	)
}

func pathIn[E error](err error, path func(E) string) string {
	if e, ok := errors.AsType[E](err); ok {
		return path(e)
	}
	return ""
}

// wantsJSON reports whether a command line asks for JSON, also one that can't be carried out.
func wantsJSON(cmd *cobra.Command, args []string) bool {
	if cmd != nil {
		if f := cmd.Flags().Lookup("format"); f != nil && f.Changed {
			return f.Value.String() == "json"
		}
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return strings.Contains(" "+strings.Join(args, " ")+" ", " --format json ") || slices.Contains(args, "--format=json")
}

// writeFailure writes the object of a failed run. An error of writing it changes nothing.
func (a *app) writeFailure(cmd *cobra.Command, err error) {
	f := a.failure(cmd, err)
	if o, ok := errors.AsType[*outcomeError](err); ok {
		writeJSON(a.stdout, o.object(f))
		return
	}
	writeJSON(a.stdout, errorJSON{f})
}
