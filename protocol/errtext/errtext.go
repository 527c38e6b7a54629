// Package errtext writes the messages of errors that wrap others. Only the outermost
// message names its package; the messages inside it do not.
package errtext

import (
	"errors"
	"fmt"
	"strings"
)

// prefixes are the beginnings of this module's messages.
var prefixes = []string{"ftp: ", "ftptest: ", "conformance: "}

// Of returns the message of err in one line, as it stands in the message of another error.
func Of(err error) string {
	lines := strings.Split(err.Error(), "\n") // one for each of those that errors.Join has joined
	for i, line := range lines {
		for _, p := range prefixes {
			line = strings.TrimPrefix(line, p)
		}
		lines[i] = line
	}
	return strings.Join(lines, "; ")
}

// Errorf is [fmt.Errorf], except that it writes the errors among args as [Of] does.
func Errorf(format string, args ...any) error {
	plain := fmt.Errorf(format, args...)
	shown := make([]any, len(args))
	for i, a := range args {
		shown[i] = a
		if err, ok := a.(error); ok {
			shown[i] = Of(err)
		}
	}
	return &worded{plain, fmt.Sprintf(strings.ReplaceAll(format, "%w", "%s"), shown...)}
}

// worded is an error with another message.
type worded struct {
	error
	text string
}

func (e *worded) Error() string { return e.text }

// Unwrap returns what the format had %w for.
func (e *worded) Unwrap() []error {
	if many, ok := e.error.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if one := errors.Unwrap(e.error); one != nil {
		return []error{one}
	}
	return nil
}
