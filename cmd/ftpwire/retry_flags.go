package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
)

// retryFlags say how often to try again what may pass.
type retryFlags struct {
	retry      int
	retryDelay time.Duration
	fileOut    bool // standard output is a file: what has been written of it can't be taken back
}

func (f *retryFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionConnection, func(fs *pflag.FlagSet) {
		fs.IntVar(&f.retry, "retry", 0, "try `N` times more, on new connections, after failures that may pass")
		fs.Var(positive{&f.retryDelay}, "retry-delay", "pause before the first --retry, doubled for each further one up to a minute (default 1s)")
	})
}

// check refuses what can't be combined.
func (f *retryFlags) check() error {
	switch {
	case f.retry < 0:
		return usagef("--retry can't be negative")
	case f.retryDelay != 0 && f.retry == 0:
		return usagef("--retry-delay needs --retry")
	}
	return nil
}

// retries returns what --retry asks for. A bar that is in the way is cleared.
func (a *app) retries(f *retryFlags, b *bar) ftpwire.Retry {
	return ftpwire.Retry{Attempts: f.retry, Delay: f.retryDelay, Failed: func(err error, pause time.Duration) {
		b.clear()
		if !a.quiet {
			a.say(fmt.Sprintf("ftpwire: %s; trying again in %v", message(err), pause.Round(10*time.Millisecond)))
		}
	}}
}

// again runs try, which asks the server for something, and repeats it as --retry says.
func (a *app) again(f *connFlags, try func() error) error {
	return a.repeat(a.retries(&f.retryFlags, nil), try)
}

// repeat runs try as often as r says. Meanwhile the context of the app is that of the attempt: it
// tells Clients that attempts are counted here.
func (a *app) repeat(r ftpwire.Retry, try func() error) error {
	defer func(ctx context.Context) { a.ctx = ctx }(a.ctx)
	return r.Do(a.ctx, func(ctx context.Context) error {
		a.ctx = ctx
		return try()
	})
}

// changing is again for a change. If the reply to an attempt got lost, the server may have
// carried it out: an error after that says so.
func (a *app) changing(f *connFlags, try func() error) error {
	return a.again(f, func() error {
		err := try()
		if e, ok := errors.AsType[*ftpwire.FileError](err); ok && e.Lost == nil && names(e.Err, e.Path) {
			return e.Err // which says it all
		}
		return err
	})
}
