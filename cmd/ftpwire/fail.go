package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// errNoCommand ends a run that was given no command: the help is its message.
var errNoCommand = &usageError{}

// A saidError ends a run whose errors have been printed already.
type saidError struct {
	kind ftpwire.Kind
	text string // for JSON; "" if there is an object that says it
}

func (e saidError) Error() string { return e.text }

// errSaid ends a run that has printed all that there is to say.
var errSaid = saidError{kind: ftpwire.KindOther}

// A usageError reports why a command could not even begin: a wrong command line, a file
// that cannot be read.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *usageError) Unwrap() error { return e.err }

// usagef returns a usageError.
func usagef(format string, args ...any) error {
	return &usageError{err: errtext.Errorf(format, args...)}
}

// cannot makes err a usageError, and nil of nil.
func cannot(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err: err}
}

// A hintError is an error with advice of the command's own.
type hintError struct {
	err  error
	hint string // in place of the advice on err
	more string // besides it, and after an interruption, too
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

// fail prints err at the end of a run and returns the exit code.
func (a *app) fail(cmd *cobra.Command, args []string, err error) int {
	if name, ok := unknownCommand(cmd, args, err); ok {
		err = &usageError{err: fmt.Errorf("unknown command %q", name), hint: suggestCommand(cmd, name)}
	}
	code := exitOf(a.kindOf(err))
	said, ok := errors.AsType[saidError](err)
	if wantsJSON(cmd, args) && err != error(errNoCommand) && (!ok || said.text != "") {
		a.writeFailure(cmd, err)
	}
	if !ok && err != error(errNoCommand) {
		a.report(cmd, err)
	}
	return code
}

// report prints an error and, if there is advice, a second line.
func (a *app) report(cmd *cobra.Command, err error) {
	prefix := "ftpwire: "
	if cmd != nil && cmd.HasParent() {
		prefix += strings.TrimPrefix(cmd.CommandPath(), "ftpwire ") + ": "
	}
	if a.ctx.Err() != nil {
		a.say(prefix + "interrupted")
		if more := a.adviceAfterSignal(err); more != "" {
			a.say("hint: " + more)
		}
		return
	}
	a.say(prefix + message(err))
	if hint := a.adviceFor(cmd, err); hint != "" {
		a.say("hint: " + a.toStore(hint))
	}
	a.tellRecent()
}

// message returns the text of err. The operation and the file of a FileError are left out: the command line has named both.
func message(err error) string {
	text := errtext.Of(err)
	if e, ok := errors.AsType[*ftpwire.FileError](err); ok && e.Lost == nil {
		return strings.Replace(text, errtext.Of(e), errtext.Of(e.Err), 1)
	}
	return text
}

// adviceFor returns what cmd says to do about err, or "".
func (a *app) adviceFor(cmd *cobra.Command, err error) string {
	hint, more := "", ""
	if u, ok := errors.AsType[*usageError](err); ok {
		hint = u.hint
	}
	if h, ok := errors.AsType[*hintError](err); ok {
		hint, more = h.hint, h.more
	}
	if hint == "" {
		hint = a.advice(cmd, err)
	}
	if strings.Contains(hint, noProxy) && strings.Contains(more, noProxy) {
		more = "" // said already
	}
	return strings.TrimSpace(hint + " " + more)
}

// adviceAfterSignal returns what to know about err after an interruption, or "".
func (a *app) adviceAfterSignal(err error) string {
	if h, ok := errors.AsType[*hintError](err); ok {
		return h.more
	}
	return ""
}

// unknownCommand reports whether err is cobra's about a command that does not
// exist, and its name.
func unknownCommand(cmd *cobra.Command, args []string, err error) (string, bool) {
	if !strings.HasPrefix(err.Error(), "unknown command ") {
		return "", false
	}
	if cmd != nil && cmd.HasParent() {
		return "", false
	}
	i := slices.IndexFunc(args, func(s string) bool { return !strings.HasPrefix(s, "-") })
	if i < 0 {
		return "", false
	}
	return args[i], true
}

func suggestion(near []string, rest string) string {
	if len(near) == 0 || len(near) > 3 {
		return rest
	}
	return "Did you mean " + strings.Join(near, " or ") + "? " + rest
}

// ownerOf returns a command that has a flag, "" if none has.
func ownerOf(root *cobra.Command, flag string) string {
	for _, cmd := range append([]*cobra.Command{commandNamed(root, "ls")}, root.Commands()...) { // the best known first
		if cmd != nil && cmd.Flags().Lookup(flag) != nil {
			return cmd.Name()
		}
	}
	return ""
}

func commandNamed(root *cobra.Command, name string) *cobra.Command {
	for _, cmd := range root.Commands() {
		if cmd.Name() == name {
			return cmd
		}
	}
	return nil
}

// similar reports whether a looks like a misspelt b.
func similar(a, b string) bool { return errtext.Similar(a, b) }

// nargs returns a check for the number of arguments, with the command's own usage
// line as the hint.
func nargs(least, most int, missing string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		hint := "Usage: " + cmd.UseLine()
		if len(args) < least {
			return &usageError{err: errors.New(missing), hint: hint}
		}
		if most >= 0 && len(args) > most {
			return &usageError{err: fmt.Errorf("one argument too many: %q", args[most]), hint: hint}
		}
		return nil
	}
}
