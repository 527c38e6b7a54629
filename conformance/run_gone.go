package conformance

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// noGreeting returns the error of a connection on which no greeting came.
func (t *T) noGreeting(err error) error {
	switch {
	case t.c.fault != nil:
		return t.c.fault
	case errors.Is(err, errSilence) && !t.c.incomplete():
		t.cause = &SilenceError{After: t.run.opts.timeout()}
		return t.cause
	case errors.Is(err, errSilence):
		return fmt.Errorf("a greeting that never ends (%s)", t.run.opts.timeout())
	}
	return err
}

// A SilenceError is a server that sends no greeting.
type SilenceError struct {
	After time.Duration // how long it was waited for
}

// Error says how long was waited.
func (e *SilenceError) Error() string { return fmt.Sprintf("no greeting within %s", e.After) }

// Unwrap returns os.ErrDeadlineExceeded.
func (e *SilenceError) Unwrap() error { return os.ErrDeadlineExceeded }

// unheard counts connections on which no greeting came. After three in a row the server
// counts as gone.
func (t *T) unheard(err error) {
	r := t.run
	if r.deaf++; r.deaf >= 3 && r.gone == "" {
		r.gone = fmt.Sprintf("three connections in a row led nowhere, the last: %v", err)
	}
}

// lookAgain takes back that the server is gone if a session of before still answers:
// then it only takes no more connections.
func (r *runner) lookAgain() {
	if r.gone != "" && r.shared != nil && r.shared.alive() {
		r.gone, r.deaf = "", 0
	}
}
